//! Lines become sums, and sums become groups.
//!
//! The databases hand over [`Part`]s: sums over lines that are alike in every column that matters,
//! which is finer than what was asked for. (A month holds many instants, and a resource may have had
//! several names.) Here they become the groups that were asked for.

use std::collections::BTreeMap;

use artifice_model::exact::Exact;
use artifice_model::statement::Line;
use artifice_model::{Calendar, Currency, Decimal, Period, Tenant, Timestamp};
use hashbrown::HashMap;

use super::{Dimension, Group, Grouping, Place, Sum, TooLarge};

/// Which columns are read: only those that the dimensions need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Whether lines of different tenants are kept apart.
    pub tenant: bool,
    /// Whether lines that begin at different instants are kept apart.
    pub start: bool,
    /// Whether it matters which line begins last.
    pub latest: bool,
    /// Whether lines of different resources are kept apart.
    pub resource: bool,
    /// The columns of texts that keep lines apart, in order. The last one is always the unit.
    pub texts: Vec<&'static str>,
}

impl Shape {
    pub fn of(by: &[Dimension]) -> Self {
        let mut shape = Shape { tenant: false, start: false, latest: false, resource: false, texts: Vec::new() };
        for dimension in by {
            let columns: &[&str] = match dimension {
                Dimension::Tenant => &[],
                Dimension::Location => &["location"],
                Dimension::Section => &["section"],
                Dimension::Service => &["service", "name"],
                Dimension::Resource => &["resource_id", "resource_name"],
                Dimension::Month => &[],
            };
            shape.texts.extend(columns);
            shape.tenant |= matches!(dimension, Dimension::Tenant | Dimension::Resource);
            shape.start |= matches!(dimension, Dimension::Month);
            shape.resource |= matches!(dimension, Dimension::Resource);
            shape.latest |= matches!(dimension, Dimension::Service | Dimension::Resource);
        }
        shape.texts.push("unit");
        shape
    }
}

/// A sum over lines that are alike in every column of the shape.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The tenant's number; anything, if the shape does not tell tenants apart.
    pub tenant_no: i64,
    /// When the lines begin; anything, if the shape does not tell instants apart.
    pub start: i64,
    /// The shape's texts.
    pub texts: Vec<String>,
    pub currency: Currency,
    /// When the one that begins last does; anything, if that does not matter to the shape.
    pub latest: i64,
    pub lines: u64,
    pub volume: Exact,
    pub cost: Exact,
}

/// Parts that are made of single lines.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    parts: Vec<Part>,
    places: HashMap<Vec<u8>, usize>,
    /// The key of the line before, and where its part is: lines of one kind follow one another.
    last: (Vec<u8>, usize),
    key: Vec<u8>,
}

impl Parts {
    /// Adds a line.
    pub fn add(
        &mut self,
        (tenant_no, start, latest): (i64, i64, i64),
        currency: Currency,
        texts: &[&str],
        (volume, cost): (Decimal, Decimal),
    ) {
        self.key.clear();
        self.key.extend(tenant_no.to_ne_bytes());
        self.key.extend(start.to_ne_bytes());
        self.key.extend(currency.code().as_bytes());
        for text in texts {
            // With its length, so that no two lists of texts are the same bytes.
            self.key.extend(text.len().to_ne_bytes());
            self.key.extend(text.as_bytes());
        }
        if self.key != self.last.0 || self.parts.is_empty() {
            let place = self.places.entry_ref(&self.key).or_insert_with(|| {
                self.parts.push(Part {
                    tenant_no,
                    start,
                    texts: texts.iter().map(|text| (*text).to_owned()).collect(),
                    currency,
                    latest,
                    lines: 0,
                    volume: Exact::default(),
                    cost: Exact::default(),
                });
                self.parts.len() - 1
            });
            self.last.1 = *place;
            std::mem::swap(&mut self.last.0, &mut self.key);
        }
        let part = &mut self.parts[self.last.1];
        part.latest = part.latest.max(latest);
        part.lines += 1;
        part.volume.add(volume, 1);
        part.cost.add(cost, 1);
    }

    /// Adds what a line says of single resources.
    pub fn add_resources(&mut self, tenant_no: i64, currency: Currency, line: &Line, shape: &Shape) {
        let begin = line.usage.period.start().micros();
        let tenant_no = if shape.tenant { tenant_no } else { 0 };
        let start = if shape.start { begin } else { 0 };
        for own in line.by_resource() {
            let usage = &own.usage;
            let text = |column: &&'static str| match *column {
                "location" => usage.location.as_str(),
                "section" => &usage.section,
                "service" => &usage.service,
                "name" => &own.name,
                "resource_id" => &usage.resource_id,
                "resource_name" => &usage.resource_name,
                _ => &usage.unit,
            };
            let texts: Vec<&str> = shape.texts.iter().map(text).collect();
            self.add((tenant_no, start, begin), currency, &texts, (usage.volume, own.cost.unwrap_or_default()));
        }
    }

    pub fn all(self) -> Vec<Part> {
        self.parts
    }
}

