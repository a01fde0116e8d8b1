//! Time in windows, each narrow enough that an answer holds all of its samples.
//!
//! Ceilometer answers the newest samples up to a limit, and says neither that there are more nor how
//! to go on. So a window that comes back full says nothing: it is halved and asked again before
//! anything of it is taken. What is not full is taken, and the width of the next one follows from
//! how many there were. The windows that are taken lie side by side, without gap and overlap.

use artifice_model::Timestamp;

/// How much wider than the last one a window may be, if that had few samples.
const MOST_WIDENING: i128 = 4;
/// How much wider than the last one it is, if that had none.
const AFTER_NOTHING: i128 = 16;
/// Polling gives all samples of a round one timestamp: what is full within a second is a crowd, which
/// no narrower window divides, but a higher limit holds.
const SECOND_US: i64 = 1_000_000;
/// The highest limit that is tried where one instant alone has more samples than the configured one.
const MOST_LIMIT: usize = 1_000_000;

/// What to ask next: samples from `from` up to, and without, `to`; at most `limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// How many samples may be in it.
    pub limit: usize,
}

impl Window {
    /// Whether an instant lies in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// How wide it is, in microseconds.
    pub fn width(self) -> i64 {
        self.to.micros().saturating_sub(self.from.micros())
    }
}

/// More samples in a microsecond than can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillFull(pub Window);

/// The windows of a span of time.
#[derive(Debug, Clone)]
pub struct Windows {
    /// Everything before this is taken.
    at: i64,
    end: i64,
    width: i64,
    /// As many as are asked for, usually.
    usual_limit: usize,
    limit: usize,
}

impl Windows {
    /// The windows of `[start, end)`. The first one is all of it: most have few samples.
    pub fn new(start: Timestamp, end: Timestamp, limit: usize) -> Self {
        let (at, end) = (start.micros(), end.micros());
        Windows { at, end, width: end.saturating_sub(at).max(1), usual_limit: limit.max(1), limit: limit.max(1) }
    }

    /// What to ask next, unless all is taken.
    pub fn next(&self) -> Option<Window> {
        let to = self.at.saturating_add(self.width).min(self.end);
        let instant = Timestamp::from_micros;
        (self.at < self.end).then(|| Window { from: instant(self.at), to: instant(to), limit: self.limit })
    }

    /// What was asked has come back full: nothing of it counts. Fails where nothing holds it.
    pub fn full(&mut self) -> Result<(), StillFull> {
        let Some(window) = self.next() else { return Ok(()) };
        if window.width() <= SECOND_US && self.limit < MOST_LIMIT {
            self.limit = self.limit.saturating_mul(2).min(MOST_LIMIT);
            return Ok(());
        }
        self.too_long()
    }

    /// What was asked has come back longer than can be read. Fails where it cannot be narrower.
    pub fn too_long(&mut self) -> Result<(), StillFull> {
        let Some(window) = self.next() else { return Ok(()) };
        match window.width() {
            ..=1 => Err(StillFull(window)),
            width => {
                self.width = width / 2;
                Ok(())
            }
        }
    }

    /// What was asked is complete, and had so many samples.
    pub fn taken(&mut self, count: usize) {
        let Some(window) = self.next() else { return };
        let width = i128::from(window.width());
        self.at = window.to.micros();
        self.limit = self.usual_limit;
        let next = match i128_of(count) {
            0 => width * AFTER_NOTHING,
            // Half full would be best: samples are not spread evenly.
            count => (width * i128_of(self.limit / 2).max(1) / count).min(width * MOST_WIDENING),
        };
        self.width = i64::try_from(next).unwrap_or(i64::MAX).max(SECOND_US);
    }
}

