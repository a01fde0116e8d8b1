//! A series that changes its unit within one family (GB, then GiB): from then on it is counted in the smallest.

use std::sync::Arc;

use crate::exact::Ratio;
use crate::units::Unit;

/// The units of a series' samples.
#[derive(Debug, Default)]
pub(super) struct SeriesUnit {
    /// That of the last sample.
    last: Option<Arc<str>>,
    /// The one before it, once there was another.
    pub before: Option<Arc<str>>,
    /// How many of the smallest the last one is, where there were several.
    size: Option<i128>,
}

/// What a sample's unit means for its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    /// By what the sample's value is to be multiplied.
    pub size: Option<i128>,
    /// By what all values before it are to be multiplied.
    pub before: Option<i128>,
}

/// A unit in which the series cannot go on; and the one that it had.
pub(super) struct Other(pub Arc<str>);

impl SeriesUnit {
    /// Takes the next sample's unit.
    #[inline]
    pub fn take(&mut self, unit: &Arc<str>) -> Result<Counted, Other> {
        match &self.last {
            Some(last) if *last == *unit => Ok(Counted { size: self.size, before: None }),
            None => {
                self.last = Some(unit.clone());
                Ok(Counted { size: None, before: None })
            }
            Some(_) => self.change(unit),
        }
    }

    /// Takes the next sample's unit where its value is not looked at: what counts as 1 does so in any unit.
    pub fn name(&mut self, unit: &Arc<str>) {
        self.last = Some(unit.clone());
    }

    #[cold]
    fn change(&mut self, unit: &Arc<str>) -> Result<Counted, Other> {
        let Some(last) = self.last.take() else { return Ok(Counted { size: None, before: None }) };
        let Some((was, is)) = sizes(&last, unit) else { return Err(Other(last)) };
        // What was counted in the smallest already stays so.
        let before = if self.size.is_none() { Some(was) } else { None };
        self.before = Some(last);
        (self.last, self.size) = (Some(unit.clone()), Some(is));
        Ok(Counted { size: self.size, before })
    }

    /// The unit of the volumes, and how many of the smallest one is.
    pub fn end(&self) -> (&str, i128) {
        (self.last.as_deref().unwrap_or_default(), self.size.unwrap_or(1))
    }

    /// The last unit and another one before it, if there were two.
    pub fn both(&self) -> Option<(Arc<str>, Arc<str>)> {
        self.before.clone().zip(self.last.clone())
    }
}

/// How many of their family's smallest two units are; `None` if they are not of one.
fn sizes(one: &str, other: &str) -> Option<(i128, i128)> {
    let (one, other) = (Unit::of_volume(one), Unit::of_volume(other));
    let whole = |unit: &Unit| {
        // The smallest times are thousandths of what times are counted in.
        let in_thousandths = unit.size().clone().times(&Ratio::new(1000, 1));
        in_thousandths.small().filter(|(_, below)| *below == 1).map(|(size, _)| size)
    };
    if one.is_like(&other) { whole(&one).zip(whole(&other)) } else { None }
}
