//! A usage, cut where its price changes.
//!
//! A price holds for a stretch of the period; where it changes, the usage is cut: each part but the last is
//! what aggregating it alone would give, rounded to 6 decimals, and the last one is the rest, so that the
//! parts make the whole. What cannot be cut there takes the price that is valid just before the stretch
//! ends. Usage
//! with a price that counts the units of a month is also cut where a month ends.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::Usage;
use super::charging::Charging;
use super::error::DraftError;
use super::metered::Metered;
use super::problem::Problem;
use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::rate::{PriceQuery, Tariff};
use crate::tenant::TenantId;
use crate::time::{Period, Timestamp};
use crate::units::Mismatch;

/// A part of the period with one price.
#[derive(Debug, Clone)]
struct Stretch {
    period: Period,
    /// The price, made ready for the usage's unit; `None` if there is none.
    tariff: Option<Result<Arc<Tariff>, Unfit>>,
}

/// A price that is per something else.
#[derive(Debug, Clone)]
struct Unfit {
    origin: String,
    why: Mismatch,
}

/// What a price is looked up by: location, service and unit.
type PriceKey = (String, String, String);

/// The stretches of everything that was used, looked up once for each service, location and unit.
pub(super) struct Stretches<'a> {
    tenant: &'a TenantId,
    period: Period,
    charging: Charging<'a>,
    known: HashMap<PriceKey, Arc<[Stretch]>>,
    /// The last ones: neighbours in a statement mostly have the same.
    last: Option<(PriceKey, Arc<[Stretch]>)>,
}

/// A price changes at an instant at which the usage is not cut.
struct Uncut(Timestamp);

impl<'a> Stretches<'a> {
    pub fn new(tenant: &'a TenantId, period: Period, charging: Charging<'a>) -> Self {
        Stretches { tenant, period, charging, known: HashMap::new(), last: None }
    }

    /// Cuts a usage where its price changes, and gives each piece its price. What has none stays without.
    pub fn price(
        &mut self,
        mut metered: Metered,
        pieces: &mut Vec<Metered>,
        problems: &mut BTreeSet<Problem>,
    ) -> Result<(), DraftError> {
        let stretches = self.of(&metered.usage)?;
        if let [only] = &stretches[..] {
            metered.usage.period = only.period;
            metered.tariff = self.fitting(&metered.usage, only, problems);
            pieces.push(metered);
            return Ok(());
        }
        match self.joined(&stretches, &metered) {
            Ok(cut) => {
                for (stretch, mut piece) in cut_at(cut, &metered)? {
                    if self.charging.makes_line(piece.usage.volume) {
                        piece.tariff = self.fitting(&piece.usage, &stretch, problems);
                        pieces.push(piece);
                    }
                }
            }
            Err(Uncut(at)) => {
                let (service, location) = (metered.usage.service.clone(), metered.usage.location.clone());
                problems.insert(Problem::Change { service, location, at });
                pieces.push(metered);
            }
        }
        Ok(())
    }

    /// The price of a stretch, if it fits the usage.
    fn fitting(&self, usage: &Usage, stretch: &Stretch, problems: &mut BTreeSet<Problem>) -> Option<Arc<Tariff>> {
        match &stretch.tariff {
            Some(Ok(tariff)) => Some(tariff.clone()),
            Some(Err(unfit)) => {
                problems.insert(Problem::Unit {
                    service: usage.service.clone(),
                    name: self.charging.names.of(&usage.service).to_owned(),
                    location: usage.location.clone(),
                    origin: unfit.origin.clone(),
                    why: unfit.why.to_string(),
                });
                None
            }
            None => None,
        }
    }

