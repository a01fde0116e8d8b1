//! Samples in any order become series in order, in bounded memory.
//!
//! Samples are kept by series. When they need more memory than there is, all of them are sorted
//! and written to a temporary file, a *run*, and forgotten; at the end the runs are merged. Nothing
//! grows with the input but the files: the names of series and what samples say beside their value
//! are written with each run. The files have no name, so nothing is left behind however the
//! program ends.

mod error;
mod facts;
mod run;

use std::mem::size_of;

use artifice_model::sample::{MessageId, Sample, SeriesKey};
use artifice_model::{Decimal, TenantId, Timestamp};
use hashbrown::hash_map::EntryRef;
use hashbrown::{Equivalent, HashMap, HashSet};

use crate::metadata::Read;
pub use error::SortError;
use facts::{Borrowed, Known};
use run::{Run, RunWriter, text_bytes};

/// How many runs are merged at once: each needs a file and a block of memory.
const MOST_RUNS: usize = 64;

/// Collects samples in any order.
pub struct Sorter {
    limit_bytes: usize,
    used_bytes: usize,
    series: HashMap<SeriesKey, Vec<Sample>>,
    facts: Known,
    runs: Vec<Run>,
}

/// A sample of a series, borrowed as far as it is likely to be known already.
pub struct Unsorted<'a> {
    pub tenant: &'a str,
    pub resource: &'a str,
    pub meter: &'a str,
    pub at: Timestamp,
    pub message_id: MessageId,
    pub volume: Decimal,
    pub unit: &'a str,
    /// Those of the metadata that charging reads.
    pub metadata: &'a Read<'a>,
    pub metadata_lines: Option<Box<str>>,
}

/// A series' key, borrowed: looking a series up allocates nothing.
#[derive(Hash)]
struct Key<'a> {
    tenant: &'a str,
    resource: &'a str,
    meter: &'a str,
}

impl Equivalent<SeriesKey> for Key<'_> {
    fn equivalent(&self, key: &SeriesKey) -> bool {
        self.resource == &*key.resource && self.meter == &*key.meter && self.tenant == &*key.tenant
    }
}

impl From<&Key<'_>> for SeriesKey {
    fn from(key: &Key<'_>) -> Self {
        SeriesKey { tenant: key.tenant.into(), resource: key.resource.into(), meter: key.meter.into() }
    }
}

impl Sorter {
    /// A sorter that keeps up to `memory_bytes`. It takes a part of them for samples: the buffers
    /// of reading, growing and merging need the rest.
    pub fn new(memory_bytes: u64) -> Self {
        let limit_bytes = usize::try_from(memory_bytes / 3).unwrap_or(usize::MAX);
        Sorter { limit_bytes, used_bytes: 0, series: HashMap::new(), facts: Known::default(), runs: Vec::new() }
    }

    /// Takes a sample of a series. Says whether it may be the first of that series.
    pub fn add(&mut self, sample: Unsorted<'_>) -> Result<bool, SortError> {
        let Unsorted { tenant, resource, meter, at, message_id, volume, unit, metadata, metadata_lines } = sample;
        let key = Key { tenant, resource, meter };
        let samples = match self.series.entry_ref(&key) {
            EntryRef::Occupied(series) => series.into_mut(),
            EntryRef::Vacant(place) => {
                // The key, the map's slot, and what allocations cost beside their content.
                self.used_bytes += 256 + tenant.len() + resource.len() + meter.len();
                place.insert_with_key(SeriesKey::from(&key), Vec::new())
            }
        };
        let facts = Borrowed { unit, metadata };
        let facts = match samples.last() {
            Some(last) if facts.are(&last.facts) => last.facts.clone(),
            _ => {
                let (facts, bytes) = self.facts.share(&facts);
                self.used_bytes += bytes;
                facts
            }
        };
        let sample = Sample { at, message_id, volume, facts, metadata_lines };
        let (before, is_first) = (samples.capacity(), samples.is_empty());
        self.used_bytes += text_bytes(&sample);
        samples.push(sample);
        self.used_bytes += (samples.capacity() - before) * size_of::<Sample>();
        if self.used_bytes > self.limit_bytes {
            self.spill()?;
        }
        Ok(is_first)
    }

    /// Shows when each sample was taken, series by series, in no order.
    pub fn scan(&mut self, see: &mut dyn FnMut(&SeriesKey, Timestamp)) -> Result<(), SortError> {
        for (key, samples) in &self.series {
            samples.iter().for_each(|sample| see(key, sample.at));
        }
        self.runs.iter_mut().try_for_each(|run| run.scan(see))
    }

    /// Hands over all samples: series by series in the order of their keys, samples in order.
    ///
    /// `E` is the error of whoever takes them; it ends the handing over.
    pub fn finish<E: From<SortError>>(
        mut self,
        take: &mut dyn FnMut(&SeriesKey, Sample) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.runs.is_empty() {
            return in_order(self.series)
                .try_for_each(|(key, samples)| samples.into_iter().try_for_each(|sample| take(&key, sample)));
        }
        self.spill()?;
        run::merge(self.runs, take)
    }

    /// Of how many tenants that are `wanted` there are samples; nobody knows once some were written to a file.
    pub fn tenants(&self, wanted: &dyn Fn(&TenantId) -> bool) -> Option<usize> {
        let tenants = self.series.keys().map(|key| &key.tenant).filter(|tenant| wanted(tenant));
        self.runs.is_empty().then(|| tenants.collect::<HashSet<_>>().len())
    }

    /// How many temporary files were written.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    fn spill(&mut self) -> Result<(), SortError> {
        let mut writer = RunWriter::new()?;
        for (key, samples) in in_order(std::mem::take(&mut self.series)) {
            samples.into_iter().try_for_each(|sample| writer.write(&key, sample))?;
        }
        self.facts.clear();
        self.used_bytes = 0;
        self.runs.push(writer.finish()?);
        if self.runs.len() == MOST_RUNS {
            let mut writer = RunWriter::new()?;
            run::merge(std::mem::take(&mut self.runs), &mut |key, sample| writer.write(key, sample))?;
            self.runs.push(writer.finish()?);
        }
        Ok(())
    }
}

/// The series by their keys, the samples of each in order.
fn in_order(series: HashMap<SeriesKey, Vec<Sample>>) -> impl Iterator<Item = (SeriesKey, Vec<Sample>)> {
    let mut all: Vec<_> = series.into_iter().collect();
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    all.into_iter().map(|(key, mut samples)| {
        let _phase = tracing::trace_span!("sort").entered();
        // Metering comes oldest first or newest first, and finding that out is all the sorting there is
        // then. (Repetitions in between would hide from it that the order is reversed.)
        if samples.first().zip(samples.last()).is_some_and(|(first, last)| first.at > last.at) {
            samples.reverse();
        }
        samples.sort_by(Sample::order);
        (key, samples)
    })
}

#[cfg(test)]
mod tests;