/// A group that is being added up.
#[derive(Default)]
struct Folded {
    /// The names of services and resources, in the dimensions' order, each with when its line begins.
    names: Vec<(i64, String)>,
    sums: BTreeMap<(Currency, String), (u64, Exact, Exact)>,
}

/// The groups of parts, in the order of their places.
pub(crate) fn groups(
    parts: Vec<Part>,
    grouping: Grouping<'_>,
    tenants: &std::collections::HashMap<i64, Tenant>,
) -> Result<Vec<Group>, TooLarge> {
    let mut months = Months { calendar: grouping.calendar, known: Vec::new() };
    let mut folded: BTreeMap<Vec<Place>, Folded> = BTreeMap::new();
    for part in parts {
        let tenant = || tenants.get(&part.tenant_no).cloned().unwrap_or(Tenant { id: "".into(), name: None });
        let (mut texts, mut names) = (part.texts.into_iter(), Vec::new());
        let mut text = || texts.next().unwrap_or_default();
        // A name is no part of a place while sums are made: what is renamed stays one.
        let place = |dimension: &Dimension| match dimension {
            Dimension::Tenant => Place::Tenant(tenant()),
            Dimension::Location => Place::Location(text()),
            Dimension::Section => Place::Section(text()),
            Dimension::Service => {
                let service = text();
                names.push((part.latest, text()));
                Place::Service { service, name: String::new() }
            }
            Dimension::Resource => {
                let id = text();
                names.push((part.latest, text()));
                Place::Resource { tenant: tenant(), id, name: String::new() }
            }
            Dimension::Month => Place::Month(months.of(Timestamp::from_micros(part.start))),
        };
        let places = grouping.by.iter().map(place).collect();
        let unit = text();
        let group = folded.entry(places).or_default();
        if group.names.is_empty() {
            group.names = names;
        } else {
            for (known, name) in group.names.iter_mut().zip(names) {
                // Of several names in lines that begin together it is always the same one.
                *known = name.max(std::mem::take(known));
            }
        }
        let (lines, volume, cost) = group.sums.entry((part.currency, unit)).or_default();
        *lines += part.lines;
        volume.merge(&part.volume);
        cost.merge(&part.cost);
    }
    folded.into_iter().map(|(places, folded)| group(places, folded)).collect()
}

fn group(mut places: Vec<Place>, folded: Folded) -> Result<Group, TooLarge> {
    let mut names = folded.names.into_iter();
    for place in &mut places {
        if let Place::Service { name, .. } | Place::Resource { name, .. } = place {
            *name = names.next().map(|(_, name)| name).unwrap_or_default();
        }
    }
    let sum = |(key, (lines, volume, cost)): (_, (u64, Exact, Exact))| {
        let [volume, cost] = [volume, cost].map(|sum| sum.total().map_err(|_| TooLarge));
        Ok((key, Sum { lines, volume: volume?, cost: cost? }))
    };
    Ok(Group { places, sums: folded.sums.into_iter().map(sum).collect::<Result<_, _>>()? })
}

/// Months by the instants that lie in them.
struct Months<'c> {
    calendar: &'c Calendar,
    /// Those that were met, with their names: asking the calendar takes longer.
    known: Vec<(Period, String)>,
}