    fn of(&mut self, usage: &Usage) -> Result<Arc<[Stretch]>, DraftError> {
        let is = |(location, service, unit): &PriceKey| {
            *location == usage.location && *service == usage.service && *unit == usage.unit
        };
        if self.charging.prices.is_some_and(|prices| prices.heeds_quantity()) {
            return Ok(self.look_up(usage)?.into());
        }
        if let Some((key, stretches)) = &self.last
            && is(key)
        {
            return Ok(stretches.clone());
        }
        let key = (usage.location.clone(), usage.service.clone(), usage.unit.clone());
        let stretches = match self.known.get(&key) {
            Some(known) => known.clone(),
            None => {
                let found: Arc<[Stretch]> = self.look_up(usage)?.into();
                self.known.insert(key.clone(), found.clone());
                found
            }
        };
        self.last = Some((key, stretches.clone()));
        Ok(stretches)
    }

    /// Asks for the price again and again, until the period's end.
    fn look_up(&self, usage: &Usage) -> Result<Vec<Stretch>, DraftError> {
        let whole = |tariff| vec![Stretch { period: usage.period, tariff }];
        let Some(prices) = self.charging.prices else { return Ok(whole(None)) };
        let mut all: Vec<Stretch> = Vec::new();
        let mut counts = false;
        let mut query = PriceQuery {
            tenant: self.tenant,
            location: &usage.location,
            service: &usage.service,
            name: self.charging.names.of(&usage.service),
            unit: &usage.unit,
            at: self.period.start(),
            quantity: usage.volume,
        };
        while query.at < self.period.end() {
            let start = query.at;
            let quote = prices.price(&query)?;
            let end = quote.until.filter(|until| *until > start).unwrap_or(self.period.end()).min(self.period.end());
            let Ok(period) = Period::new(start, end) else { break };
            counts |= quote.price.as_ref().is_some_and(|price| price.counts());
            let same = |before: &Stretch| match (&before.tariff, &quote.price) {
                (None, None) => true,
                (Some(Ok(tariff)), Some(price)) => tariff.price() == price,
                (Some(Err(unfit)), Some(price)) => unfit.origin == price.origin,
                _ => false,
            };
            match all.last_mut().filter(|before| same(before)) {
                Some(before) => before.period = Period::new(before.period.start(), end).unwrap_or(before.period),
                None => {
                    let tariff = quote.price.map(|price| {
                        let origin = price.origin.clone();
                        Tariff::new(price, &usage.unit).map(Arc::new).map_err(|why| Unfit { origin, why })
                    });
                    all.push(Stretch { period, tariff });
                }
            }
            query.at = end;
        }
        Ok(if counts { self.cut_by_month(all) } else { all })
    }

    /// Cuts stretches where a month ends.
    fn cut_by_month(&self, stretches: Vec<Stretch>) -> Vec<Stretch> {
        let mut all = Vec::new();
        for Stretch { period, tariff } in stretches {
            let mut start = period.start();
            while start < period.end() {
                // Where clocks go back over the end of a month, that has ended before its last hour.
                let end = self.charging.calendar.month_of(start).map(Period::end).filter(|end| *end > start);
                let end = end.unwrap_or(period.end()).min(period.end());
                let Ok(part) = Period::new(start, end) else { break };
                all.push(Stretch { period: part, tariff: tariff.clone() });
                start = end;
            }
        }
        all
    }

    /// Stretches between instants at which the usage can be cut: each with the range of its parts. Where it
    /// cannot, the later price holds for both.
    fn joined(&self, stretches: &[Stretch], metered: &Metered) -> Result<Vec<(Stretch, Range<usize>)>, Uncut> {
        let cuts = metered.parts.cuts();
        let mut all: Vec<(Stretch, Range<usize>)> = Vec::new();
        let (mut start, mut first) = (self.period.start(), 0);
        for stretch in stretches {
            let end = stretch.period.end();
            let next = if end == self.period.end() {
                cuts.len() + 1
            } else {
                match cuts.binary_search(&end) {
                    Ok(place) => place + 1,
                    Err(_) if self.charging.cuts.binary_search(&end).is_err() => return Err(Uncut(end)),
                    Err(_) => continue,
                }
            };
            if let Ok(period) = Period::new(start, end) {
                all.push((Stretch { period, tariff: stretch.tariff.clone() }, first..next));
            }
            (start, first) = (end, next);
        }
        Ok(all)
    }
}

