//! What is read quickly is what serde_json reads: said once, for the tests and for the fuzz targets.

use super::{WireSample, quick, read_metadata};
use crate::metadata::KeySet;

/// Panics unless a sample that is read quickly is the one that serde_json reads, ends where it ends, and has the same
/// metadata with the notes of the quick reading as without them. Answers whether it is read quickly at all.
pub fn compare(text: &str) -> bool {
    let mut notes = quick::Notes::default();
    let Some((sample, length)) = quick::read(text, &mut notes) else { return false };
    let mut samples = serde_json::Deserializer::from_str(text).into_iter::<WireSample<'_>>();
    let expected = samples.next().and_then(Result::ok);
    assert_eq!(Some(&sample), expected.as_ref(), "{text}");
    assert_eq!(length, samples.byte_offset(), "{text}");
    let keys: KeySet = ["a", "b.c", "name", "é"].into_iter().collect();
    let read = |sample: &WireSample<'_>| match read_metadata(sample.metadata, &keys) {
        Ok(read) => read.pairs().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string(),
    };
    assert_eq!(Some(read(&sample)), expected.as_ref().map(read), "{text}");
    true
}

impl WireSample<'_> {
    /// The volume as it is written.
    pub fn written_volume(&self) -> &str {
        self.digits.text
    }
}
