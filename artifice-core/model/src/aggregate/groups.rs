//! The sums of one aggregation: one for each service and location that contributes.

use std::collections::HashMap;
use std::sync::Arc;

use super::evidence::Evidence;
use super::parts::Far;
use super::reading::Reading;
use crate::decimal::Decimal;
use crate::exact::Exact;
use crate::time::Timestamp;

/// One sum: what was used of one service at one location.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub service: Arc<str>,
    /// Unknown while every sample so far was a notification in the middle of something.
    pub location: Option<Arc<str>>,
    /// From the last sample of this service and location.
    pub name: Option<Arc<str>>,
    pub sum: Exact,
    /// What each part of the period adds; empty where there are no cuts, or nothing was added yet.
    pub parts: Vec<Exact>,
    /// What the parts would not know alone.
    pub far: Vec<Far>,
    pub evidence: Evidence,
    /// Whether anything was added, be it 0: without, there is no usage.
    pub contributes: bool,
}

/// All groups of one aggregation. A group is referred to by its place.
#[derive(Debug, Default)]
pub(super) struct Groups {
    all: Vec<Group>,
    places: HashMap<(Arc<str>, Option<Arc<str>>), usize>,
    location: Option<Arc<str>>,
}

impl Groups {
    /// The group to which a sample's contribution goes, if it is charged; the samples come in order.
    ///
    /// A sample that does not know its location takes that of the sample before it. At the start
    /// of a series there is none: such groups wait, and the first sample that knows tells them.
    pub fn of(&mut self, reading: &Reading) -> Option<usize> {
        if let Some(location) = &reading.location {
            if self.location.is_none() {
                self.settle(location);
            }
            self.location = Some(location.clone());
        }
        let key = (reading.service.clone()?, self.location.clone());
        let place = *self.places.entry(key).or_insert_with_key(|(service, location)| {
            self.all.push(Group { service: service.clone(), location: location.clone(), ..Group::default() });
            self.all.len() - 1
        });
        self.all[place].name.clone_from(&reading.name);
        Some(place)
    }

    /// Takes note of so many samples of a group in a row.
    pub fn saw(&mut self, place: usize, first: Timestamp, last: Timestamp, samples: u64) {
        let evidence = &mut self.all[place].evidence;
        evidence.first.get_or_insert(first);
        evidence.samples += samples;
        evidence.last = Some(last);
    }

    /// The evidence of a group.
    pub fn evidence(&mut self, place: usize) -> &mut Evidence {
        &mut self.all[place].evidence
    }

    /// Adds `value × times` to one of so many parts of a group.
    pub fn add_part(&mut self, place: usize, (part, parts): (usize, usize), value: Decimal, times: i64) {
        let sums = &mut self.all[place].parts;
        sums.resize_with(parts, Exact::default);
        if let Some(sum) = sums.get_mut(part) {
            sum.add(value, times);
        }
    }

    /// Takes note of a rise that came from far.
    pub fn add_far(&mut self, place: usize, far: Far) {
        self.all[place].far.push(far);
    }

    /// Gives the groups that wait for a location the one that became known.
    fn settle(&mut self, location: &Arc<str>) {
        self.places.clear();
        for (place, group) in self.all.iter_mut().enumerate() {
            group.location = Some(location.clone());
            self.places.insert((group.service.clone(), group.location.clone()), place);
        }
    }

    /// Adds `value × times` to a group.
    #[inline]
    pub fn add(&mut self, place: usize, value: Decimal, times: i64) {
        let group = &mut self.all[place];
        group.contributes = true;
        group.sum.add(value, times);
    }

    /// Adds an exact sum to a group.
    pub fn merge(&mut self, place: usize, sum: &Exact) {
        let group = &mut self.all[place];
        group.contributes = true;
        group.sum.merge(sum);
    }

    /// Multiplies all sums: what they are of is counted in a smaller unit from now on.
    pub fn multiply(&mut self, by: i128) {
        for group in &mut self.all {
            let of_parts = group.parts.iter_mut().chain(group.far.iter_mut().map(|far| &mut far.rise));
            of_parts.chain([&mut group.sum]).for_each(|sum| sum.multiply(by));
        }
    }

    /// The groups that something was added to.
    pub fn contributing(self) -> impl Iterator<Item = Group> {
        self.all.into_iter().filter(|group| group.contributes)
    }
}
