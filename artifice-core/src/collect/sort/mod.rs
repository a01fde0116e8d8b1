//! Samples in any order become series in order, in bounded memory.
//!
//! Samples are kept by series. When they need more memory than there is, all of them are sorted
//! and written to a temporary file, a *run*, and forgotten; at the end the runs are merged. Nothing
//! grows with the input but the files: the names of series and what samples say beside their value
//! are written with each run. The files have no name, so nothing is left behind however the
//! program ends.

mod run;

use std::mem::size_of;
use std::sync::Arc;

use artifice_model::sample::{Facts, MessageId, Sample, SeriesKey};
use hashbrown::{Equivalent, HashMap, HashSet};

use run::{Run, RunWriter};

/// A temporary file cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error(
    "temporary file in {directory}: {source}; free space there, name another directory in TMPDIR, or raise main.memory"
)]
pub struct SortError {
    directory: String,
    source: std::io::Error,
}

impl From<std::io::Error> for SortError {
    fn from(source: std::io::Error) -> Self {
        SortError { directory: std::env::temp_dir().display().to_string(), source }
    }
}

/// How many runs are merged at once: each needs a file and a block of memory.
const MOST_RUNS: usize = 64;

/// Collects samples in any order.
pub struct Sorter {
    limit_bytes: usize,
    used_bytes: usize,
    series: HashMap<SeriesKey, Vec<Sample>>,
    facts: HashSet<Arc<Facts>>,
    runs: Vec<Run>,
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

impl Sorter {
    /// A sorter that keeps up to `memory_bytes`. It takes a part of them for samples: the buffers
    /// of reading, growing and merging need the rest.
    pub fn new(memory_bytes: u64) -> Self {
        let limit_bytes = usize::try_from(memory_bytes / 3).unwrap_or(usize::MAX);
        Sorter { limit_bytes, used_bytes: 0, series: HashMap::new(), facts: HashSet::new(), runs: Vec::new() }
    }

    /// Takes a sample of a series.
    pub fn add(&mut self, tenant: &str, resource: &str, meter: &str, mut sample: Sample) -> Result<(), SortError> {
        let key = Key { tenant, resource, meter };
        if !self.series.contains_key(&key) {
            let key = SeriesKey { tenant: tenant.into(), resource: resource.into(), meter: meter.into() };
            // The key, the map's slot, and what allocations cost beside their content.
            self.used_bytes += 256 + tenant.len() + resource.len() + meter.len();
            self.series.insert(key, Vec::new());
        }
        let Some(samples) = self.series.get_mut(&key) else { return Ok(()) };
        match samples.last() {
            Some(last) if last.facts == sample.facts => sample.facts = last.facts.clone(),
            _ => sample.facts = shared(&mut self.facts, &mut self.used_bytes, sample.facts),
        }
        let before = samples.capacity();
        self.used_bytes += text_bytes(&sample);
        samples.push(sample);
        self.used_bytes += (samples.capacity() - before) * size_of::<Sample>();
        if self.used_bytes > self.limit_bytes { self.spill() } else { Ok(()) }
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
        // A stable sort: metering comes oldest first or newest first, and finding that out is all it does then.
        samples.sort_by(Sample::order);
        (key, samples)
    })
}

/// The facts as known already, if they are: most samples say what others said.
fn shared(known: &mut HashSet<Arc<Facts>>, used_bytes: &mut usize, facts: Arc<Facts>) -> Arc<Facts> {
    known
        .get_or_insert_with(&facts, |facts| {
            // A pair's two texts with their allocations; a little too much is safe.
            *used_bytes += 128 + facts.unit.len() + facts.metadata.bytes();
            facts.clone()
        })
        .clone()
}

/// What a sample's texts take beside the sample itself.
fn text_bytes(sample: &Sample) -> usize {
    let id = match &sample.message_id {
        MessageId::Text(text) => 16 + text.len(),
        _ => 0,
    };
    id + sample.metadata_lines.as_ref().map_or(0, |lines| 16 + lines.len())
}

#[cfg(test)]
mod tests;
