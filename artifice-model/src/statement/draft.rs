//! Usage becomes lines with costs.

use std::collections::{BTreeMap, BTreeSet};

use super::charging::Charging;
use super::error::DraftError;
use super::item::Item;
use super::months::{MonthCosts, Months};
use super::problem::joined;
use super::stretch::{Part, Stretch, Stretches, Uncut, Unfit};
use super::{Draft, Line, Metered, Problem, Rate, Tenant, Usage, terms};
use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::money::Currency;
use crate::rate::{Names, Tariff};
use crate::time::Period;

impl Draft {
    /// Charges a tenant's usage. What cannot be charged stands without a cost, and is among the problems.
    pub fn new(
        tenant: Tenant,
        period: Period,
        metered: Vec<Metered>,
        charging: Charging<'_>,
    ) -> Result<(Draft, Vec<Problem>), DraftError> {
        let metered = in_order(metered);
        let mut problems = BTreeSet::new();
        let mut items = items(&tenant, period, &metered, charging, &mut problems)?;
        charge(&mut items, period, charging)?;
        let currency = currency(&items, charging);
        let terms = terms::of(currency, period, charging);
        let by_month = terms.minimum.is_some() || !charging.fees.is_empty();
        let months = if by_month { MonthCosts::of(&items, period, charging)? } else { MonthCosts::default() };
        let lines = items.into_iter().map(|item| line(item, currency, charging, &mut problems)).collect();
        let (usage, taxes) = (Vec::new(), Vec::new());
        let mut draft = Draft { tenant, period, currency, usage, lines, subtotal: None, taxes, total: None };
        terms::add(&mut draft, terms, months, charging, &mut problems)?;
        draft.usage = metered.into_iter().map(|metered| metered.usage).collect();
        draft.add_up()?;
        Ok((draft, joined(problems)))
    }
}

/// Usage in the order of a statement. (Places are sorted, because a usage is long.)
fn in_order(metered: Vec<Metered>) -> Vec<Metered> {
    let mut places: Vec<usize> = (0..metered.len()).collect();
    places.sort_by(|a, b| metered[*a].usage.order().cmp(&metered[*b].usage.order()));
    let mut metered: Vec<Option<Metered>> = metered.into_iter().map(Some).collect();
    places.into_iter().filter_map(|place| metered[place].take()).collect()
}

/// What becomes lines: usage above 0, cut where its price changes.
fn items<'m>(
    tenant: &Tenant,
    period: Period,
    metered: &'m [Metered],
    charging: Charging<'_>,
    problems: &mut BTreeSet<Problem>,
) -> Result<Vec<Item<'m>>, DraftError> {
    let mut stretches = Stretches::new(&tenant.id, period, charging);
    let mut items = Vec::with_capacity(metered.len());
    for metered in metered {
        let usage = &metered.usage;
        if usage.volume.is_zero() && !charging.zero_lines {
            continue;
        }
        let parts = match stretches.parts(metered)? {
            Ok(parts) => parts,
            Err(Uncut(at)) => {
                let (service, location) = (usage.service.clone(), usage.location.clone());
                problems.insert(Problem::Change { service, location, at });
                vec![Part { stretch: Stretch { period: usage.period, tariff: None }, volume: usage.volume }]
            }
        };
        for Part { stretch, volume } in parts {
            if volume.is_zero() && !charging.zero_lines {
                continue;
            }
            let tariff = match stretch.tariff {
                Some(Ok(tariff)) => Some(tariff),
                Some(Err(unfit)) => {
                    problems.insert(unfit.problem(usage, charging.names));
                    None
                }
                None => None,
            };
            items.push(Item { metered, period: stretch.period, volume, tariff, charged: None });
        }
    }
    Ok(items)
}

impl Unfit {
    fn problem(self, usage: &Usage, names: &Names) -> Problem {
        Problem::Unit {
            service: usage.service.clone(),
            name: names.of(&usage.service).to_owned(),
            location: usage.location.clone(),
            origin: self.origin,
            why: self.why.to_string(),
        }
    }
}

