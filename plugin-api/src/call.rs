//! Until when a call is heard.

use std::time::{Duration, Instant};

use abi_stable::StableAbi;
use abi_stable::std_types::RSlice;

use crate::values::Pair;

/// What is longer is not told from it: nobody waits a century.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// A call, beside what it is about: until when its answer is heard.
///
/// What a library answers later is ignored, and a program that is asked is ended then. So whoever asks
/// others on the way gives them less time than is [left](Call::left). A document has the time of the call
/// that opens it, to the end of its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call<'a> {
    /// Until when the answer is heard.
    pub deadline: Instant,
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
}

impl Call<'_> {
    /// A call that is heard for so long from now on.
    pub fn within(time: Duration) -> Self {
        Call { deadline: Instant::now() + time.min(LONGEST), extra: RSlice::EMPTY }
    }

    /// How much time is left; none once nobody listens any more.
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether nobody listens any more.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }
}

/// A [`Call`], as it crosses the boundary.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct CallParts<'a> {
    left_us: u64,
    extra: RSlice<'a, Pair<'a>>,
}

impl<'a> Call<'a> {
    /// As it crosses the boundary: an instant means nothing to another program.
    pub fn parts(&self) -> CallParts<'a> {
        let left_us = u64::try_from(self.left().as_micros()).unwrap_or(u64::MAX);
        CallParts { left_us, extra: self.extra }
    }
}

impl<'a> From<&CallParts<'a>> for Call<'a> {
    fn from(parts: &CallParts<'a>) -> Self {
        Call { extra: parts.extra, ..Call::within(Duration::from_micros(parts.left_us)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_crosses_the_boundary() {
        let call = Call::within(Duration::from_secs(60));
        let arrived = Call::from(&call.parts());
        let late = arrived.deadline.saturating_duration_since(call.deadline);
        assert!(late < Duration::from_secs(1), "{late:?}");
        assert!(!arrived.is_over() && arrived.left() <= Duration::from_secs(60));
        let over = Call::within(Duration::ZERO);
        assert!(over.is_over() && Call::from(&over.parts()).is_over());
        assert!(!Call::within(Duration::MAX).is_over());
        assert!(!Call::from(&Call::within(Duration::MAX).parts()).is_over());
    }
}
