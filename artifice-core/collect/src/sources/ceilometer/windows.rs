//! Time in windows, the newest first, each narrow enough that an answer holds all of its samples.
//!
//! Ceilometer answers the newest samples up to a limit, and says neither that there are more nor how to go on. So of an
//! answer that is full the oldest second may lack samples, and what is newer lacks none: if the answer is in that order,
//! and somebody checks afterwards that all came that there are, its newer part is taken, and the rest is asked for. Where
//! nobody can check it, or the order is another one, nothing of it is: the window is halved and asked for again. What is
//! not full is taken. The width of the next window follows from how many there were. The windows that are taken lie side
//! by side, without gap and overlap.

use artifice_model::Timestamp;

/// How much wider than the last one a window may be, if that had few samples.
const MOST_WIDENING: i128 = 4;
/// How much wider than the last one it is, if that had none.
const AFTER_NOTHING: i128 = 16;
/// Polling gives all samples of a round one timestamp: what is full within a second is a crowd, which
/// no narrower window divides, but a higher limit holds.
pub(super) const SECOND_US: i64 = 1_000_000;
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
    start: i64,
    /// Everything from this on is taken.
    at: i64,
    width: i64,
    /// As many as are asked for, usually.
    usual_limit: usize,
    limit: usize,
}

impl Windows {
    /// The windows of `[start, end)`. The first one is all of it: most have few samples.
    pub fn new(start: Timestamp, end: Timestamp, limit: usize) -> Self {
        let (start, at) = (start.micros(), end.micros());
        Windows { start, at, width: at.saturating_sub(start).max(1), usual_limit: limit.max(1), limit: limit.max(1) }
    }

    /// The same, where so many samples are known to be in it.
    pub fn expecting(self, count: usize) -> Self {
        let whole = i128::from(self.width);
        let width = if count < self.limit { self.width } else { aimed(whole, self.limit, count).max(SECOND_US) };
        Windows { width, ..self }
    }

    /// As so many spans, side by side, each with windows of its own. They begin at whole seconds of the first one's.
    pub fn split(self, parts: usize) -> Vec<Windows> {
        let parts = i64::try_from(parts).unwrap_or(1).max(1);
        let seconds = (self.at.saturating_sub(self.start) / SECOND_US / parts).max(1);
        let mut all = Vec::new();
        let mut start = self.start;
        while start < self.at {
            let is_last = all.len() + 1 == usize::try_from(parts).unwrap_or(1);
            let end = if is_last { self.at } else { start.saturating_add(seconds * SECOND_US).min(self.at) };
            all.push(Windows { start, at: end, width: self.width.min(end - start).max(1), ..self });
            start = end;
        }
        all
    }

