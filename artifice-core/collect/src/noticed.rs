//! What was noticed of a tenant's metering that no line of its bill tells: usage that nothing charges, and
//! resources that were charged for less than they seem to be.
//!
//! It fails nobody and changes no bill. It is there so that nothing is left out in silence.

use std::collections::BTreeMap;
use std::fmt;

use artifice_model::aggregate::Short;
use artifice_model::time::HOUR_US;

/// How many things of one kind a warning names.
const NAMED: usize = 5;
/// How many different uncharged meters of a tenant are told apart.
const MOST_METERS: usize = 100;
/// A meter's name longer than this is not kept, in bytes.
const LONGEST_NAME: usize = 255;

/// What was noticed of a tenant. Printed, it is a line of text for each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noticed {
    /// Meters of which there is metering and no entry.
    pub unmapped: Meters,
    /// Samples inside the period, by meter, that no entry of the meter accepts (`match:`).
    pub refused: BTreeMap<String, Resources>,
    /// Samples inside the period, by entry, that have nothing of what the entry's service is made of.
    pub without_service: BTreeMap<String, Resources>,
    /// Resources, by entry, that were charged for less than half of the time they are known to exist.
    pub short: BTreeMap<String, Shorts>,
}

/// Meters, and how many samples each has inside the period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meters {
    /// By name; 0 where only the meter is known and nobody counted.
    pub samples: BTreeMap<String, u64>,
    /// Samples of further meters, when there are too many to tell apart.
    pub others: u64,
}

/// Resources, with the number of their samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    /// How many resources.
    pub count: u64,
    /// How many samples they have together.
    pub samples: u64,
    /// The ids of some.
    pub some: Vec<String>,
}

/// Resources that were charged for short.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shorts {
    /// How many resources.
    pub count: u64,
    /// Some of them, with what is known.
    pub some: Vec<(String, Short)>,
}

impl Noticed {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Noticed::default()
    }

    /// A resource of which some samples were refused by every entry of its meter.
    pub(crate) fn refuses(&mut self, meter: &str, resource: &str, samples: u64) {
        self.refused.entry(meter.to_owned()).or_default().add(resource, samples);
    }

    /// A resource of which some samples have no service.
    pub(crate) fn lacks_service(&mut self, entry: &str, resource: &str, samples: u64) {
        self.without_service.entry(entry.to_owned()).or_default().add(resource, samples);
    }

    /// A resource that was charged for short.
    pub(crate) fn falls_short(&mut self, entry: &str, resource: &str, short: Short) {
        let shorts = self.short.entry(entry.to_owned()).or_default();
        shorts.count += 1;
        if shorts.some.len() < NAMED {
            shorts.some.push((resource.to_owned(), short));
        }
    }
}

impl Meters {
    /// Counts a sample; or only the meter, where nobody counts its samples.
    pub(crate) fn add(&mut self, meter: &str, is_sample: bool) {
        let count = u64::from(is_sample);
        if let Some(samples) = self.samples.get_mut(meter) {
            *samples += count;
        } else if self.samples.len() < MOST_METERS && meter.len() <= LONGEST_NAME {
            self.samples.insert(meter.to_owned(), count);
        } else {
            self.others += count;
        }
    }

    fn is_empty(&self) -> bool {
        self.samples.is_empty() && self.others == 0
    }
}

impl Resources {
    fn add(&mut self, resource: &str, samples: u64) {
        self.count += 1;
        self.samples = self.samples.saturating_add(samples);
        if self.some.len() < NAMED {
            self.some.push(resource.to_owned());
        }
    }
}

