//! Lines for all usage of a service (`main.lines: service`): the sum of what its resources cost, rounded once.
//!
//! Each resource is charged as ever, but not rounded. What the line costs is then divided among them, so that sums by
//! resource come to the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::metered::Metered;
use super::part::shares;
use super::{Line, Part, Problem, Usage};
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::money::Currency;
use crate::rate::{Flat, Price, Step, Working};
use crate::time::Period;

/// By how many of the smallest coins the rounding of single lines may be off before it is told.
const TOLD_COINS: u8 = 10;

/// Which pieces of usage make a line together, in the order of the lines.
pub(super) struct Services(Vec<Service>);

/// A line to be: its pieces by their places, in the order of the resources, and what each costs exactly.
struct Service {
    places: Vec<usize>,
    exact: Vec<Ratio>,
}

/// What tells one line from another, apart from the price: section, location, service, unit and segment.
type ServiceKey<'m> = (&'m str, &'m str, &'m str, &'m str, Period);

/// By price, the places of the pieces that have it.
type ByPrice<'m> = Vec<(Option<&'m Price>, Vec<usize>)>;

impl Services {
    /// Puts pieces together, and makes the cost of each its share of what they cost together.
    pub fn of(metered: &mut [Metered]) -> Result<Self, Overflow> {
        let mut all: BTreeMap<ServiceKey<'_>, ByPrice<'_>> = BTreeMap::new();
        for (place, Metered { usage, tariff, .. }) in metered.iter().enumerate() {
            let Usage { section, location, service, unit, period, .. } = usage;
            let price = tariff.as_ref().map(|tariff| &**tariff.price());
            let prices = all.entry((section, location, service, unit, *period)).or_default();
            match prices.iter_mut().find(|(other, _)| *other == price) {
                Some((_, places)) => places.push(place),
                None => prices.push((price, vec![place])),
            }
        }
        let all: Vec<Vec<usize>> = all.into_values().flatten().map(|(_, places)| places).collect();
        let service = |places| Service::of(places, metered);
        all.into_iter().map(service).collect::<Result<_, _>>().map(Services)
    }

    /// Makes one line of the lines of its pieces.
    pub fn lines(self, single: Vec<Line>) -> Result<Vec<Line>, Overflow> {
        let mut single: Vec<Option<Line>> = single.into_iter().map(Some).collect();
        let line = |Service { places, exact }: Service| {
            let lines = places.iter().filter_map(|place| single.get_mut(*place)?.take());
            together(lines.zip(exact).map(|(line, exact)| Part { line, exact }).collect()).transpose()
        };
        self.0.into_iter().filter_map(line).collect()
    }
}

impl Service {
    fn of(mut places: Vec<usize>, metered: &mut [Metered]) -> Result<Self, Overflow> {
        places.sort_by(|a, b| {
            let [a, b] = [a, b].map(|place| &metered[*place].usage);
            (&a.resource_id, &a.entry).cmp(&(&b.resource_id, &b.entry))
        });
        let exact = |place: &usize| {
            let Metered { usage, charged, .. } = &metered[*place];
            let exact = charged.as_ref().and_then(|charged| charged.working.exact(usage.volume, charged.rate));
            exact.unwrap_or_else(Ratio::zero)
        };
        let exact: Vec<Ratio> = places.iter().map(exact).collect();
        let tariff = places.first().and_then(|place| metered[*place].tariff.clone());
        let Some(tariff) = tariff else { return Ok(Service { places, exact }) };
        let digits = tariff.price().currency.digits();
        let cost = sum(&exact).rounded(digits)?;
        for (place, share) in places.iter().zip(shares(cost, &exact, digits)?) {
            if let Some(charged) = &mut metered[*place].charged {
                charged.cost = share;
            }
        }
        Ok(Service { places, exact })
    }
}

fn sum(all: &[Ratio]) -> Ratio {
    all.iter().fold(Ratio::zero(), |sum, one| sum.plus(one))
}

