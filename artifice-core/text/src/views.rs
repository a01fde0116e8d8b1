//! A text as it reads once its escapes are taken for what they stand for.

/// Bytes, and where in the text each of them comes from.
pub struct View {
    /// The bytes, in small letters.
    pub bytes: Vec<u8>,
    /// Where each begins and ends in the text.
    pub places: Vec<(usize, usize)>,
}

impl View {
    /// The text as it is.
    pub fn of(text: &str) -> View {
        let bytes = text.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
        View { bytes, places: (0..text.len()).map(|at| (at, at + 1)).collect() }
    }

    /// The same with one level of escapes taken away, but for those that begin with one of these marks; none if it has
    /// none.
    pub fn unescaped(&self, but: &[u8]) -> Option<View> {
        let mut plain = View { bytes: Vec::with_capacity(self.bytes.len()), places: Vec::new() };
        let (mut at, mut found) = (0, false);
        while let Some(byte) = self.bytes.get(at) {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let (said, length) = match escape(rest).filter(|_| !but.contains(byte)) {
                Some((letter, length)) => {
                    found = true;
                    (letter, length)
                }
                None => (Letter::Byte(*byte), 1),
            };
            let begin = self.places.get(at).map_or(0, |place| place.0);
            let end = self.places.get(at + length - 1).map_or(begin, |place| place.1);
            let mut push = |byte: u8| {
                plain.bytes.push(byte.to_ascii_lowercase());
                plain.places.push((begin, end));
            };
            match said {
                Letter::Byte(byte) => push(byte),
                Letter::Char(letter) => letter.encode_utf8(&mut [0; 4]).bytes().for_each(push),
            }
            at += length;
        }
        found.then_some(plain)
    }
}

/// With what escapes begin.
const MARKS: &[u8] = br"%=\&";

/// Which of the marks in a text may be no escapes: any of them, since one that nobody has escaped may stand beside
/// what somebody else has.
pub fn subsets(text: &str) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for mark in MARKS.iter().filter(|mark| text.as_bytes().contains(mark)) {
        let with_it: Vec<Vec<u8>> = all.iter().map(|but| [but.as_slice(), &[*mark]].concat()).collect();
        all.extend(with_it);
    }
    all
}

/// What an escape stands for.
enum Letter {
    Byte(u8),
    Char(char),
}

/// What the escape says with which the bytes begin, and how long it is: `%2F`, `\u002f`, `\x2f`, `\/`, `&#47;`, `&amp;`.
fn escape(bytes: &[u8]) -> Option<(Letter, usize)> {
    match bytes {
        [b'%' | b'=', high, low, ..] => Some((Letter::Byte(u8::try_from(hex(&[*high, *low])?).ok()?), 3)),
        [b'\\', b'u', b'{', rest @ ..] => {
            let length = rest.iter().take(8).position(|byte| *byte == b'}')?;
            Some((Letter::Char(char::from_u32(hex(rest.get(..length)?)?)?), length + 4))
        }
        [b'\\', b'u', rest @ ..] => Some((Letter::Char(char::from_u32(hex(rest.get(..4)?)?)?), 6)),
        [b'\\', b'x', rest @ ..] => Some((Letter::Byte(u8::try_from(hex(rest.get(..2)?)?).ok()?), 4)),
        [b'\\', mark @ (b'\\' | b'"' | b'\'' | b'/'), ..] => Some((Letter::Byte(*mark), 2)),
        [b'&', b'#', b'x', rest @ ..] => entity(rest, 16, 4),
        [b'&', b'#', rest @ ..] => entity(rest, 10, 3),
        [b'&', ..] => {
            let named: [(&[u8], u8); 5] =
                [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
            let (name, letter) = named.into_iter().find(|(name, _)| bytes.starts_with(name))?;
            Some((Letter::Byte(letter), name.len()))
        }
        _ => None,
    }
}

fn entity(rest: &[u8], radix: u32, around: usize) -> Option<(Letter, usize)> {
    let length = rest.iter().take(8).position(|byte| *byte == b';')?;
    let digits = std::str::from_utf8(rest.get(..length)?).ok()?;
    Some((Letter::Char(char::from_u32(u32::from_str_radix(digits, radix).ok()?)?), length + around))
}

fn hex(digits: &[u8]) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    is_hex.then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())?
}
