//! A usage on its way from metering to a line.

use std::ops::Range;
use std::sync::Arc;

use super::Usage;
use crate::aggregate::{Evidence, VolumeParts};
use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::rate::{Charged, Tariff};
use crate::time::{Period, Timestamp};

/// A usage as metering gives it, with what charging and explaining it need beside its volume; and, once it is
/// charged, its price and its cost.
#[derive(Debug, Clone)]
pub struct Metered {
    /// What was used.
    pub usage: Usage,
    /// Its volume in parts, for prices that change inside the period.
    pub parts: VolumeParts,
    /// The samples it rests on, if anybody knows.
    pub evidence: Option<Arc<Evidence>>,
    /// The price, made ready for the usage's unit.
    pub(super) tariff: Option<Arc<Tariff>>,
    pub(super) charged: Option<Charged>,
}

impl Metered {
    /// A usage with its volume in parts and the samples it rests on.
    pub fn new(usage: Usage, parts: VolumeParts, evidence: Option<Arc<Evidence>>) -> Self {
        Metered { usage, parts, evidence, tariff: None, charged: None }
    }

    /// What of it lies in `period`, which is that of some neighbouring parts.
    pub(super) fn piece(&self, period: Period, volume: Decimal, parts: Range<usize>) -> Self {
        let usage = Usage { period, volume, ..self.usage.clone() };
        Metered::new(usage, self.parts.between(parts), self.evidence.clone())
    }

    /// The volume between two instants before its end, if it can be cut at both.
    pub(super) fn volume_between(&self, part: Period) -> Option<Result<Decimal, Overflow>> {
        let (whole, cuts) = (self.usage.period, self.parts.cuts());
        let place = |at: Timestamp| match at {
            at if at == whole.start() => Some(0),
            at => cuts.binary_search(&at).ok().map(|place| place + 1),
        };
        if cuts.is_empty() {
            return None;
        }
        Some(self.parts.volume(place(part.start())?..place(part.end())?))
    }
}

impl From<Usage> for Metered {
    fn from(usage: Usage) -> Self {
        Metered::new(usage, VolumeParts::default(), None)
    }
}
