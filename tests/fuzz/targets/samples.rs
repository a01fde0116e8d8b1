//! Samples in a file: both readers say the same, whatever the chunks; volumes are exact.
#![no_main]

use artifice_collect::wire::{WireSample, compare, metadata_lines, read_metadata};
use artifice_collect::{KeySet, sources::file::read_in_chunks};
use artifice_fuzz::{is_exactly, said, target};

/// All that a file says, and how it ended.
fn read(bytes: &[u8], chunk: usize) -> (Vec<String>, Result<(), String>) {
    let keys: KeySet = ["display_name", "flavor.name", "host", "status"].into_iter().collect();
    let mut all = Vec::new();
    let ended = read_in_chunks(bytes, chunk, &mut |sample: &WireSample<'_>| {
        let volume = sample.volume()?;
        let digits = sample.written_volume();
        assert!(is_exactly(digits, volume.mantissa(), volume.scale()), "{digits} is not {volume:?}");
        let read = read_metadata(sample.metadata, &keys)?;
        let pairs: Vec<_> = read.pairs().collect();
        all.push(format!("{sample:?} {volume} {} {pairs:?} {}", sample.at()?, metadata_lines(sample.metadata)?));
        Ok(())
    });
    (all, ended.map_err(|error| error.to_string()))
}

target!(|input| {
    if let Ok(text) = std::str::from_utf8(input.bytes()) {
        compare(text);
    }
    let (all, ended) = read(input.bytes(), 1 << 16);
    if let Err(error) = &ended {
        said(error);
    }
    let (first, rest) = input.bytes().split_first().unwrap_or((&0, &[]));
    // What is packed is unpacked as far as somebody asks.
    if !matches!(input.bytes(), [0x1f, 0x8b, ..] | [0x28, 0xb5, ..]) && rest.len() < 4096 {
        let (same, also) = read(input.bytes(), usize::from(*first) + 1);
        assert_eq!(same, all);
        // Of two things that are wrong, what is no text may be found first or last.
        match std::str::from_utf8(input.bytes()) {
            Ok(_) => assert_eq!(also, ended),
            Err(_) => assert_eq!(also.is_err(), ended.is_err()),
        }
    }
});