impl Months<'_> {
    fn of(&mut self, at: Timestamp) -> String {
        if let Some((_, name)) = self.known.iter().find(|(month, _)| month.contains(at)) {
            return name.clone();
        }
        let month = self.calendar.month_of(at);
        let first = month.and_then(|month| self.calendar.date_of_midnight(month.start()));
        // No calendar has a name for what lies beyond it.
        let name = first.map_or_else(|| at.to_string(), |first| first.format("%Y-%m").to_string());
        self.known.extend(month.map(|month| (month, name.clone())));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn nzd() -> Currency {
        "NZD".parse().unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().micros()
    }

    /// Lines as (tenant, start, texts, volume and cost), summed up.
    fn fold(by: &[Dimension], timezone: &str, lines: &[(i64, i64, &[&str], &str)]) -> Vec<Group> {
        let (calendar, mut parts) = (Calendar::new(timezone).unwrap(), Parts::default());
        for (tenant, start, texts, amount) in lines {
            let shape = Shape::of(by);
            assert_eq!(texts.len(), shape.texts.len());
            let kept = if shape.start { *start } else { 0 };
            parts.add((*tenant, kept, *start), nzd(), texts, (d(amount), d(amount)));
        }
        let tenant = |number: i64| (number, Tenant { id: format!("t{number}").into(), name: None });
        groups(parts.all(), Grouping { by, calendar: &calendar }, &[tenant(1), tenant(2)].into()).unwrap()
    }

    fn costs(groups: &[Group]) -> Vec<String> {
        groups.iter().map(|group| group.costs().unwrap()[&nzd()].to_string()).collect()
    }

    #[test]
    fn only_columns_that_matter_are_read() {
        let month = Shape { tenant: false, start: true, latest: false, resource: false, texts: vec!["unit"] };
        assert_eq!(Shape::of(&[Dimension::Month]), month);
        let texts = vec!["resource_id", "resource_name", "location", "unit"];
        let both = Shape { tenant: true, start: false, latest: true, resource: true, texts };
        assert_eq!(Shape::of(&[Dimension::Resource, Dimension::Location]), both);
    }

    #[test]
    fn instants_of_one_local_month_are_one_group() {
        let midnight = at("2013-07-31T12:00:00Z");
        let lines: [(i64, i64, &[&str], &str); 4] = [
            (1, midnight - 1, &["hour"], "1"),
            (1, midnight, &["hour"], "0.1"),
            (1, midnight + 10 * HOUR, &["hour"], "0.2"),
            (1, midnight + 10 * HOUR, &["GB"], "4"),
        ];
        let found = fold(&[Dimension::Month], "Pacific/Auckland", &lines);
        let month = |name: &str| vec![Place::Month(name.to_owned())];
        assert_eq!(
            found.iter().map(|group| group.places.clone()).collect::<Vec<_>>(),
            [month("2013-07"), month("2013-08")]
        );
        assert_eq!(costs(&found), ["1", "4.3"]);
        let volumes: Vec<_> = found[1].volumes().unwrap().into_iter().collect();
        assert_eq!(volumes, [("GB", d("4")), ("hour", d("0.3"))], "units are not added");
        assert_eq!(fold(&[Dimension::Month], "UTC", &lines).len(), 1);
    }

    #[test]
    fn what_is_renamed_stays_one_and_is_called_as_it_was_last() {
        let lines: [(i64, i64, &[&str], &str); 4] = [
            (1, 5, &["vm", "new", "hour"], "1"),
            (1, 3, &["vm", "old", "hour"], "2"),
            (2, 9, &["vm", "other", "hour"], "4"),
            (1, 4, &["vm", "old", "hour"], "8"),
        ];
        let found = fold(&[Dimension::Resource], "UTC", &lines);
        let resource = |id: &str, name: &str| Place::Resource {
            tenant: Tenant { id: id.into(), name: None },
            id: "vm".to_owned(),
            name: name.to_owned(),
        };
        assert_eq!(found[0].places, [resource("t1", "new")]);
        assert_eq!(found[1].places, [resource("t2", "other")]);
        assert_eq!((costs(&found), found[0].lines()), (vec!["11".to_owned(), "4".to_owned()], 3));
    }

    #[test]
    fn texts_do_not_run_into_one_another() {
        let lines: [(i64, i64, &[&str], &str); 2] = [(1, 0, &["ab", "c", "x"], "1"), (1, 0, &["a", "bc", "x"], "2")];
        assert_eq!(costs(&fold(&[Dimension::Location, Dimension::Section], "UTC", &lines)), ["2", "1"]);
    }

    #[test]
    fn sums_are_exact_and_beyond_what_is_kept_an_error() {
        let lines: [(i64, i64, &[&str], &str); 3] =
            [(1, 0, &["x"], "9000000000000000.01"), (1, 0, &["x"], "0.000001"), (1, 0, &["x"], "-0.01")];
        assert_eq!(costs(&fold(&[Dimension::Tenant], "UTC", &lines)), ["9000000000000000.000001"]);
        let mut parts = Parts::default();
        for amount in ["9e37", "1e-6"] {
            parts.add((1, 0, 0), nzd(), &["x"], (d(amount), Decimal::ZERO));
        }
        let calendar = Calendar::new("UTC").unwrap();
        let found = groups(parts.all(), Grouping { by: &[], calendar: &calendar }, &[].into());
        assert_eq!(found, Err(TooLarge));
    }

    #[test]
    fn what_no_calendar_knows_is_named_all_the_same() {
        let found = fold(&[Dimension::Month], "UTC", &[(1, i64::MAX, &["x"], "1")]);
        assert_eq!(found[0].places, [Place::Month(format!("{}µs after 1970", i64::MAX))]);
    }
}