    /// What to ask next, unless all is taken.
    pub fn next(&self) -> Option<Window> {
        let from = self.at.saturating_sub(self.width).max(self.start);
        let instant = Timestamp::from_micros;
        (self.start < self.at).then(|| Window { from: instant(from), to: instant(self.at), limit: self.limit })
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

    /// What was asked has come back full, in order, with so many samples down to this one: what is newer than its second
    /// is taken, if anything is. (Bounds within a second are asked for only where they have to be: a server may have
    /// rounded its timestamps.)
    pub fn full_down_to(&mut self, oldest: Timestamp, count: usize) -> Result<Option<Window>, StillFull> {
        let Some(window) = self.next() else { return Ok(None) };
        let begin = oldest.micros().div_euclid(SECOND_US).saturating_add(1).saturating_mul(SECOND_US);
        if begin >= window.to.micros() || begin < window.from.micros() {
            // All of it is a crowd: it is asked for without what is older, and then as one.
            self.width = match window.width() {
                ..=SECOND_US => return self.full().map(|()| None),
                width => SECOND_US.min(width),
            };
            return Ok(None);
        }
        let taken = Window { from: Timestamp::from_micros(begin), ..window };
        self.went_down_to(begin);
        self.width = aimed(i128::from(taken.width()), self.limit, count).max(SECOND_US);
        Ok(Some(taken))
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
        self.went_down_to(window.from.micros());
        let next = match count {
            0 => i64::try_from(width * AFTER_NOTHING).unwrap_or(i64::MAX),
            count => aimed(width, self.limit, count),
        };
        self.width = next.max(SECOND_US);
    }

    fn went_down_to(&mut self, at: i64) {
        self.at = at;
        self.limit = self.usual_limit;
    }
}

/// How wide a window is to be after one of this width that had so many samples. Three quarters full would be best: samples
/// are not spread evenly.
fn aimed(width: i128, limit: usize, count: usize) -> i64 {
    let most = i128_of(limit).saturating_mul(3) / 4;
    let next = width.saturating_mul(most.max(1)) / i128_of(count).max(1);
    i64::try_from(next.min(width.saturating_mul(MOST_WIDENING))).unwrap_or(i64::MAX)
}

fn i128_of(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What was asked of a server with samples at these instants.
    struct Walk {
        /// What was taken, and how many samples it had.
        taken: Vec<(Window, usize)>,
        asked: usize,
        /// How many samples were answered.
        moved: usize,
    }

    /// Walks over samples at these instants. Of a full answer the newer part is taken if it `keeps`.
    fn walk_over(samples: &[i64], mut windows: Windows, keeps: bool) -> Result<Walk, StillFull> {
        let mut newest_first = samples.to_vec();
        newest_first.sort_unstable_by(|one, other| other.cmp(one));
        let mut walk = Walk { taken: Vec::new(), asked: 0, moved: 0 };
        while let Some(window) = windows.next() {
            walk.asked += 1;
            let inside = newest_first.iter().filter(|at| window.contains(Timestamp::from_micros(**at)));
            let answer: Vec<i64> = inside.take(window.limit).copied().collect();
            walk.moved += answer.len();
            let count_in =
                |taken: Window| answer.iter().filter(|at| taken.contains(Timestamp::from_micros(**at))).count();
            match answer.last() {
                Some(oldest) if answer.len() == window.limit && keeps => {
                    let taken = windows.full_down_to(Timestamp::from_micros(*oldest), answer.len())?;
                    walk.taken.extend(taken.map(|taken| (taken, count_in(taken))));
                }
                Some(_) if answer.len() == window.limit => windows.full()?,
                _ => {
                    windows.taken(answer.len());
                    walk.taken.push((window, answer.len()));
                }
            }
        }
        Ok(walk)
    }

    fn of(start: i64, end: i64, limit: usize) -> Windows {
        Windows::new(Timestamp::from_micros(start), Timestamp::from_micros(end), limit)
    }

    fn walk(samples: &[i64], (start, end): (i64, i64), limit: usize) -> Result<Walk, StillFull> {
        walk_over(samples, of(start, end, limit), false)
    }

    proptest! {
        #[test]
        fn every_instant_is_taken_exactly_once_and_with_all_its_samples(
            samples in prop::collection::vec(
                prop_oneof![0..20_i64, 0..1_000_000_i64, 500_000..500_100_i64, 0..600_000_000_i64], 0..300,
            ),
            start in -1000..1000_i64,
            length in prop_oneof![0..2_000_000_i64, 0..600_000_000_i64],
            limit in 1..50_usize,
            expected in prop::option::of(0..400_usize),
            parts in 1..5_usize,
            keeps in any::<bool>(),
        ) {
            let mut windows = of(start, start + length, limit);
            if let Some(expected) = expected {
                windows = windows.expecting(expected);
            }
            let mut taken = Vec::new();
            for part in windows.split(parts) {
                taken.extend(walk_over(&samples, part, keeps).unwrap().taken);
            }
            taken.sort_by_key(|(window, _)| window.from);
            let mut at = start;
            for (window, count) in taken {
                prop_assert_eq!(window.from.micros(), at);
                prop_assert!(window.to > window.from);
                at = window.to.micros();
                let there = samples.iter().filter(|sample| window.contains(Timestamp::from_micros(**sample))).count();
                prop_assert_eq!(count, there);
            }
            prop_assert_eq!(at, start + length);
        }

        #[test]
        fn what_is_taken_of_full_answers_is_not_asked_for_again(
            mut seconds in prop::collection::vec(0..100_000_i64, 0..2000), limit in 10..300_usize,
        ) {
            // No two in one second: only the oldest of a full answer comes again.
            seconds.sort_unstable();
            seconds.dedup();
            let samples: Vec<i64> = seconds.iter().map(|second| second * SECOND_US).collect();
            let walk = walk_over(&samples, of(0, 100_000 * SECOND_US, limit), true).unwrap();
            prop_assert!(walk.moved <= samples.len() + samples.len() / (limit - 1) + 1, "{} of {}", walk.moved, samples.len());
        }

        #[test]
        fn any_density_ends(density in 1..100_000_usize, length in 1..2000_i64, limit in 1..10_000_usize) {
            let mut windows = of(0, length, limit);
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
    fn few_samples_take_one_request_and_many_hardly_more_than_fit() {
        let month = 31 * 24 * 3_600_000_000_i64;
        assert_eq!(walk(&[1, 2, 3], (0, month), 5000).unwrap().asked, 1);
        let even: Vec<i64> = (0..44_640).map(|minute| minute * 60_000_000).collect();
        let halved = walk(&even, (0, month), 1000).unwrap();
        assert!((45..=100).contains(&halved.taken.len()) && halved.asked <= halved.taken.len() + 7, "{}", halved.asked);
        // A month of a minute's samples, which halving alone would move nearly thrice.
        for windows in [of(0, month, 5000), of(0, month, 5000).expecting(even.len())] {
            let kept = walk_over(&even, windows, true).unwrap();
            assert!(kept.asked <= 13 && kept.moved <= even.len() + 13, "{} {}", kept.asked, kept.moved);
        }
    }

    #[test]
    fn a_crowd_in_one_instant_gets_a_higher_limit_but_not_without_bound() {
        for keeps in [false, true] {
            let crowd = walk_over(&[5; 90], of(0, 10_000_000_000, 2), keeps).unwrap();
            assert_eq!(crowd.taken.iter().map(|(window, _)| window.limit).max(), Some(128));
            assert!(crowd.asked < 40, "{}", crowd.asked);
        }
        let mut windows = of(0, 1, 300_000);
        assert_eq!((windows.full(), windows.full()), (Ok(()), Ok(())));
        assert_eq!(windows.full().unwrap_err().0.limit, MOST_LIMIT);
        assert!(windows.too_long().is_err() && walk(&[], (7, 7), 1).unwrap().taken.is_empty());
    }

    #[test]
    fn what_is_too_long_is_narrowed_within_a_second_too() {
        let mut windows = of(0, 1000, 10);
        windows.too_long().unwrap();
        assert_eq!(windows.next().unwrap().width(), 500);
    }

    #[test]
    fn a_small_limit_ends_too() {
        let hours: Vec<i64> = (0..700).map(|hour| hour * 3_600_000_000).collect();
        for limit in 2..8 {
            let asked = walk(&hours, (0, 744 * 3_600_000_000), limit).unwrap().asked;
            assert!(asked < 700 * 30, "{asked} for the limit {limit}");
        }
    }

    #[test]
    fn a_lull_does_not_make_the_next_crowd_endless() {
        let mut samples: Vec<i64> = (0..2000).collect();
        samples.extend(1_000_000_000..1_000_002_000);
        for keeps in [false, true] {
            let asked = walk_over(&samples, of(0, 2_000_000_000, 100), keeps).unwrap().asked;
            assert!(asked < 300, "{asked}");
        }
    }
}