fn i128_of(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Walks over samples at these instants; answers the windows that were taken, and how often it asked.
    fn walk(samples: &[i64], (start, end): (i64, i64), limit: usize) -> Result<(Vec<Window>, usize), StillFull> {
        let instant = Timestamp::from_micros;
        let mut windows = Windows::new(instant(start), instant(end), limit);
        let (mut taken, mut asked) = (Vec::new(), 0);
        while let Some(window) = windows.next() {
            asked += 1;
            let inside = |at: &&i64| window.contains(instant(**at));
            let count = samples.iter().filter(inside).count();
            if count.min(window.limit) == window.limit {
                windows.full()?;
            } else {
                windows.taken(count);
                taken.push(window);
            }
        }
        Ok((taken, asked))
    }

    proptest! {
        #[test]
        fn every_instant_is_taken_exactly_once(
            mut samples in prop::collection::vec(prop_oneof![0..20_i64, 0..1_000_000_i64, 500_000..500_100_i64], 0..300),
            start in -1000..1000_i64,
            length in 0..2_000_000_i64,
            limit in 1..50_usize,
        ) {
            samples.sort_unstable();
            let (taken, _) = walk(&samples, (start, start + length), limit).unwrap();
            let mut at = start;
            for window in taken {
                prop_assert_eq!(window.from.micros(), at);
                prop_assert!(window.to > window.from);
                at = window.to.micros();
            }
            prop_assert_eq!(at, start + length);
        }

        #[test]
        fn any_density_ends(density in 1..100_000_usize, length in 1..2000_i64, limit in 1..10_000_usize) {
            let mut windows = Windows::new(Timestamp::from_micros(0), Timestamp::from_micros(length), limit);
            let mut asked = 0_i64;
            while let Some(window) = windows.next() {
                asked += 1;
                let width = usize::try_from(window.to.micros() - window.from.micros()).unwrap();
                match density * width >= window.limit {
                    true => windows.full().unwrap(),
                    false => windows.taken(density * width),
                }
                prop_assert!(asked <= 40 * length, "asked {asked} times for {length} instants");
            }
        }
    }

    #[test]
    fn few_samples_take_one_request_and_many_about_twice_as_many_as_fit() {
        let month = 31 * 24 * 3_600_000_000_i64;
        assert_eq!(walk(&[1, 2, 3], (0, month), 5000).unwrap().1, 1);
        let even: Vec<i64> = (0..44_640).map(|minute| minute * 60_000_000).collect();
        let (taken, asked) = walk(&even, (0, month), 1000).unwrap();
        assert!((45..=100).contains(&taken.len()) && asked <= taken.len() + 7, "{} {asked}", taken.len());
    }

    #[test]
    fn a_crowd_in_one_instant_gets_a_higher_limit_but_not_without_bound() {
        let (taken, asked) = walk(&vec![5; 90], (0, 10_000_000_000), 2).unwrap();
        assert_eq!(taken.iter().map(|window| window.limit).max(), Some(128));
        assert!(asked < 40, "{asked}");
        let mut windows = Windows::new(Timestamp::from_micros(0), Timestamp::from_micros(1), 300_000);
        assert_eq!((windows.full(), windows.full()), (Ok(()), Ok(())));
        assert_eq!(windows.full().unwrap_err().0.limit, MOST_LIMIT);
        assert!(windows.too_long().is_err() && walk(&[], (7, 7), 1).unwrap().0.is_empty());
    }

    #[test]
    fn what_is_too_long_is_narrowed_within_a_second_too() {
        let mut windows = Windows::new(Timestamp::from_micros(0), Timestamp::from_micros(1000), 10);
        windows.too_long().unwrap();
        assert_eq!(windows.next().unwrap().width(), 500);
    }

    #[test]
    fn a_small_limit_ends_too() {
        let hours: Vec<i64> = (0..700).map(|hour| hour * 3_600_000_000).collect();
        for limit in 2..8 {
            let (_, asked) = walk(&hours, (0, 744 * 3_600_000_000), limit).unwrap();
            assert!(asked < 700 * 30, "{asked} for the limit {limit}");
        }
    }

    #[test]
    fn a_lull_does_not_make_the_next_crowd_endless() {
        let mut samples: Vec<i64> = (0..2000).collect();
        samples.extend(1_000_000_000..1_000_002_000);
        let (_, asked) = walk(&samples, (0, 2_000_000_000), 100).unwrap();
        assert!(asked < 300, "{asked}");
    }
}
