//! Timing two things against each other, in one run.
//!
//! A machine is never quiet, and never equally loud twice. So subject and reference take turns, the
//! best time of each is what it can do, and what is compared is their ratio; how far the ratios of
//! single rounds lie apart says how much that is worth.

use std::time::{Duration, Instant};

/// What came of some rounds.
#[derive(Debug, Clone)]
pub struct Rounds {
    pub subject: Vec<Duration>,
    pub reference: Vec<Duration>,
}

/// The best times, and how they compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Seconds.
    pub subject_s: f64,
    /// Seconds.
    pub reference_s: f64,
    /// How fast the subject is, compared to the reference: 0.5 is half as fast.
    pub ratio: f64,
    /// The least and the greatest ratio of a round.
    pub spread: (f64, f64),
}

/// How long some work takes.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let result = work();
    (begin.elapsed(), result)
}

impl Rounds {
    /// Lets both work in turns.
    pub fn of(rounds: usize, mut subject: impl FnMut(), mut reference: impl FnMut()) -> Rounds {
        let mut all = Rounds { subject: Vec::new(), reference: Vec::new() };
        for _ in 0..rounds {
            all.subject.push(timed(&mut subject).0);
            all.reference.push(timed(&mut reference).0);
        }
        all
    }

    pub fn compare(&self) -> Comparison {
        let best = |times: &[Duration]| times.iter().min().map_or(f64::NAN, Duration::as_secs_f64);
        let (subject_s, reference_s) = (best(&self.subject), best(&self.reference));
        let ratios = self.subject.iter().zip(&self.reference).map(|(s, r)| r.as_secs_f64() / s.as_secs_f64());
        let spread =
            ratios.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), ratio| (least.min(ratio), most.max(ratio)));
        Comparison { subject_s, reference_s, ratio: reference_s / subject_s, spread }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_times_are_compared() {
        let ms = |times: &[u64]| times.iter().copied().map(Duration::from_millis).collect();
        let rounds = Rounds { subject: ms(&[400, 200, 250]), reference: ms(&[100, 150, 125]) };
        let found = rounds.compare();
        let about = |value: f64| (value * 1000.0).round();
        let best = (found.subject_s, found.reference_s, found.ratio);
        assert_eq!((about(best.0), about(best.1), about(best.2)), (200.0, 100.0, 500.0));
        assert_eq!((about(found.spread.0), about(found.spread.1)), (250.0, 750.0));
    }

    #[test]
    fn both_take_turns() {
        let turns = std::cell::RefCell::new(String::new());
        let rounds = Rounds::of(3, || turns.borrow_mut().push('s'), || turns.borrow_mut().push('r'));
        assert_eq!((turns.into_inner().as_str(), rounds.subject.len()), ("srsrsr", 3));
    }
}
