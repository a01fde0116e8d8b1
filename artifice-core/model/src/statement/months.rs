//! Calendar months: what each has had of a service so far, and what each comes to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Usage;
use super::billed::BilledLine;
use super::charging::Charging;
use super::metered::Metered;
use super::rules::Lines;
use crate::calendar::Calendar;
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::rate::{Charged, MonthUnits, Tariff};
use crate::time::{Period, Timestamp};
use crate::units::Unit;

/// What a service at a location has had in each month so far.
pub(super) struct Months<'a> {
    calendar: &'a Calendar,
    lines: Lines,
    /// By the month's first instant. Units of another kind are counted apart.
    all: HashMap<Timestamp, Vec<(Unit, MonthUnits)>>,
    /// What each resource has cost, where a price has a cap.
    spent: Option<HashMap<Spender, Ratio>>,
}

/// Who may have a cap: the month's first instant, the resource's id and the entry's.
type Spender = (Timestamp, String, String);

impl<'a> Months<'a> {
    /// What `earlier` lines have left.
    pub fn new<'e>(
        earlier: impl Iterator<Item = &'e BilledLine>,
        period: Period,
        charging: Charging<'a>,
        has_cap: bool,
    ) -> Self {
        let spent = has_cap.then(HashMap::new);
        let mut months = Months { calendar: charging.calendar, lines: charging.lines, all: HashMap::new(), spent };
        for BilledLine { line, .. } in earlier {
            let usage = &line.usage;
            for own in line.by_resource() {
                months.spends(usage.period, &own.usage, &own.cost.unwrap_or_default().into());
            }
            let unit = Unit::of_volume(&usage.unit);
            let units = Ratio::from(usage.volume).times(unit.size());
            let free = line.free().times(unit.size());
            let month = months.of(usage.period, &unit);
            if usage.period.end() <= period.end() {
                month.total = month.total.clone().plus(&units);
            }
            month.charged = month.charged.clone().plus(&units).minus(&free);
            month.free = month.free.clone().plus(&free);
            month.add_flats(&line.flats(), &unit);
        }
        months
    }

    /// The first instant of the month in which a period begins.
    fn start_of(&self, period: Period) -> Timestamp {
        self.calendar.month_of(period.start()).map_or(period.start(), Period::start)
    }

    /// Takes note of what a resource costs.
    fn spends(&mut self, period: Period, usage: &Usage, cost: &Ratio) {
        let start = self.start_of(period);
        if let Some(spent) = &mut self.spent {
            let spender = (start, usage.resource_id.clone(), usage.entry.clone());
            let known = spent.entry(spender).or_insert_with(Ratio::zero);
            *known = known.clone().plus(cost);
        }
    }

    /// What the month has had in which a period begins.
    fn of(&mut self, period: Period, unit: &Unit) -> &mut MonthUnits {
        let start = self.start_of(period);
        let kinds = self.all.entry(start).or_default();
        let place = kinds.iter().position(|(other, _)| other.is_like(unit)).unwrap_or_else(|| {
            kinds.push((unit.clone(), MonthUnits::default()));
            kinds.len() - 1
        });
        &mut kinds[place].1
    }

    /// Takes note of units of the statement, before any is charged.
    pub fn add(&mut self, period: Period, unit: &Unit, volume: Decimal) {
        let month = self.of(period, unit);
        month.total = month.total.clone().plus(&Ratio::from(volume).times(unit.size()));
    }

    /// Charges the next units.
    pub fn charge(&mut self, usage: &Usage, tariff: &Tariff) -> Result<Charged, Overflow> {
        let spent = self.spent.as_ref().and_then(|spent| {
            spent.get(&(self.start_of(usage.period), usage.resource_id.clone(), usage.entry.clone())).cloned()
        });
        let month = self.of(usage.period, tariff.unit());
        let charged = tariff.charge(usage.volume, month, &spent.unwrap_or_else(Ratio::zero))?;
        if self.spent.is_some() {
            // What goes into the line of a service is not rounded yet.
            let exact = charged.working.exact(usage.volume, charged.rate).filter(|_| self.lines == Lines::Service);
            self.spends(usage.period, usage, &exact.unwrap_or_else(|| charged.cost.into()));
        }
        Ok(charged)
    }
}

/// What a statement's usage comes to in each of its months.
#[derive(Default)]
pub(super) struct MonthCosts<'m> {
    /// By the month's first instant; nothing where something of it has no cost.
    pub sums: BTreeMap<Timestamp, Option<Decimal>>,
    /// What was used: the month's first instant, section and service.
    pub used: BTreeSet<(Timestamp, &'m str, &'m str)>,
}

impl<'m> MonthCosts<'m> {
    /// What the usage of each month costs. A line over a month's end is in each of its months with what it would
    /// cost there alone; one that cannot be cut there is in the last.
    pub fn of(metered: &'m [Metered], period: Period, charging: Charging<'_>) -> Result<Self, Overflow> {
        let mut all = MonthCosts::default();
        let months: Vec<Period> = charging.calendar.months(period).collect();
        for metered in metered.iter().filter(|metered| !metered.usage.volume.is_zero()) {
            let Metered { usage, tariff, charged, .. } = metered;
            // What has no price costs nothing here, or nobody knows what.
            let unpriced = (charging.missing_is_zero && tariff.is_none()).then_some(Decimal::ZERO);
            let mut rest = charged.as_ref().map(|charged| charged.cost).or(unpriced);
            let mut volume = usage.volume;
            let mut add = |month: Period, cost| {
                all.used.insert((month.start(), &*usage.section, &*usage.service));
                all.add(month.start(), cost)
            };
            for month in months.iter().copied().filter(|month| month.overlaps(usage.period)) {
                if month.end() >= usage.period.end() {
                    // What the months before had all of has nothing left here.
                    if !volume.is_zero() {
                        add(month, rest)?;
                    }
                    break;
                }
                let part = Period::new(month.start().max(usage.period.start()), month.end());
                let here = part.ok().and_then(|part| metered.volume_between(part)).transpose()?;
                let Some(here) = here.filter(|here| !here.is_zero()) else { continue };
                let share = tariff.as_ref().map(|tariff| tariff.flat(here)).transpose()?;
                let share = share.map(|share| share.cost).or(unpriced);
                volume = volume.checked_sub(here).ok_or(Overflow)?;
                let share = if volume.is_zero() { rest } else { share };
                rest = rest.zip(share).map(|(rest, share)| rest.checked_sub(share).ok_or(Overflow)).transpose()?;
                add(month, share)?;
            }
        }
        Ok(all)
    }

    /// Adds a cost to a month's; nothing is known of the month any more where it is not.
    pub fn add(&mut self, month: Timestamp, cost: Option<Decimal>) -> Result<(), Overflow> {
        let sum = self.sums.entry(month).or_insert(Some(Decimal::ZERO));
        *sum = sum.zip(cost).map(|(sum, cost)| sum.checked_add(cost).ok_or(Overflow)).transpose()?;
        Ok(())
    }
}
