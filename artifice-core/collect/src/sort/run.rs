//! Sorted runs in temporary files, and their merging.
//!
//! A run is a sequence of blocks, each a length (4 bytes, little-endian) and that many bytes: one
//! series' key, what its samples say beside their value, and samples, as many as fit a block: a
//! block of each run is in memory while runs are merged.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::sync::Arc;

use artifice_model::sample::{Facts, MessageId, Sample, SeriesKey};
use artifice_model::{Decimal, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::SortError;

/// How much a block may hold, about. One sample is always written whole.
const BLOCK_BYTES: usize = 32 * 1024;

#[derive(Serialize, Deserialize)]
struct Block {
    key: SeriesKey,
    facts: Vec<Arc<Facts>>,
    samples: Vec<Stored>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    at_us: i64,
    message_id: MessageId,
    mantissa: i128,
    scale: u8,
    /// The place in the block's `facts`.
    facts: u32,
    metadata_lines: Option<Box<str>>,
}

/// A finished run, ready to be read.
pub(super) struct Run {
    file: BufReader<File>,
    block: Option<(SeriesKey, std::vec::IntoIter<Sample>)>,
}

/// A run being written.
pub(super) struct RunWriter {
    file: BufWriter<File>,
    block: Option<Block>,
    block_bytes: usize,
}

impl RunWriter {
    pub fn new() -> Result<Self, SortError> {
        Ok(RunWriter { file: BufWriter::new(tempfile::tempfile()?), block: None, block_bytes: 0 })
    }

    /// Adds the next sample in order.
    pub fn write(&mut self, key: &SeriesKey, sample: Sample) -> Result<(), SortError> {
        if self.block.as_ref().is_some_and(|block| &block.key != key || self.block_bytes >= BLOCK_BYTES) {
            self.write_block()?;
        }
        self.block_bytes += size_of::<Stored>() + text_bytes(&sample);
        let block =
            self.block.get_or_insert_with(|| Block { key: key.clone(), facts: Vec::new(), samples: Vec::new() });
        if block.facts.last().is_none_or(|last| *last != sample.facts) {
            self.block_bytes += sample.facts.metadata.bytes();
            block.facts.push(sample.facts);
        }
        block.samples.push(Stored {
            at_us: sample.at.micros(),
            message_id: sample.message_id,
            mantissa: sample.volume.mantissa(),
            scale: sample.volume.scale(),
            facts: u32::try_from(block.facts.len() - 1).unwrap_or(u32::MAX),
            metadata_lines: sample.metadata_lines,
        });
        Ok(())
    }

    pub fn finish(mut self) -> Result<Run, SortError> {
        self.write_block()?;
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut run = Run { file: BufReader::new(file), block: None };
        run.read_block()?;
        Ok(run)
    }

    fn write_block(&mut self) -> Result<(), SortError> {
        let Some(block) = self.block.take() else { return Ok(()) };
        self.block_bytes = 0;
        let bytes = postcard::to_stdvec(&block).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&bytes)?;
        Ok(())
    }
}

impl Run {
    /// Shows when each of its samples was taken; it is ready to be read again then.
    pub fn scan(&mut self, see: &mut dyn FnMut(&SeriesKey, Timestamp)) -> Result<(), SortError> {
        while let Some((key, samples)) = &self.block {
            samples.as_slice().iter().for_each(|sample| see(key, sample.at));
            self.read_block()?;
        }
        self.file.rewind()?;
        self.read_block()
    }

    fn read_block(&mut self) -> Result<(), SortError> {
        self.block = None;
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        let mut bytes = Vec::new();
        self.file.by_ref().take(u32::from_le_bytes(length).into()).read_to_end(&mut bytes)?;
        let block: Block = postcard::from_bytes(&bytes).map_err(io::Error::other)?;
        let facts = block.facts;
        let sample = |stored: Stored| {
            let facts = usize::try_from(stored.facts).ok().and_then(|place| facts.get(place));
            Ok(Sample {
                at: Timestamp::from_micros(stored.at_us),
                message_id: stored.message_id,
                volume: Decimal::new(stored.mantissa, stored.scale.into()).map_err(io::Error::other)?,
                facts: facts.ok_or_else(|| io::Error::other("a block refers to facts that it does not have"))?.clone(),
                metadata_lines: stored.metadata_lines,
            })
        };
        let samples: io::Result<Vec<Sample>> = block.samples.into_iter().map(sample).collect();
        self.block = Some((block.key, samples?.into_iter()));
        Ok(())
    }

    fn key(&self) -> Option<&SeriesKey> {
        self.block.as_ref().map(|(key, _)| key)
    }

    /// The next sample, if it belongs to that series.
    fn peek(&self, key: &SeriesKey) -> Option<&Sample> {
        let (own, samples) = self.block.as_ref()?;
        if own == key { samples.as_slice().first() } else { None }
    }

    fn next(&mut self) -> Result<Option<Sample>, SortError> {
        let Some((_, samples)) = &mut self.block else { return Ok(None) };
        let sample = samples.next();
        if samples.as_slice().is_empty() {
            self.read_block()?;
        }
        Ok(sample)
    }
}

/// Hands over the samples of all runs, series by series, in order.
pub(super) fn merge<E: From<SortError>>(
    mut runs: Vec<Run>,
    take: &mut dyn FnMut(&SeriesKey, Sample) -> Result<(), E>,
) -> Result<(), E> {
    while let Some(key) = runs.iter().filter_map(Run::key).min().cloned() {
        loop {
            let heads = runs.iter().enumerate().filter_map(|(place, run)| Some((place, run.peek(&key)?)));
            let Some((first, _)) = heads.min_by(|a, b| a.1.order(b.1)) else { break };
            if let Some(sample) = runs[first].next()? {
                take(&key, sample)?;
            }
        }
    }
    Ok(())
}

/// What a sample's texts take beside the sample itself.
pub(super) fn text_bytes(sample: &Sample) -> usize {
    let id = match &sample.message_id {
        MessageId::Text(text) => 16 + text.len(),
        _ => 0,
    };
    id + sample.metadata_lines.as_ref().map_or(0, |lines| 16 + lines.len())
}
