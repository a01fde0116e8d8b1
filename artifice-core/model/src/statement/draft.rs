//! Usage becomes lines with costs.

use std::collections::{BTreeMap, BTreeSet};

use super::charging::Charging;
use super::error::DraftError;
use super::metered::Metered;
use super::months::Months;
use super::problem::{Problem, Told, joined, told};
use super::rules::Lines;
use super::service::{self, Services};
use super::stretch::Stretches;
use super::{Draft, Line, Rate, Usage, terms};
use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::money::Currency;
use crate::rate::Tariff;
use crate::tenant::Tenant;
use crate::time::Period;

impl Draft {
    /// Charges a tenant's usage. What cannot be charged stands without a cost, and is among the problems.
    pub fn new(
        tenant: Tenant,
        period: Period,
        metered: Vec<Metered>,
        charging: Charging<'_>,
    ) -> Result<(Draft, Vec<Problem>), DraftError> {
        let mut problems = BTreeSet::new();
        let (usage, mut metered) = priced(&tenant, period, metered, charging, &mut problems)?;
        charge(&mut metered, period, charging)?;
        let services = match charging.lines {
            Lines::Resource => None,
            Lines::Service => Some(Services::of(&mut metered)?),
        };
        let currency = currency(&metered, charging);
        let terms = terms::of(currency, period, charging);
        let (lines, taxes, tax_rounding) = (Vec::new(), Vec::new(), charging.tax_rounding);
        let mut draft =
            Draft { tenant, period, currency, usage, lines, subtotal: None, taxes, total: None, tax_rounding };
        let unmetered = terms::lines(&draft, &metered, terms.minimum, charging, &mut problems)?;
        // Looked up once a line, of which there may be many thousands.
        let told = told(&problems);
        let lines = metered.into_iter().map(|metered| line(metered, currency, charging, &told, &mut problems));
        draft.lines = match services {
            None => lines.collect(),
            Some(services) => services.lines(lines.collect())?,
        };
        draft.lines.extend(unmetered);
        draft.lines.sort_by(|a, b| a.usage.order().cmp(&b.usage.order()));
        if charging.lines == Lines::Resource {
            service::drifts(&draft.lines, currency, &mut problems)?;
        }
        draft.taxes = terms::taxes(terms.taxes, &draft)?;
        draft.add_up()?;
        Ok((draft, joined(problems)))
    }
}

/// Usage in the order of a statement. (Places are sorted, because a usage is long.)
fn in_order(metered: Vec<Metered>) -> impl Iterator<Item = Metered> {
    let mut places: Vec<usize> = (0..metered.len()).collect();
    places.sort_by(|a, b| metered[*a].usage.order().cmp(&metered[*b].usage.order()));
    let mut metered: Vec<Option<Metered>> = metered.into_iter().map(Some).collect();
    places.into_iter().filter_map(move |place| metered[place].take())
}

/// All usage; and what becomes lines: what is above 0, cut where its price changes.
fn priced(
    tenant: &Tenant,
    period: Period,
    metered: Vec<Metered>,
    charging: Charging<'_>,
    problems: &mut BTreeSet<Problem>,
) -> Result<(Vec<Usage>, Vec<Metered>), DraftError> {
    let mut stretches = Stretches::new(&tenant.id, period, charging);
    let (mut usage, mut pieces) = (Vec::with_capacity(metered.len()), Vec::with_capacity(metered.len()));
    // Usages of 0 alone are no usage.
    let is_used = metered.iter().any(|metered| !metered.usage.volume.is_zero());
    for metered in in_order(metered) {
        usage.push(metered.usage.clone());
        if is_used && charging.makes_line(metered.usage.volume) {
            stretches.price(metered, &mut pieces, problems)?;
        }
    }
    Ok((usage, pieces))
}

