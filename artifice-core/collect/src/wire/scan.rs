//! Finding what ends a run of ordinary text, eight bytes at a time: most texts of a sample are short.

const LOWEST: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);

/// Where from `at` on the next quote, backslash or control character is: all that ends or interrupts
/// a JSON string's plain text.
#[inline]
pub(super) fn mark(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(chunk) = bytes.get(at..)?.first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        // A byte's difference is below 0 if the byte is too small; so may be those of bytes above it, by
        // the borrow, but the lowest one found is right. (Bytes of longer characters never count.)
        let quotes = (word ^ QUOTES).wrapping_sub(LOWEST) & !(word ^ QUOTES);
        let backslashes = (word ^ BACKSLASHES).wrapping_sub(LOWEST) & !(word ^ BACKSLASHES);
        let controls = word.wrapping_sub(SPACES) & !word;
        let found = (quotes | backslashes | controls) & HIGHEST;
        if found != 0 {
            return Some(at + usize::try_from(found.trailing_zeros() / 8).ok()?);
        }
        at += chunk.len();
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' ')).map(|length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_mark_is_found(bytes in proptest::collection::vec(any::<u8>(), 0..60), text in "[ -~äé€]{0,40}[\"\\\\\n]?", at in 0_usize..40) {
            for bytes in [&bytes, text.as_bytes()] {
                let expected = bytes.iter().skip(at).position(|byte| matches!(byte, b'"' | b'\\' | 0..32)).map(|length| at + length);
                prop_assert_eq!(mark(bytes, at), expected);
            }
        }
    }
}
