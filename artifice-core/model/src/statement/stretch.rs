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
    let mut rest = metered.usage.volume;
    let mut pieces = Vec::with_capacity(cut.len());
    let last = cut.len().saturating_sub(1);
    for (index, (stretch, parts)) in cut.into_iter().enumerate() {
        let volume = if index == last { rest } else { metered.parts.volume(parts.clone())? };
        rest = rest.checked_sub(volume).ok_or(Overflow)?;
        pieces.push((stretch.clone(), metered.piece(stretch.period, volume, parts)));
    }
    assert!(rest.is_zero(), "the pieces of a usage make the whole");
    Ok(pieces)
}