/// The pieces of a usage, one for each stretch; the last one takes what the others leave of the whole.
fn cut_at(cut: Vec<(Stretch, Range<usize>)>, metered: &Metered) -> Result<Vec<(Stretch, Metered)>, Overflow> {
    let whole = metered.usage.volume;
    let mut volumes = Vec::with_capacity(cut.len());
    let mut rest = whole;
    for (_, parts) in cut.iter().take(cut.len().saturating_sub(1)) {
        let volume = metered.parts.volume(parts.clone())?;
        rest = rest.checked_sub(volume).ok_or(Overflow)?;
        volumes.push(volume);
    }
    volumes.push(rest);
    if !metered.parts.may_be_negative() && !whole.is_negative() {
        none_below_zero(&mut volumes)?;
    }
    let sum = volumes.iter().try_fold(Decimal::ZERO, |sum, volume| sum.checked_add(*volume));
    assert!(cut.is_empty() || sum == Some(whole), "the pieces of a usage make the whole");
    let piece = |((stretch, parts), volume): ((Stretch, Range<usize>), Decimal)| {
        let piece = metered.piece(stretch.period, volume, parts);
        (stretch, piece)
    };
    Ok(cut.into_iter().zip(volumes).map(piece).collect())
}

/// Takes what is below 0 off the piece before it, else the one after. The whole must not be below 0.
fn none_below_zero(volumes: &mut [Decimal]) -> Result<(), Overflow> {
    for place in 0..volumes.len() {
        for before in (0..place).rev() {
            if !volumes[place].is_negative() {
                break;
            }
            let taken = volumes[place].checked_add(volumes[before]).ok_or(Overflow)?;
            (volumes[before], volumes[place]) =
                if taken.is_negative() { (Decimal::ZERO, taken) } else { (taken, Decimal::ZERO) };
        }
        if volumes[place].is_negative()
            && let Some(after) = volumes.get(place + 1)
        {
            volumes[place + 1] = after.checked_add(volumes[place]).ok_or(Overflow)?;
            volumes[place] = Decimal::ZERO;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn balanced(volumes: &[i64]) -> Vec<i64> {
        let mut volumes: Vec<Decimal> = volumes.iter().map(|volume| Decimal::from(*volume)).collect();
        none_below_zero(&mut volumes).unwrap();
        volumes.iter().map(|volume| i64::try_from(volume.mantissa_at(0).unwrap()).unwrap()).collect()
    }

    #[test]
    fn what_is_below_zero_is_taken_off_the_piece_before_else_the_one_after() {
        // semantics 5, "Below 0".
        for (volumes, expected) in [
            (&[5, -2, 4][..], &[3, 0, 4][..]),
            (&[-2, 5], &[0, 3]),
            (&[5, -7, 4], &[0, 0, 2]),
            (&[3, -1, -1, 5], &[1, 0, 0, 5]),
            (&[4, 5, -7], &[2, 0, 0]),
            (&[-1, -1, 2], &[0, 0, 0]),
            (&[1, 2], &[1, 2]),
        ] {
            assert_eq!(balanced(volumes), expected, "{volumes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_piece_is_below_zero_and_the_sum_stays(volumes in prop::collection::vec(-9_i64..10, 1..7)) {
            let sum: i64 = volumes.iter().sum();
            let mut volumes = volumes;
            // The whole is not below 0.
            volumes.push(if sum < 0 { -sum } else { 0 });
            let balanced = balanced(&volumes);
            prop_assert_eq!(balanced.iter().sum::<i64>(), volumes.iter().sum::<i64>());
            prop_assert!(balanced.iter().all(|volume| *volume >= 0), "{:?}", balanced);
        }
    }
}
