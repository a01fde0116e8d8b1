//! Whether a price can ever be one for what is charged: told when it is read, and not when somebody is billed.

use super::cards::Priced;
use super::names::Names;
use crate::aggregate::Entry;
use crate::units::Unit;

/// What is charged, and what people call it.
#[derive(Debug, Clone, Copy)]
pub struct Fit<'a> {
    /// The entries.
    pub entries: &'a [Entry],
    /// The names.
    pub names: &'a Names,
}

impl Fit<'_> {
    /// Why a price per `per` can never be used, and what to write instead; none where some entry that may make
    /// the service can have volumes in such a unit, or nothing is known of the service.
    pub fn misfit(&self, of: &Priced, per: &Unit) -> Option<String> {
        let makers: Vec<&Entry> = self.services(of).into_iter().flat_map(|service| self.makers(service)).collect();
        let first = makers.first()?;
        if makers.iter().any(|entry| entry.may_cost_per(per)) {
            return None;
        }
        let units: Vec<Option<String>> = makers.iter().map(|entry| entry.unit_of_volumes()).collect();
        let mut known: Vec<&str> = units.iter().flatten().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        let (of, entry) = (called(of), &first.id);
        if known.is_empty() {
            return Some(format!(
                "a price per '{per}' fits nothing that '{of}' is charged for: the entry {entry} ({}) counts hours, too; \
                 write '{per} per hour', or per another time",
                first.aggregate.name()
            ));
        }
        let write = match known.first().and_then(|unit| unit.strip_suffix("·hour")) {
            Some(quantity) => format!("'{quantity} per hour' or '{quantity} per month'"),
            None => format!("'{}'", known.first().copied().unwrap_or_default()),
        };
        Some(format!(
            "a price per '{per}' fits nothing that '{of}' is charged for: the entry {entry} measures it in {}; write \
             {write} (or, if the meter {} is in another unit, say so with `unit` of the entry)",
            known.join(" or "),
            first.meter
        ))
    }

    /// The internal names of what a price is for.
    fn services<'s>(&'s self, of: &'s Priced) -> Vec<&'s str> {
        match of {
            Priced::Service(service) => vec![service],
            Priced::Name(name) => {
                let called: Vec<&str> = self.names.services_called(name).collect();
                // What no service is called by is an internal name.
                let is_own = !called.contains(&name.as_str()) && (called.is_empty() || self.names.of(name) == name);
                called.into_iter().chain(is_own.then_some(name.as_str())).collect()
            }
        }
    }

    /// The entries that may make a service: those that name it, or else all whose pattern may. None where only
    /// such may that take any text, as the flavors of instances: then nobody knows what it is.
    fn makers(&self, service: &str) -> Vec<&Entry> {
        let those = |may: &dyn Fn(&Entry) -> bool| self.entries.iter().filter(|entry| may(entry)).collect::<Vec<_>>();
        let named = those(&|entry| entry.service.says(service));
        if !named.is_empty() {
            return named;
        }
        let may = those(&|entry| entry.service.may_say(service));
        if may.iter().all(|entry| entry.service.says_anything()) { Vec::new() } else { may }
    }
}

fn called(of: &Priced) -> &str {
    match of {
        Priced::Service(text) | Priced::Name(text) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Aggregate, Template};

    fn misfit(entries: &[Entry], names: &Names, of: Priced, per: &str) -> Option<String> {
        Fit { entries, names }.misfit(&of, &Unit::of_price(per, 600_000_000).unwrap())
    }

    #[test]
    fn a_price_that_fits_nothing_is_told_with_what_to_write() {
        let (entries, names) = (Entry::built_in(), Names::default());
        let why = misfit(&entries, &names, Priced::Name("ip.floating".to_owned()), "hour").unwrap();
        assert!(
            why.starts_with("a price per 'hour' fits nothing that 'ip.floating' is charged for: the entry"),
            "{why}"
        );
        assert!(why.contains("in ip·hour; write 'ip per hour' or 'ip per month'"), "{why}");
        for (service, per, fits) in [
            ("ip.floating", "ip per day", true),
            ("volume.size", "GB", false),
            ("volume.size", "TiB per month", true),
            // Any text may be the name of a flavor, or of what nobody charges yet.
            ("m1.small", "hour", true),
            ("snapshots", "GB per month", true),
            ("network.outgoing.bytes", "GB per month", false),
        ] {
            let misfit = misfit(&entries, &names, Priced::Service(service.to_owned()), per);
            assert_eq!(misfit.is_none(), fits, "{service} per {per}: {misfit:?}");
        }
    }

    #[test]
    fn names_lead_to_services_and_what_nothing_makes_is_not_judged() {
        let entries = [
            Entry::new("ip.floating", "Network", Aggregate::MaxPerSlice),
            Entry {
                service: Template::new(["disk.{metadata.type}"]).unwrap(),
                ..Entry::new("d", "s", Aggregate::Integral)
            },
        ];
        let pairs = [("ip.floating", "Address"), ("disk.ssd", "Fast"), ("disk.hdd", "Address")];
        let names = Names::new(pairs.map(|(service, name)| (service.to_owned(), name.to_owned())));
        let of = |name: &str, per| misfit(&entries, &names, Priced::Name(name.to_owned()), per);
        assert_eq!(of("Address", "hour"), None, "one of the two may be in hours");
        assert!(of("Address", "ip").is_some() && of("Fast", "GB").unwrap().contains("write 'GB per hour'"));
        assert_eq!(of("Fast", "GB per month"), None);
        assert_eq!(of("Backup", "fortnight"), None, "nothing makes it");
        assert!(of("ip.floating", "ip").is_some(), "its internal name will do");
    }
}
