//! How an input is written: a few bytes that no text needs stand for what the fuzzer would not come to by itself.
//!
//! - `\x01` is a token, `\x02` a password, `\x03` the same inside JSON, `\x04` inside a URL, `\x05` inside XML;
//! - `\x0e`, a letter, what is to be repeated, `\x0f`: 2 to the power of the letter's last four bits times. So a small
//!   input stands for a large one, and what grows faster than its input is found.
//!
//! What begins as gzip and zstd do is taken as it is.

use crate::seal::{PASSWORD, TOKEN};

/// How long what an input stands for may be, in bytes.
const LONGEST: usize = 1 << 17;

/// An input, with all that stands for something replaced by it.
pub struct Input(Vec<u8>);

impl Input {
    /// Reads what the fuzzer has made.
    pub fn of(data: &[u8]) -> Self {
        if matches!(data, [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..]) {
            return Input(data.to_vec());
        }
        Input::read(data, written)
    }

    /// The same, in which nothing stands for a secret.
    pub fn without_secrets(data: &[u8]) -> Self {
        Input::read(data, |byte, all| all.push(byte))
    }

    fn read(data: &[u8], write: fn(u8, &mut Vec<u8>)) -> Self {
        let mut all = Vec::with_capacity(data.len());
        let mut rest = data;
        while let Some((byte, behind)) = rest.split_first() {
            rest = behind;
            match *byte {
                0x0e => rest = repeated(behind, write, &mut all),
                byte => write(byte, &mut all),
            }
        }
        Input(all)
    }

    /// The same, in which only the password stands for something: who was never told a token cannot repeat it.
    pub fn with_password(data: &[u8]) -> Self {
        Input::read(data, |byte, all| if byte == 1 { all.push(byte) } else { written(byte, all) })
    }

    /// How long it is, in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As a text: that which is none is not the subject.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// Its first byte, and the rest as a text.
    pub fn choice(&self) -> (u8, String) {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        (*first, String::from_utf8_lossy(rest).into_owned())
    }
}

/// Repeats what stands up to the end mark; answers what is behind it.
fn repeated<'d>(behind: &'d [u8], write: fn(u8, &mut Vec<u8>), all: &mut Vec<u8>) -> &'d [u8] {
    let Some((power, inside)) = behind.split_first() else { return &[] };
    let end = inside.iter().position(|byte| *byte == 0x0f).unwrap_or(inside.len());
    let mut once = Vec::new();
    inside[..end].iter().for_each(|byte| write(*byte, &mut once));
    for _ in 0..1_u32 << (power & 15) {
        if all.len() + once.len() > LONGEST {
            break;
        }
        all.extend_from_slice(&once);
    }
    inside.get(end + 1..).unwrap_or_default()
}

fn written(byte: u8, all: &mut Vec<u8>) {
    let escaped = |escape: fn(u8) -> String| PASSWORD.bytes().map(escape).collect::<String>();
    match byte {
        1 => all.extend_from_slice(TOKEN.as_bytes()),
        2 => all.extend_from_slice(PASSWORD.as_bytes()),
        3 => all.extend_from_slice(serde_json::json!(PASSWORD).to_string().trim_matches('"').as_bytes()),
        4 => all.extend_from_slice(escaped(|byte| format!("%{byte:02X}")).as_bytes()),
        5 => all.extend_from_slice(PASSWORD.replace('&', "&amp;").replace('<', "&lt;").as_bytes()),
        byte => all.push(byte),
    }
}

/// What servers answer, one after the other, with a line `%%` between them: each a status, headers, an empty line and
/// the content.
pub fn answers(input: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        match all.last_mut() {
            Some(last) if line != b"%%\n" => last.extend_from_slice(line),
            _ => all.push(Vec::new()),
        }
    }
    all
}
