//! Of which time a resource's measures are a tenant's, and what they say then.
//!
//! Measures stand at the beginning of their granule: a sample of 10:07 is in the measure of 10:05. So the granule in which
//! a resource begins is counted from there, and the end of its life ends what the last one holds.

use std::sync::Arc;

use artifice_model::sample::Metadata;
use artifice_model::time::HOUR_US;
use artifice_model::{Decimal, Timestamp};

use crate::sink::{Point, Value};

/// How long after a resource's end measures of it may still come, without it having gone on: what was on its way.
const STRAGGLING_US: i64 = HOUR_US;

/// A time in which a resource says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// From when.
    pub from: Timestamp,
    /// Until when; `None` if it goes on.
    pub until: Option<Timestamp>,
    /// What charging reads.
    pub metadata: Arc<Metadata>,
}

/// A resource's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// When it began, as far as Gnocchi knows.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Whether somebody else had it before the first spell.
    pub was_others: bool,
    /// Side by side, in order.
    pub spells: Vec<Spell>,
}

/// A measure: the beginning of its granule, and the value.
pub type Measure = (Timestamp, Decimal);

impl Life {
    /// From when the tenant has it.
    pub fn begins(&self) -> Timestamp {
        let first = self.spells.first().map(|spell| spell.from).filter(|_| self.was_others);
        first.map_or(self.started, |first| first.max(self.started))
    }

    /// Puts measures, which are in order, where they belong: each spell's place with its points.
    pub fn place(&self, measures: &[Measure], granule_us: i64) -> Vec<(usize, Vec<Point>)> {
        let last = measures.last().map(|(at, _)| *at);
        // Where measures go on for long, it has not ended.
        let ended = self.ended.filter(|ended| last.is_some_and(|last| last < ended.plus(STRAGGLING_US)));
        let mut runs: Vec<(usize, Vec<Point>)> = Vec::new();
        for (at, value) in measures.iter().filter(|(at, _)| ended.is_none_or(|ended| *at < ended)) {
            let Some((spell, at)) = self.spell(*at, granule_us) else { continue };
            let point = Point { at, value: Value::Number(*value) };
            match runs.last_mut() {
                Some((before, points)) if *before == spell => points.push(point),
                _ => {
                    self.end(&mut runs, Some(spell));
                    runs.push((spell, vec![point]));
                }
            }
        }
        self.end(&mut runs, None);
        if let (Some(ended), Some((_, points))) = (ended, runs.last_mut()) {
            points.push(Point { at: ended, value: Value::Ends });
            // Whatever ended first.
            points.sort_by_key(|point| point.at);
        }
        runs
    }

    /// Ends the last spell, unless the next one goes on where it ends.
    fn end(&self, runs: &mut [(usize, Vec<Point>)], next: Option<usize>) {
        let Some((spell, points)) = runs.last_mut() else { return };
        let Some(until) = self.spells.get(*spell).and_then(|spell| spell.until) else { return };
        let goes_on = self.spells.get(*spell + 1).is_some_and(|after| after.from <= until);
        if !goes_on || next.is_some_and(|next| next != *spell + 1) {
            points.push(Point { at: until, value: Value::Ends });
        }
    }

    /// Where a measure belongs, and when it counts from.
    fn spell(&self, at: Timestamp, granule_us: i64) -> Option<(usize, Timestamp)> {
        let granule_end = at.plus(granule_us);
        let begin = if at < self.started && self.started < granule_end { self.started } else { at };
        let next = self.spells.partition_point(|spell| spell.from <= at);
        let current = next.checked_sub(1).and_then(|place| Some((place, self.spells.get(place)?)));
        match current {
            Some((place, spell)) if spell.until.is_none_or(|until| begin < until) => Some((place, begin)),
            Some((place, spell)) if spell.until.is_none_or(|until| at < until) => Some((place, at)),
            // Metering may be older than what Gnocchi knows of the resource.
            None if !self.was_others => self.spells.first().map(|_| (0, begin)),
            _ => {
                let spell = self.spells.get(next)?;
                (spell.from < granule_end).then_some((next, spell.from))
            }
        }
    }
}

