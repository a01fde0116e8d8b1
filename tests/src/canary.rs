//! Canaries: texts that stand where secrets stand, and that are looked for in everything that is said or stored.
//!
//! What finds them shares nothing with what hides them (`artifice-text`), so that one does not trust the other.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::{Cloud, Ran};

/// A piece of a canary so long is a leak. In characters.
const PIECE: usize = 9;

/// A text that is nowhere but where it was put: letters and digits, and what stands around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// Where it was put.
    pub place: String,
    /// What is looked for.
    core: String,
    around: (&'static str, &'static str),
}

impl Canary {
    /// For a place. Equal places have equal ones.
    pub fn at(place: impl Into<String>) -> Canary {
        let place = place.into();
        // FNV-1a, in two halves: enough to be unlike everything else.
        let hash =
            |seed: u64| place.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let letters = |mut rest: u64| {
            let mut text = String::new();
            for _ in 0..11 {
                text.push(char::from(b"BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz"[usize::try_from(rest % 40).unwrap()]));
                rest /= 40;
            }
            text
        };
        let core = letters(hash(0xcbf2_9ce4_8422_2325)) + &letters(hash(0x84_2222_325c_bf29));
        Canary { place, core, around: ("", "7") }
    }

    /// A secret that is there already.
    pub fn of_text(place: &str, core: &str) -> Canary {
        Canary { place: place.to_owned(), core: core.to_owned(), around: ("", "") }
    }

    /// The same with characters around it that mean something in addresses, JSON, XML and YAML.
    pub fn odd(self) -> Canary {
        Canary { around: ("p@s/s?#&%:", "\"<'é+ 7"), ..self }
    }

    /// What stands there.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.around.0, self.core, self.around.1)
    }

    /// As a number of digits.
    pub fn digits(&self) -> String {
        self.core.bytes().map(|byte| char::from(b'1' + byte % 9)).take(18).collect()
    }

    /// The writings in which it, or a piece of it, stands in a text.
    pub fn found_in(&self, text: &str) -> Vec<&'static str> {
        let mut texts = vec![text.to_lowercase()];
        for _ in 0..3 {
            texts.push(plain(texts.last().unwrap()));
        }
        let core = self.core.to_lowercase();
        let backwards: String = core.chars().rev().collect();
        let hex: String = core.bytes().map(|byte| format!("{byte:02x}")).collect();
        let hex_as_it_is: String = self.core.bytes().map(|byte| format!("{byte:02x}")).collect();
        let coded = (0..3).map(|shift| base64(&format!("{}{}", &"xyz"[..shift], self.core))[4..].to_lowercase());
        let coded = coded.map(|coded| coded[..coded.len() - 4].to_owned());
        let mut writings =
            vec![("as it is", core), ("backwards", backwards), ("hexadecimal", hex), ("hexadecimal", hex_as_it_is)];
        writings.push(("digits", self.digits()));
        writings.extend(coded.map(|coded| ("Base64", coded)));
        let stands = |written: &str| {
            let pieces = (0..=written.len() - PIECE).map(|at| &written[at..at + PIECE]);
            pieces.into_iter().any(|piece| texts.iter().any(|text| text.contains(piece)))
        };
        writings.into_iter().filter(|(_, written)| stands(written)).map(|(name, _)| name).collect()
    }

    /// The ways in which a server repeats it, each with its name.
    pub fn echoes(&self) -> Vec<(&'static str, String)> {
        let text = self.text();
        let every = |of: fn(u8) -> String| text.bytes().map(of).collect::<String>();
        vec![
            ("as it is", text.clone()),
            (
                "percent",
                every(
                    |byte| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") },
                ),
            ),
            ("percent, everything", every(|byte| format!("%{byte:02x}"))),
            ("percent, twice", every(|byte| format!("%25{byte:02X}"))),
            ("JSON", serde_json::to_string(&text).unwrap()),
            ("JSON, everything", text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect()),
            ("XML", text.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect()),
            ("Base64", base64(&text)),
            ("Basic", base64(&format!("billing:{text}"))),
            ("Base64, shifted", base64(&format!("u:{text}@h"))),
            ("hexadecimal", every(|byte| format!("{byte:02x}"))),
            ("capitals", text.to_uppercase()),
            ("small letters", text.to_lowercase()),
            ("backwards", text.chars().rev().collect()),
            ("its first half", text.chars().take(text.chars().count() / 2 + 4).collect()),
        ]
    }
}

impl fmt::Display for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A text whose escapes are what they stand for.
fn plain(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let code = |from: usize, digits: usize| {
            u32::from_str_radix(rest.get(from..from + digits)?, 16).ok().map(|code| (code, from + digits))
        };
        let found = match first {
            '%' => code(1, 2),
            '\\' if rest.starts_with("\\u") => code(2, 4),
            '\\' if rest.starts_with("\\x") => code(2, 2),
            '&' if rest.starts_with("&#x") => {
                let end = rest.find(';').filter(|end| (4..10).contains(end));
                end.and_then(|end| code(3, end - 3)).map(|(code, end)| (code, end + 1))
            }
            _ => None,
        };
        let (code, length) = found.unwrap_or((u32::from(first), first.len_utf8()));
        match u8::try_from(code) {
            // One byte of several, or a letter.
            Ok(byte) if found.is_some() => bytes.push(byte),
            _ => bytes.extend(char::from_u32(code).unwrap_or('?').to_string().into_bytes()),
        }
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&bytes).to_lowercase()
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = String::new();
    for three in text.as_bytes().chunks(3) {
        let all = three.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let index = usize::try_from(all >> (18 - 6 * place) & 63).unwrap();
            coded.push(if place > three.len() { '=' } else { char::from(LETTERS[index]) });
        }
    }
    coded
}

/// Looks for canaries in what a command said, and in what there is after it.
#[derive(Debug)]
pub struct Watch {
    canaries: Vec<Canary>,
    /// Files in which they were put.
    planted: Vec<String>,
}

impl Watch {
    /// For these, of which some stand in files of the cloud's.
    pub fn new(canaries: impl IntoIterator<Item = Canary>, planted: &[&str]) -> Watch {
        let planted = planted.iter().map(|name| (*name).to_owned()).collect();
        Watch { canaries: canaries.into_iter().collect(), planted }
    }

    /// What leaks: which canary, where, and how it is written there.
    pub fn leaks(&self, ran: &Ran) -> Vec<String> {
        self.leaks_in("standard output", &ran.out)
            .into_iter()
            .chain(self.leaks_in("standard error", &ran.err))
            .collect()
    }

    /// What leaks into what a cloud has stored: its ledger, and every file in it.
    pub fn leaks_of(&self, cloud: &Cloud) -> Vec<String> {
        let mut found = self.leaks_in("the ledger", &cloud.ledger());
        self.look(cloud.as_ref(), &mut found);
        found
    }

    fn look(&self, directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                self.look(&path, found);
            } else if !self.planted.contains(&name) && !name.starts_with("artifice.yaml") {
                // What is gone by now, as a database's journal, holds nothing.
                let content = fs::read(&path).unwrap_or_default();
                found.extend(self.leaks_in(&format!("the file {name}"), &String::from_utf8_lossy(&content)));
            }
        }
    }

    /// What leaks into a text.
    pub fn leaks_in(&self, output: &str, text: &str) -> Vec<String> {
        let leak = |canary: &Canary| {
            let found = canary.found_in(text);
            (!found.is_empty())
                .then(|| format!("what stands in {} is in {output} ({})", canary.place, found.join(", ")))
        };
        self.canaries.iter().filter_map(leak).collect()
    }
}