impl fmt::Display for Noticed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if !self.unmapped.is_empty() {
            lines.push(format!(
                "there is metering that nothing charges: {}; to charge it, add entries to `meters:`",
                self.unmapped
            ));
        }
        for (meter, resources) in &self.refused {
            lines.push(format!(
                "no entry of the meter {meter} accepts {resources}, so they are not charged; look at `match:` of its entries"
            ));
        }
        for (entry, resources) in &self.without_service {
            lines.push(format!(
                "the entry {entry} finds no service in {resources}, so they are not charged; give its `service:` a \
                 last alternative without places"
            ));
        }
        for (entry, shorts) in &self.short {
            lines.push(format!(
                "the entry {entry} charges {shorts}; if such resources are only announced when they change, give it \
                 `aggregate: integral` (or `uptime`) and `max_gap: unlimited`, as `meters: notifications` does"
            ));
        }
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The most frequent first.
        let mut meters: Vec<_> = self.samples.iter().collect();
        meters.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        let named = meters.iter().take(NAMED).map(|(name, samples)| match samples {
            0 => (*name).clone(),
            samples => format!("{name} ({})", counted(**samples)),
        });
        let mut texts: Vec<String> = named.collect();
        let rest = meters.len().saturating_sub(NAMED);
        let samples = meters.iter().skip(NAMED).fold(self.others, |sum, (_, samples)| sum.saturating_add(**samples));
        let at_least = if self.others > 0 { "at least " } else { "" };
        let other = if rest == 1 && self.others == 0 { "other meter" } else { "other meters" };
        match (rest, samples) {
            (0, 0) => {}
            (0, samples) => texts.push(format!("{other} ({})", counted(samples))),
            (rest, 0) => texts.push(format!("{rest} {other}")),
            (rest, samples) => texts.push(format!("{at_least}{rest} {other} ({})", counted(samples))),
        }
        f.write_str(&texts.join(", "))
    }
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", counted(self.samples), some(self.count, self.some.iter().cloned()))
    }
}

impl fmt::Display for Shorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.some.iter().map(|(resource, short)| {
            format!("{resource} ({} h of {} h)", hours(short.charged_us), hours(short.known_us))
        });
        write!(f, "{} for less than half of the time that samples say they existed", some(self.count, told))
    }
}

fn counted(samples: u64) -> String {
    if samples == 1 { "1 sample".to_owned() } else { format!("{samples} samples") }
}

/// So many resources, some of them by name.
fn some(count: u64, named: impl Iterator<Item = String>) -> String {
    let named: Vec<String> = named.collect();
    let resources = if count == 1 { "resource" } else { "resources" };
    let more = count.saturating_sub(u64::try_from(named.len()).unwrap_or(count));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{count} {resources} ({}{more})", named.join(", "))
}

/// Hours with one decimal, rounded down.
fn hours(us: i64) -> String {
    let tenths = us / (HOUR_US / 10);
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_line_for_each_kind() {
        let mut noticed = Noticed::default();
        assert!(noticed.is_empty() && noticed.to_string().is_empty());
        for meter in ["cpu", "cpu", "a", "b", "c", "d", "e"] {
            noticed.unmapped.add(meter, true);
        }
        noticed.refuses("volume.size", "v1", 1);
        noticed.lacks_service("gpu", "r1", 3);
        noticed.lacks_service("gpu", "r2", 4);
        noticed.falls_short("volume.size", "v2", Short { known_us: 20 * HOUR_US, charged_us: HOUR_US * 3 / 2 });
        let text = noticed.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        let meters =
            "cpu (2 samples), a (1 sample), b (1 sample), c (1 sample), d (1 sample), 1 other meter (1 sample)";
        assert!(lines[0].contains(&format!("nothing charges: {meters};")), "{}", lines[0]);
        assert!(
            lines[1].contains("no entry of the meter volume.size accepts 1 sample of 1 resource (v1),"),
            "{}",
            lines[1]
        );
        assert!(lines[2].contains("entry gpu finds no service in 7 samples of 2 resources (r1, r2),"), "{}", lines[2]);
        assert!(lines[3].contains("1 resource (v2 (1.5 h of 20 h)) for less than half"), "{}", lines[3]);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut meters = Meters::default();
        for number in 0..1000 {
            meters.add(&format!("meter-{number}"), true);
        }
        meters.add(&"x".repeat(1000), true);
        assert_eq!((meters.samples.len(), meters.others), (MOST_METERS, 1001 - 100));
        assert!(meters.to_string().ends_with("at least 95 other meters (996 samples)"), "{meters}");
    }
}
