//! A statement that is billed, charged once more where only what came before it in its months has changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::charging::Charging;
use super::draft::charge;
use super::error::DraftError;
use super::metered::Metered;
use super::months::MonthCosts;
use super::{Draft, Fee, Line, Part, Rate, days, settled, terms};
use crate::exact::{Overflow, Ratio};
use crate::money::Currency;
use crate::rate::{Days, PriceQuery, Tariff, Working};
use crate::tenant::Tenant;
use crate::time::{Period, Timestamp};

/// A statement as it is billed: all that its invoice and its adjustments say together.
#[derive(Debug, Clone)]
pub struct BilledWhole {
    /// Who pays.
    pub tenant: Tenant,
    /// For which period.
    pub period: Period,
    /// In which money.
    pub currency: Currency,
    /// Its lines.
    pub lines: Vec<Line>,
}

impl Draft {
    /// What a billed statement would say now that others come before it: at `places` (location, service), where a
    /// price of its own goes by the month, its units are charged anew, as much as they were; and what its months lack
    /// to their minimum is. Everything else stays as it was billed, whatever prices say today.
    pub fn again(
        billed: BilledWhole,
        places: &BTreeSet<(String, String)>,
        charging: Charging<'_>,
    ) -> Result<Draft, DraftError> {
        let BilledWhole { tenant, period, currency, mut lines } = billed;
        let place = |line: &Line| (line.usage.location.clone(), line.usage.service.clone());
        let counting: BTreeSet<_> =
            lines.iter().filter(|line| line.goes_by_month() && !line.is_of_the_whole()).map(place).collect();
        let is_charged = |line: &Line| {
            let place = place(line);
            places.contains(&place) && counting.contains(&place) && !line.usage.volume.is_zero()
        };
        // The place of a line, and in it that of a part.
        let mut metered: Vec<((usize, usize), Metered)> = Vec::new();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| is_charged(line)) {
            for (part, line) in line.by_resource().enumerate() {
                if let Some(tariff) = tariff(&tenant, line, charging)? {
                    let mut again = Metered::from(line.usage.clone());
                    again.tariff = Some(Arc::new(tariff));
                    metered.push(((index, part), again));
                }
            }
        }
        let (places, mut metered): (Vec<(usize, usize)>, Vec<Metered>) = metered.into_iter().unzip();
        charge(&mut metered, period, charging)?;
        let mut changed = BTreeSet::new();
        for ((index, part), Metered { usage, tariff, charged, .. }) in places.into_iter().zip(metered) {
            let (Some(whole), Some(tariff), Some(charged)) = (lines.get_mut(index), tariff, charged) else { continue };
            let price = tariff.price();
            // What does not go by the month is only counted.
            if !whole.goes_by_month() || price.currency != currency {
                continue;
            }
            let line = match whole.parts.get_mut(part) {
                Some(Part { line, exact }) => {
                    *exact = charged.working.exact(usage.volume, charged.rate).unwrap_or_else(Ratio::zero);
                    changed.insert(index);
                    line
                }
                None => whole,
            };
            let rate = |amount| Rate { amount, per: price.per.to_string(), origin: price.origin.clone() };
            (line.rate, line.cost) = (charged.rate.map(rate), Some(charged.cost));
            line.working = Some(charged.working);
        }
        for index in changed {
            let Some(line) = lines.get_mut(index) else { continue };
            if let Some(again) = settled(std::mem::take(&mut line.parts), currency)? {
                *line = again;
            }
        }
        let (usage, taxes, tax_rounding) = (Vec::new(), Vec::new(), charging.tax_rounding);
        let mut draft =
            Draft { tenant, period, currency, usage, lines, subtotal: None, taxes, total: None, tax_rounding };
        by_day(&mut draft, charging)?;
        minimum(&mut draft, charging)?;
        draft.lines.sort_by(|a, b| a.usage.order().cmp(&b.usage.order()));
        draft.taxes = terms::taxes(terms::of(currency, period, charging).taxes, &draft)?;
        draft.add_up()?;
        Ok(draft)
    }
}

/// The price that a line has: what holds just before it ends.
fn tariff(tenant: &Tenant, line: &Line, charging: Charging<'_>) -> Result<Option<Tariff>, DraftError> {
    let (usage, Some(prices)) = (&line.usage, charging.prices) else { return Ok(None) };
    let query = PriceQuery {
        tenant: &tenant.id,
        location: &usage.location,
        service: &usage.service,
        name: charging.names.of(&usage.service),
        unit: &usage.unit,
        at: usage.period.end().plus(-1),
        quantity: usage.volume,
    };
    let price = prices.price(&query)?.price;
    Ok(price.and_then(|price| Tariff::new(price, &usage.unit).ok()))
}

/// What is charged by the day, for the days that the month has now. Its amount is the one of then; where it is no longer
/// configured, nobody knows what it is for, and it stays.
fn by_day(draft: &mut Draft, charging: Charging<'_>) -> Result<(), Overflow> {
    let is = |fee: &Fee, line: &Line| fee.by_day && fee.name == line.usage.service && fee.section == line.usage.section;
    let mut changed = Vec::new();
    for (index, line) in draft.lines.iter().enumerate().filter(|(_, line)| line.is_of_the_whole()) {
        let Some(before) = line.working.as_ref().and_then(|working| working.days) else { continue };
        let month = charging.calendar.month_of(line.usage.period.start());
        let fee = charging.fees.iter().find(|fee| is(fee, line));
        let Some((fee, month)) = fee.zip(month) else { continue };
        let days = Days { amount: before.amount, ..days::again(fee, month, &draft.lines, charging) };
        changed.push((index, days, days.part_of(days.amount).rounded(draft.currency.digits())?));
    }
    for (index, days, cost) in changed {
        let Some(line) = draft.lines.get_mut(index) else { continue };
        line.cost = Some(cost);
        line.rate = line.rate.take().map(|rate| Rate { amount: cost, ..rate });
        let working = line.working.as_deref().cloned().unwrap_or_default();
        line.working = Some(Arc::new(Working { days: Some(days), ..working }));
    }
    Ok(())
}

/// What the months that end here lack to their minimum, in the place of what was billed for that. It stays where
/// there is no minimum any more, and where a line lies in several months: how much of it each had is not stored.
fn minimum(draft: &mut Draft, charging: Charging<'_>) -> Result<(), Overflow> {
    let Some(minimum) = terms::of(draft.currency, draft.period, charging).minimum else { return Ok(()) };
    let month_of = |at: Timestamp| charging.calendar.month_of(at).map(Period::start);
    let mut costs = MonthCosts::default();
    let mut is_used = false;
    for line in draft.lines.iter().filter(|line| !line.is_minimum()) {
        let (first, last) = (month_of(line.usage.period.start()), month_of(line.usage.period.end().plus(-1)));
        let (Some(first), true) = (first, first == last) else { return Ok(()) };
        is_used |= !line.is_of_the_whole() && !line.usage.volume.is_zero();
        costs.add(first, line.cost)?;
    }
    if !is_used {
        return Ok(());
    }
    draft.lines.retain(|line| !line.is_minimum());
    for month in terms::months_that_end(draft.period, charging.calendar) {
        let lacking = terms::lacking(draft, month, &costs, &minimum, charging)?;
        draft.lines.extend(lacking);
    }
    Ok(())
}