/// What several revisions, in order, say: those that say the same are one spell.
pub fn spells(revisions: impl IntoIterator<Item = Spell>) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for revision in revisions {
        match spells.last_mut() {
            Some(last)
                if last.metadata == revision.metadata && last.until.is_none_or(|until| revision.from <= until) =>
            {
                last.until = revision.until;
            }
            _ => spells.push(revision),
        }
    }
    spells
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GRANULE_US: i64 = 300_000_000;

    fn at(text: &str) -> Timestamp {
        format!("2026-10-{text}:00Z").parse().unwrap()
    }

    fn spell(from: &str, until: Option<&str>, flavor: &str) -> Spell {
        let metadata = Arc::new([("flavor_name", flavor)].into_iter().collect());
        Spell { from: at(from), until: until.map(at), metadata }
    }

    fn life(started: &str, ended: Option<&str>, spells: Vec<Spell>) -> Life {
        Life { started: at(started), ended: ended.map(at), was_others: false, spells }
    }

    /// Spell, day and time, and `!` for an end.
    fn placed(life: &Life, measures: &[&str]) -> Vec<String> {
        let measures: Vec<Measure> = measures.iter().map(|text| (at(text), Decimal::ONE)).collect();
        let mut said = Vec::new();
        for (spell, points) in life.place(&measures, GRANULE_US) {
            said.extend(points.iter().map(|point| {
                let end = if point.value == Value::Ends { "!" } else { "" };
                format!("{spell} {}{end}", &point.at.to_string()[8..16])
            }));
        }
        said
    }

    #[test]
    fn a_resize_is_another_spell_and_a_rename_is_none_if_nobody_reads_names() {
        let revisions = [
            spell("01T00:00", Some("16T00:00"), "small"),
            spell("16T00:00", Some("20T00:00"), "large"),
            spell("20T00:00", None, "large"),
        ];
        let life = life("01T00:00", None, spells(revisions));
        assert_eq!(life.spells.len(), 2);
        assert_eq!(placed(&life, &["15T23:55", "16T00:00", "20T00:00"]), ["0 15T23:55", "1 16T00:00", "1 20T00:00"]);
    }

    #[test]
    fn a_life_begins_inside_its_first_granule_and_ends_when_it_does() {
        let one = life("01T00:03", Some("01T00:12"), vec![spell("01T00:03", None, "small")]);
        assert_eq!(
            placed(&one, &["01T00:00", "01T00:05", "01T00:10"]),
            ["0 01T00:03", "0 01T00:05", "0 01T00:10", "0 01T00:12!"]
        );
        // What was on its way does not count, what goes on for hours does.
        assert_eq!(placed(&one, &["01T00:10", "01T00:15"]), ["0 01T00:10", "0 01T00:12!"]);
        assert_eq!(placed(&one, &["01T00:10", "01T00:15", "01T02:00"]), ["0 01T00:10", "0 01T00:15", "0 01T02:00"]);
        assert!(placed(&one, &[]).is_empty());
    }

    #[test]
    fn metering_that_is_older_than_the_resource_is_its_own_unless_others_had_it() {
        let mut one = life("28T10:07", None, vec![spell("28T10:07", None, "small")]);
        assert_eq!(placed(&one, &["01T00:00", "28T10:05", "28T10:10"]), ["0 01T00:00", "0 28T10:07", "0 28T10:10"]);
        one.started = at("01T00:00");
        assert_eq!(one.begins(), at("01T00:00"));
        one.was_others = true;
        assert_eq!(placed(&one, &["01T00:00", "28T10:00", "28T10:05", "28T10:10"]), ["0 28T10:07", "0 28T10:10"]);
        assert_eq!(one.begins(), at("28T10:07"));
    }

    #[test]
    fn a_resource_that_others_had_for_a_while_ends_for_that_while() {
        let spells = vec![spell("01T00:00", Some("02T00:00"), "small"), spell("03T00:00", Some("04T00:00"), "small")];
        let one = life("01T00:00", None, spells);
        assert_eq!(
            placed(&one, &["01T23:55", "02T00:00", "02T12:00", "03T00:00", "05T00:00"]),
            ["0 01T23:55", "0 02T00:00!", "1 03T00:00", "1 04T00:00!"]
        );
    }

    proptest! {
        /// Whatever was when: points are in order, and no time is charged to two owners of one resource.
        #[test]
        fn points_are_in_order_and_each_has_one_owner(
            cuts in prop::collection::btree_set(1_i64..2000, 1..5),
            minutes in prop::collection::btree_set(0_i64..400, 0..60),
            started in 0_i64..500,
            ended in prop::option::of(0_i64..2500),
            mine_first: bool,
        ) {
            let start = at("01T00:00");
            let minute = |count: i64| start.plus(count * 60_000_000);
            let cuts: Vec<i64> = cuts.into_iter().collect();
            let bounds: Vec<(i64, Option<i64>)> =
                [0].iter().chain(&cuts).zip(cuts.iter().map(|cut| Some(*cut)).chain([None])).map(|(from, until)| (*from, until)).collect();
            let owner = |mine: bool| {
                let own = bounds.iter().enumerate().filter(|(number, _)| (number % 2 == 0) == mine);
                let spells = own.map(|(number, (from, until))| Spell {
                    from: minute(*from),
                    until: until.map(minute),
                    metadata: Arc::new([("n", number.to_string())].into_iter().collect()),
                });
                Life { started: minute(started.min(cuts[0])), ended: ended.map(minute), was_others: !mine, spells: spells.collect() }
            };
            let measures: Vec<Measure> = minutes.iter().map(|five| (minute(five * 5), Decimal::ONE)).collect();
            let mut numbers = 0;
            for life in [owner(mine_first), owner(!mine_first)] {
                let runs = life.place(&measures, GRANULE_US);
                prop_assert!(runs.windows(2).all(|pair| pair[0].0 < pair[1].0));
                let points: Vec<Point> = runs.iter().flat_map(|(_, points)| points).copied().collect();
                prop_assert!(points.windows(2).all(|pair| pair[0].at <= pair[1].at), "{points:?}");
                for (spell, points) in &runs {
                    let spell = &life.spells[*spell];
                    for point in points.iter().filter(|point| point.value != Value::Ends) {
                        numbers += 1;
                        prop_assert!(spell.until.is_none_or(|until| point.at < until));
                        prop_assert!(spell.from <= point.at || !life.was_others);
                    }
                }
            }
            // A measure in whose granule the owner changes is both theirs; no other one is.
            prop_assert!(numbers <= measures.len() + cuts.len());
        }
    }
}
