//! Libraries with a few bytes changed, and what becomes of the command that lists them.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::artifice;
use crate::chance::Chance;

/// Longer than any listing takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It was listed, with what is wrong with it.
    Refused,
    /// It was listed as if nothing were wrong.
    Listed,
    /// It ended the command, after code of its own was run.
    CrashedByItsCode,
    /// It kept the command from ending, after code of its own was run.
    HungByItsCode,
    /// The command crashed or hung before that.
    Crashed,
}

/// A library of which other parts are changed every time.
#[derive(Debug)]
pub struct Mutants {
    whole: Vec<u8>,
    parts: Vec<(String, Range<usize>)>,
}

/// A changed library.
#[derive(Debug)]
pub struct Mutant {
    /// What was changed, for people.
    pub part: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Mutants {
    /// What the linker and the check of layouts look at: headers and every loaded section that is no code.
    pub fn of(library: &Path) -> Mutants {
        let whole = fs::read(library).unwrap();
        let number = |at: usize, size: usize| {
            let mut bytes = [0; 8];
            bytes[..size].copy_from_slice(&whole[at..at + size]);
            usize::try_from(u64::from_le_bytes(bytes)).unwrap()
        };
        let (sections, count, names) = (number(40, 8), number(60, 2), number(62, 2));
        let section = |index: usize| sections + index * 64;
        let names = number(section(names) + 24, 8);
        let mut parts =
            vec![("ELF header".to_owned(), 0..64), ("program headers".to_owned(), 64..64 + number(56, 2) * 56)];
        for at in (0..count).map(section) {
            let (kind, flags) = (number(at + 4, 4), number(at + 8, 8));
            let (offset, size) = (number(at + 24, 8), number(at + 32, 8));
            // SHT_NOBITS; SHF_ALLOC without SHF_EXECINSTR.
            if kind != 8 && flags & 2 != 0 && flags & 4 == 0 && size > 0 {
                let name = whole[names + number(at, 4)..].split(|byte| *byte == 0).next().unwrap();
                parts.push((String::from_utf8(name.to_vec()).unwrap(), offset..offset + size));
            }
        }
        Mutants { whole, parts }
    }

    /// A changed library, the same for the same seed.
    pub fn of_seed(&self, seed: u64) -> Mutant {
        let (mut chance, mut bytes) = (Chance::of(seed), self.whole.clone());
        let mut up_to = |end: usize| usize::try_from(chance.number(0..u64::try_from(end).unwrap())).unwrap();
        // One in ten is cut off instead.
        if up_to(10) == 0 {
            bytes.truncate(up_to(self.whole.len()));
            return Mutant { part: "end".to_owned(), bytes };
        }
        let (part, range) = &self.parts[up_to(self.parts.len())];
        for _ in 0..=up_to(3) {
            let at = range.start + up_to(range.len());
            match up_to(3) {
                // A bit, a byte, or all of a word.
                0 => bytes[at] ^= 1 << up_to(8),
                1 => bytes[at] = u8::try_from(up_to(256)).unwrap(),
                _ => {
                    let word = at / 8 * 8..(at / 8 * 8 + 8).min(range.end);
                    bytes[word].fill([0, 0xff, 0x7f][up_to(3)]);
                }
            }
        }
        Mutant { part: part.clone(), bytes }
    }
}

/// Lists the backends of a directory where only that library is, in which no other library is looked at.
///
/// Whether the library's own code was run is told by the dynamic linker.
pub fn list(directory: &Path, library: &[u8]) -> (End, String) {
    fs::create_dir_all(directory).unwrap();
    let path = directory.join("libtest_mutant.so");
    fs::write(&path, library).unwrap();
    let said = directory.join("said");
    let mut command = Command::new(alone(directory));
    command.args(["plugin", "list", "--format", "json"]).current_dir(directory);
    command.env("ARTIFICE_PLUGIN_PATH", directory).env("LD_DEBUG", "files").env("LD_DEBUG_OUTPUT", &said);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // What another thread starts at this moment holds the copy open for writing until it is a program of its own.
    let mut child = loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::sleep(Duration::from_millis(5)),
            spawned => break spawned.unwrap(),
        }
    };
    let (begin, number) = (Instant::now(), child.id());
    while child.try_wait().unwrap().is_none() && begin.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(5));
    }
    let hangs = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    let log = PathBuf::from(format!("{}.{number}", said.display()));
    let linker = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
    let _ = fs::remove_file(log);
    let initialised = linker.contains(&format!("calling init: {}", path.display()));
    let out = String::from_utf8_lossy(&output.stdout);
    let end = match (hangs, output.status.signal(), initialised) {
        (true, _, true) => End::HungByItsCode,
        (false, Some(_), true) => End::CrashedByItsCode,
        (true, ..) | (_, Some(_), _) => End::Crashed,
        _ if output.status.success() && out.contains(r#""error": null"#) => End::Listed,
        _ if output.status.success() => End::Refused,
        _ => End::Crashed,
    };
    (end, format!("{:?} {out}{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

/// The command, by another name: it looks for backends beside itself, too.
fn alone(directory: &Path) -> PathBuf {
    let path = directory.join("artifice");
    if !path.exists() && fs::hard_link(artifice(), &path).is_err() {
        fs::copy(artifice(), &path).unwrap();
    }
    path
}

/// How many of each part ended how, as a table.
pub fn summary(ends: &[(String, End)]) -> String {
    let mut counts: BTreeMap<(&str, End), usize> = BTreeMap::new();
    for (part, end) in ends {
        *counts.entry(("all", *end)).or_default() += 1;
        *counts.entry((part, *end)).or_default() += 1;
    }
    counts.iter().map(|((part, end), count)| format!("{part:24} {end:?}: {count}\n")).collect()
}
