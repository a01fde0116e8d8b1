//! Usage becomes lines with costs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::fees::Fee;
use super::problem::joined;
use super::stretch::{Part, Stretch, Stretches, Uncut, Unfit, volume_between};
use super::{Draft, Line, Metered, Problem, Rate, Tenant, Usage, terms};
use crate::calendar::Calendar;
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::money::Currency;
use crate::rate::{Charged, Month, Names, PriceError, PriceSource, Tariff};
use crate::time::{Period, Timestamp};
use crate::units::Unit;

/// Why there is no draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A price list could not be asked.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// An amount is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// How usage is charged.
#[derive(Clone, Copy)]
pub struct Charging<'a> {
    /// The statement's currency where no price says another.
    pub currency: Currency,
    /// What people call the services.
    pub names: &'a Names,
    /// The prices, if any are configured.
    pub prices: Option<&'a dyn PriceSource>,
    /// Whether what has no price costs nothing (`rates.missing: zero`).
    pub missing_is_zero: bool,
    /// Whether a usage of 0 makes a line (`main.zero_lines: show`).
    pub zero_lines: bool,
    /// Where months begin and end.
    pub calendar: &'a Calendar,
    /// The instants inside the period, in order, at which usage was cut.
    pub cuts: &'a [Timestamp],
    /// What is charged without metering.
    pub fees: &'a [Fee],
    /// What the tenant's live statements have billed already in the months of the period.
    pub earlier: &'a [Earlier],
    /// Whether the usage is only a part of the tenant's: then there is no minimum to be reached.
    pub partial: bool,
}

/// A line of a live statement, as far as the next statement of its month depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Where.
    pub location: String,
    /// What was priced.
    pub service: String,
    /// When.
    pub period: Period,
    /// The volume's unit.
    pub unit: String,
    /// How much.
    pub volume: Decimal,
    /// How much of it was free.
    pub free: Ratio,
    /// What it cost.
    pub cost: Decimal,
    /// In which money.
    pub currency: Currency,
}

/// What a statement's usage comes to in each of its months.
#[derive(Default)]
pub(super) struct MonthCosts<'m> {
    /// By the month's first instant; nothing where something of it has no cost.
    pub sums: BTreeMap<Timestamp, Option<Decimal>>,
    /// What was used: the month's first instant, section and service.
    pub used: BTreeSet<(Timestamp, &'m str, &'m str)>,
}

impl MonthCosts<'_> {
    /// Adds a cost to a month's; nothing is known of the month any more where it is not.
    pub fn add(&mut self, month: Timestamp, cost: Option<Decimal>) -> Result<(), Overflow> {
        let sum = self.sums.entry(month).or_insert(Some(Decimal::ZERO));
        *sum = sum.zip(cost).map(|(sum, cost)| sum.checked_add(cost).ok_or(Overflow)).transpose()?;
        Ok(())
    }
}

/// A part of a usage that becomes a line.
struct Item<'m> {
    metered: &'m Metered,
    period: Period,
    volume: Decimal,
    tariff: Option<Arc<Tariff>>,
    charged: Option<Charged>,
}

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
        let months = match terms.minimum.is_some() || !charging.fees.is_empty() {
            true => month_costs(&items, period, charging)?,
            false => MonthCosts::default(),
        };
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
fn charge(items: &mut [Item<'_>], period: Period, charging: Charging<'_>) -> Result<(), Overflow> {
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
                item.charged = Some(months.charge(item.period, tariff, item.volume)?);
            }
        }
    }
    for item in items.iter_mut().filter(|item| item.charged.is_none()) {
        item.charged = item.tariff.as_ref().map(|tariff| tariff.flat(item.volume)).transpose()?;
    }
    Ok(())
}

/// What the usage of each month costs. A line over a month's end is in each of its months with what it would
/// cost there alone; one that cannot be cut there is in the last.
fn month_costs<'m>(items: &[Item<'m>], period: Period, charging: Charging<'_>) -> Result<MonthCosts<'m>, Overflow> {
    let mut all = MonthCosts::default();
    let months: Vec<Period> = charging.calendar.months(period).collect();
    for item in items.iter().filter(|item| !item.volume.is_zero()) {
        let free = charging.missing_is_zero && item.tariff.is_none();
        let mut rest = item.charged.as_ref().map(|charged| charged.cost).or(free.then_some(Decimal::ZERO));
        let mut volume = item.volume;
        let usage = &item.metered.usage;
        let mut add = |month: Period, cost| {
            all.used.insert((month.start(), &*usage.section, &*usage.service));
            all.add(month.start(), cost)
        };
        for month in months.iter().copied().filter(|month| month.overlaps(item.period)) {
            if month.end() >= item.period.end() {
                // What the months before had all of has nothing left here.
                if !volume.is_zero() {
                    add(month, rest)?;
                }
                break;
            }
            let part = Period::new(month.start().max(item.period.start()), month.end());
            let here = part.ok().and_then(|part| volume_between(item.metered, part)).transpose()?;
            let Some(here) = here.filter(|here| !here.is_zero()) else { continue };
            let share = item.tariff.as_ref().map(|tariff| tariff.flat(here)).transpose()?.map(|share| share.cost);
            volume = volume.checked_sub(here).ok_or(Overflow)?;
            let share = if volume.is_zero() { rest } else { share };
            rest = rest.zip(share).map(|(rest, share)| rest.checked_sub(share).ok_or(Overflow)).transpose()?;
            add(month, share)?;
        }
    }
    Ok(all)
}

/// What a service at a location has had in each month so far.
struct Months<'a> {
    calendar: &'a Calendar,
    /// By the month's first instant. Units of another kind are counted apart.
    all: HashMap<Timestamp, Vec<(Unit, Month)>>,
}

impl<'a> Months<'a> {
    fn new<'e>(earlier: impl Iterator<Item = &'e Earlier>, period: Period, calendar: &'a Calendar) -> Self {
        let mut months = Months { calendar, all: HashMap::new() };
        for line in earlier {
            let unit = Unit::of_volume(&line.unit);
            let units = Ratio::from(line.volume).times(unit.size());
            let free = line.free.clone().times(unit.size());
            let month = months.of(line.period, &unit);
            if line.period.end() <= period.end() {
                month.total = month.total.clone().plus(&units);
            }
            month.charged = month.charged.clone().plus(&units).minus(&free);
            month.free = month.free.clone().plus(&free);
        }
        months
    }

    /// What the month has had in which a period begins.
    fn of(&mut self, period: Period, unit: &Unit) -> &mut Month {
        let start = self.calendar.month_of(period.start()).map_or(period.start(), Period::start);
        let kinds = self.all.entry(start).or_default();
        let place = kinds.iter().position(|(other, _)| other.is_like(unit)).unwrap_or_else(|| {
            kinds.push((unit.clone(), Month::default()));
            kinds.len() - 1
        });
        &mut kinds[place].1
    }

    fn add(&mut self, period: Period, unit: &Unit, volume: Decimal) {
        let month = self.of(period, unit);
        month.total = month.total.clone().plus(&Ratio::from(volume).times(unit.size()));
    }

    fn charge(&mut self, period: Period, tariff: &Tariff, volume: Decimal) -> Result<Charged, Overflow> {
        tariff.charge(volume, self.of(period, tariff.unit()))
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