/// Works out what everything costs: first what counts the units of its month, in the order in which they
/// are counted, then the rest.
fn charge(items: &mut [Item<'_>], period: Period, charging: Charging<'_>) -> Result<(), DraftError> {
    let mut counting: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.tariff.as_ref().is_some_and(|tariff| tariff.price().counts())) {
        counting.entry((&item.metered.usage.location, &item.metered.usage.service)).or_default();
    }
    if !counting.is_empty() {
        for (index, item) in items.iter().enumerate().filter(|(_, item)| item.tariff.is_some()) {
            if let Some(all) = counting.get_mut(&(&*item.metered.usage.location, &*item.metered.usage.service)) {
                all.push(index);
            }
        }
    }
    for ((location, service), mut indices) in counting {
        indices.sort_by_key(|index| {
            let item = &items[*index];
            (item.period.start(), &item.metered.usage.resource_id, &item.metered.usage.entry)
        });
        let earlier = charging.earlier.iter().filter(|line| line.location == location && line.service == service);
        let mut months = Months::new(earlier, period, charging.calendar);
        for index in &indices {
            let item = &items[*index];
            if let Some(tariff) = &item.tariff {
                months.add(item.period, tariff.unit(), item.volume);
            }
        }
        for index in indices {
            let item = &mut items[index];
            if let Some(tariff) = &item.tariff {
                let charged = months.charge(item.period, tariff, item.volume);
                item.charged = Some(charged.map_err(|Overflow| too_large(item, tariff))?);
            }
        }
    }
    for item in items.iter_mut().filter(|item| item.charged.is_none()) {
        if let Some(tariff) = &item.tariff {
            item.charged = Some(tariff.flat(item.volume).map_err(|Overflow| too_large(item, tariff))?);
        }
    }
    Ok(())
}

fn too_large(item: &Item<'_>, tariff: &Tariff) -> DraftError {
    let usage = &item.metered.usage;
    DraftError::TooLarge {
        service: usage.service.clone(),
        location: usage.location.clone(),
        resource: usage.resource_id.clone(),
        origin: tariff.price().origin.clone(),
    }
}

/// The currency of the prices; if they disagree, the usual one, or else the first.
fn currency(items: &[Item<'_>], charging: Charging<'_>) -> Currency {
    let all: BTreeSet<Currency> =
        items.iter().filter_map(|item| Some(item.tariff.as_ref()?.price().currency)).collect();
    if all.contains(&charging.currency) {
        charging.currency
    } else {
        all.into_iter().next().unwrap_or(charging.currency)
    }
}

fn line(item: Item<'_>, currency: Currency, charging: Charging<'_>, problems: &mut BTreeSet<Problem>) -> Line {
    let Item { metered, period, volume, tariff, charged } = item;
    let usage = Usage { period, volume, ..metered.usage.clone() };
    let name = charging.names.of(&usage.service).to_owned();
    let mut line = Line { usage, name, rate: None, cost: None, working: None, evidence: metered.evidence.clone() };
    match (tariff, charged) {
        (Some(tariff), Some(charged)) if tariff.price().currency == currency => {
            let price = tariff.price();
            let rate = |amount| Rate { amount, per: price.per.to_string(), origin: price.origin.clone() };
            line.rate = charged.rate.map(rate);
            line.working = Some(charged.working);
            line.cost = Some(charged.cost);
        }
        (Some(tariff), _) => {
            let (service, origin) = (line.usage.service.clone(), tariff.price().origin.clone());
            problems.insert(Problem::Currency { service, origin, found: tariff.price().currency, expected: currency });
        }
        // What is unfit or uncut is among the problems already.
        (None, _) => line.cost = without_price(&line, charging, problems),
    }
    line
}

/// What something costs that has no price.
fn without_price(line: &Line, charging: Charging<'_>, problems: &mut BTreeSet<Problem>) -> Option<Decimal> {
    let (service, location) = (line.usage.service.clone(), line.usage.location.clone());
    let (name, resources) = (line.name.clone(), vec![line.usage.resource_id.clone()]);
    let is_told = |problem: &Problem| match problem {
        Problem::Unit { service, location, .. } | Problem::Change { service, location, .. } => {
            *service == line.usage.service && *location == line.usage.location
        }
        _ => false,
    };
    if line.usage.volume.is_zero() {
        return Some(Decimal::ZERO);
    }
    if problems.iter().any(is_told) {
        return None;
    }
    if charging.missing_is_zero {
        problems.insert(Problem::Free { service, name, location, resources });
        return Some(Decimal::ZERO);
    }
    problems.insert(match charging.prices {
        None => Problem::NoPrices,
        Some(_) => Problem::NoRate { service, name, location, resources },
    });
    None
}