/// Works out what everything costs: first what counts the units of its month, in the order in which they
/// are counted, then the rest.
pub(super) fn charge(metered: &mut [Metered], period: Period, charging: Charging<'_>) -> Result<(), DraftError> {
    for mut indices in counted_together(metered) {
        indices.sort_by_key(|index| {
            let usage = &metered[*index].usage;
            (usage.period.start(), &usage.resource_id, &usage.entry)
        });
        let Some(first) = indices.first().map(|index| place(&metered[*index].usage)) else { continue };
        let earlier = charging.earlier.iter().filter(|billed| place(&billed.line.usage) == first);
        let has_cap =
            |index: &usize| metered[*index].tariff.as_ref().is_some_and(|tariff| tariff.price().cap.is_some());
        let mut months = Months::new(earlier, period, charging, indices.iter().any(has_cap));
        for index in &indices {
            let Metered { usage, tariff, .. } = &metered[*index];
            if let Some(tariff) = tariff {
                months.add(usage.period, tariff.unit(), usage.volume);
            }
        }
        for index in indices {
            let Metered { usage, tariff, charged, .. } = &mut metered[index];
            if let Some(tariff) = tariff {
                let cost = months.charge(usage, tariff);
                *charged = Some(cost.map_err(|Overflow| too_large(usage, tariff))?);
            }
        }
    }
    for Metered { usage, tariff, charged, .. } in metered.iter_mut().filter(|metered| metered.charged.is_none()) {
        if let Some(tariff) = tariff {
            *charged = Some(tariff.flat(usage.volume).map_err(|Overflow| too_large(usage, tariff))?);
        }
    }
    Ok(())
}

/// Where something was used, and what.
fn place(usage: &Usage) -> (&str, &str) {
    (&usage.location, &usage.service)
}

/// Indices of what shares a location and a service, where a price there counts the units of its month.
fn counted_together(metered: &[Metered]) -> Vec<Vec<usize>> {
    let counts = |metered: &&Metered| metered.tariff.as_ref().is_some_and(|tariff| tariff.price().counts());
    let mut counting: BTreeMap<(&str, &str), Vec<usize>> =
        metered.iter().filter(counts).map(|metered| (place(&metered.usage), Vec::new())).collect();
    if !counting.is_empty() {
        for (index, metered) in metered.iter().enumerate().filter(|(_, metered)| metered.tariff.is_some()) {
            if let Some(all) = counting.get_mut(&place(&metered.usage)) {
                all.push(index);
            }
        }
    }
    counting.into_values().collect()
}

fn too_large(usage: &Usage, tariff: &Tariff) -> DraftError {
    DraftError::TooLarge {
        service: usage.service.clone(),
        location: usage.location.clone(),
        resource: usage.resource_id.clone(),
        origin: tariff.price().origin.clone(),
    }
}

/// The currency of the prices; if they disagree, the usual one, or else the first.
fn currency(metered: &[Metered], charging: Charging<'_>) -> Currency {
    let all: BTreeSet<Currency> =
        metered.iter().filter_map(|metered| Some(metered.tariff.as_ref()?.price().currency)).collect();
    if all.contains(&charging.currency) {
        charging.currency
    } else {
        all.into_iter().next().unwrap_or(charging.currency)
    }
}

fn line(
    metered: Metered,
    currency: Currency,
    charging: Charging<'_>,
    told: &Told,
    problems: &mut BTreeSet<Problem>,
) -> Line {
    let Metered { usage, evidence, tariff, charged, .. } = metered;
    let name = charging.names.of(&usage.service).to_owned();
    let mut line = Line { usage, name, rate: None, cost: None, working: None, evidence, parts: Vec::new() };
    match (tariff, charged) {
        (Some(tariff), Some(charged)) if tariff.price().currency == currency => {
            assert!(charged.cost.scale() <= currency.digits(), "a cost is rounded to what can be paid");
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
        (None, _) => line.cost = without_price(&line, charging, told, problems),
    }
    line
}

/// What something costs that has no price.
fn without_price(
    line: &Line,
    charging: Charging<'_>,
    told: &Told,
    problems: &mut BTreeSet<Problem>,
) -> Option<Decimal> {
    if line.usage.volume.is_zero() {
        return Some(Decimal::ZERO);
    }
    let place = (line.usage.service.clone(), line.usage.location.clone());
    if told.contains(&place) {
        return None;
    }
    let ((service, location), name, resources) = (place, line.name.clone(), vec![line.usage.resource_id.clone()]);
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