/// The line of some parts; none of none.
pub(crate) fn together(parts: Vec<Part>) -> Result<Option<Line>, Overflow> {
    let Some(first) = parts.first().map(|part| &part.line) else { return Ok(None) };
    let mut usage = Usage { resource_id: String::new(), resource_name: String::new(), ..first.usage.clone() };
    let (mut rate, mut cost, mut volume) = (first.rate.clone(), Some(Decimal::ZERO), Decimal::ZERO);
    for Part { line, .. } in &parts {
        if line.usage.entry != usage.entry {
            usage.entry.clear();
        }
        if line.usage.meter != usage.meter {
            usage.meter.clear();
        }
        usage.aggregate = usage.aggregate.filter(|aggregate| line.usage.aggregate == Some(*aggregate));
        rate = rate.filter(|rate| line.rate.as_ref() == Some(rate));
        volume = volume.checked_add(line.usage.volume).ok_or(Overflow)?;
        cost = match cost.zip(line.cost) {
            Some((sum, cost)) => Some(sum.checked_add(cost).ok_or(Overflow)?),
            None => None,
        };
    }
    usage.volume = volume;
    let name = first.name.clone();
    let mut working = working(&parts);
    if let (Some(working), true) = (&mut working, rate.is_some()) {
        working.price = None;
    }
    let working = working.map(Arc::new);
    Ok(Some(Line { usage, name, rate, cost, working, evidence: None, parts }))
}

/// The same, where the parts cost something else than they did: the sum is rounded and divided among them anew.
pub(crate) fn settled(mut parts: Vec<Part>, currency: Currency) -> Result<Option<Line>, Overflow> {
    let exact: Vec<Ratio> = parts.iter().map(|part| part.exact.clone()).collect();
    let digits = currency.digits();
    for (part, share) in parts.iter_mut().zip(shares(sum(&exact).rounded(digits)?, &exact, digits)?) {
        part.line.cost = Some(share);
    }
    together(parts)
}

/// The arithmetic of all parts: units by their prices, and what they come to.
fn working(parts: &[Part]) -> Option<Working> {
    let first = parts.iter().find_map(|part| part.line.working.as_deref())?;
    let mut all = Working { steps: Vec::new(), flats: Vec::new(), cap: None, ..first.clone() };
    (all.free, all.sum, all.price) = (Ratio::zero(), Some(Ratio::zero()), None);
    for Part { line, exact } in parts {
        let Some(working) = &line.working else { continue };
        all.free = all.free.plus(&working.free);
        all.sum = all.sum.map(|sum| sum.plus(exact));
        for step in &working.steps {
            match all.steps.iter_mut().find(|known| known.price == step.price) {
                Some(known) => known.units = known.units.clone().plus(&step.units),
                None => all.steps.push(Step::clone(step)),
            }
        }
        all.flats.extend(working.flats.iter().map(Flat::clone));
        let of_rate = || line.rate.as_ref().map(|rate| (rate.per.clone(), rate.origin.clone()));
        all.price = all.price.or_else(|| working.price.clone().or_else(of_rate));
    }
    Some(all)
}

/// Tells where the rounding of single lines makes much of a difference. The lines are in their order.
pub(super) fn drifts(lines: &[Line], currency: Currency, problems: &mut BTreeSet<Problem>) -> Result<(), Overflow> {
    let are_one = |a: &Line, b: &Line| {
        (&a.usage.service, &a.usage.location, &a.usage.section)
            == (&b.usage.service, &b.usage.location, &b.usage.section)
    };
    // Each line is at most half a coin off.
    for run in lines.chunk_by(are_one).filter(|run| run.len() > 2 * usize::from(TOLD_COINS)) {
        let mut exact = Ratio::zero();
        for alike in run.chunk_by(is_linear_as) {
            let mut volume = Decimal::ZERO;
            for line in alike {
                volume = volume.checked_add(line.usage.volume).ok_or(Overflow)?;
            }
            let Some(line) = alike.first() else { continue };
            let rate = line.rate.as_ref().map(|rate| rate.amount);
            exact = exact.plus(
                &line.working.as_ref().and_then(|working| working.exact(volume, rate)).unwrap_or_else(Ratio::zero),
            );
        }
        let mut rounded = Decimal::ZERO;
        for line in run {
            rounded = rounded.checked_add(line.cost.unwrap_or_default()).ok_or(Overflow)?;
        }
        let exact = exact.rounded(currency.digits())?;
        let off = rounded.checked_sub(exact).and_then(|off| off.mantissa_at(currency.digits())).ok_or(Overflow)?;
        if let Some(first) = run.first().filter(|_| off.unsigned_abs() > TOLD_COINS.into()) {
            let Usage { service, location, .. } = first.usage.clone();
            let (name, lines) = (first.name.clone(), run.len());
            problems.insert(Problem::Drift { service, name, location, lines, currency, rounded, exact });
        }
    }
    Ok(())
}

/// Whether two lines cost together what their volumes together would: flat prices alone have one working for all lines.
fn is_linear_as(a: &Line, b: &Line) -> bool {
    a.working.as_ref().zip(b.working.as_ref()).is_some_and(|(a, b)| Arc::ptr_eq(a, b))
}
