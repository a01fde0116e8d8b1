//! The words that units are made of, and what somebody may mean who writes them otherwise.

use crate::exact::Ratio;
use crate::time::HOUR_US;

/// What a unit is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Nothing but time, or a plain count.
    None,
    Bytes,
    /// A thing that is counted, by its name.
    Named(String),
    /// What the volume is in.
    Whatever,
}

/// Microseconds of a time's name. A price's day is 24 h, its month 730 h (semantics 1). Ceilometer counts the time
/// of processors in `ns`.
pub(super) fn time(name: &str) -> Option<Ratio> {
    const HOUR: u64 = HOUR_US.unsigned_abs();
    let micros = match name {
        "ns" | "nanosecond" | "nanoseconds" => return Some(Ratio::new(1, 1000)),
        "ms" | "millisecond" | "milliseconds" => 1000,
        "s" | "second" | "seconds" => HOUR / 3600,
        "minute" | "minutes" => HOUR / 60,
        "hour" | "hours" => HOUR,
        "day" | "days" => 24 * HOUR,
        "week" | "weeks" => 7 * 24 * HOUR,
        "month" | "months" => 730 * HOUR,
        "year" | "years" => 8760 * HOUR,
        _ => return None,
    };
    Some(Ratio::new(micros, 1))
}

/// A quantity's kind, and how many of the smallest of it one is.
pub(super) fn quantity_of(name: &str) -> (Quantity, Ratio) {
    const PREFIXES: [char; 6] = ['K', 'M', 'G', 'T', 'P', 'E'];
    let bytes = |size: u64| (Quantity::Bytes, Ratio::new(size, 1));
    match name {
        "" | "1" => return (Quantity::None, Ratio::new(1, 1)),
        "B" | "byte" | "bytes" => return bytes(1),
        "kB" => return bytes(1000),
        _ => {}
    }
    let mut letters = name.chars();
    let power = letters.next().and_then(|letter| PREFIXES.iter().position(|&prefix| prefix == letter));
    let power = power.and_then(|index| u32::try_from(index + 1).ok());
    match (power, letters.as_str()) {
        (Some(power), "B") => bytes(1000_u64.pow(power)),
        (Some(power), "iB") => bytes(1024_u64.pow(power)),
        _ => (Quantity::Named(name.to_owned()), Ratio::new(1, 1)),
    }
}

/// Names of times that nobody takes for a part of another name. (`B/s` is a unit of meters.)
const TIMES: [&str; 14] = [
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months",
    "year", "years",
];
/// What people shorten them to, behind a `/` or as a word of its own.
const SHORT: [(&str, &str); 12] = [
    ("sec", "second"),
    ("min", "minute"),
    ("mins", "minute"),
    ("h", "hour"),
    ("hr", "hour"),
    ("hrs", "hour"),
    ("d", "day"),
    ("wk", "week"),
    ("mo", "month"),
    ("mon", "month"),
    ("yr", "year"),
    ("yrs", "year"),
];

/// What somebody means who writes a unit otherwise than units are written: `GB/month`, `GB-month`, `Hour`. None
/// for what is written as it should be, and for what may be the name of a thing.
pub(super) fn meant(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || "/-_*.·×".contains(c)).collect();
    let links = |word: &&str| word.is_empty() || word.eq_ignore_ascii_case("per") || *word == "a" || *word == "an";
    let words: Vec<&str> = words.into_iter().filter(|word| !links(word)).collect();
    let apart = text.contains(|c: char| c == '/' || c.is_whitespace());
    let right = match words[..] {
        [one] => canonical(one).unwrap_or_else(|| one.to_owned()),
        [quantity, per] if canonical_time(quantity, apart).is_none() => {
            let quantity = canonical(quantity).unwrap_or_else(|| quantity.to_owned());
            // Outputs write it so, and it is understood.
            if text == format!("{quantity}·hour") {
                return None;
            }
            format!("{quantity} per {}", canonical_time(per, apart)?)
        }
        _ => return None,
    };
    let is_known =
        words.len() == 2 || time(&right).is_some() || quantity_of(&right).0 == Quantity::Bytes || right == "duration";
    (is_known && spaced(&right) != spaced(text)).then_some(right)
}

/// A text as its words: how many blanks are between them says nothing.
fn spaced(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// A word of ours that is written in other letters.
fn canonical(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    if TIMES.contains(&lower.as_str()) || ["duration", "byte", "bytes"].contains(&lower.as_str()) {
        return Some(lower);
    }
    // `Gb` are gigabits.
    let is_bits = word.ends_with('b') && word.starts_with(char::is_uppercase);
    let of_bytes = |text: &str| quantity_of(text).0 == Quantity::Bytes;
    let upper = lower.to_uppercase();
    let binary = upper.strip_suffix("IB").map(|prefix| format!("{prefix}iB"));
    let right = binary.into_iter().chain([upper]).find(|text| text.len() > 1 && of_bytes(text))?;
    Some(if is_bits || of_bytes(word) { word.to_owned() } else { right })
}

/// A time's name as it is written here.
fn canonical_time(word: &str, apart: bool) -> Option<String> {
    let lower = word.to_lowercase();
    if TIMES.contains(&lower.as_str()) {
        return Some(lower);
    }
    let short = SHORT.iter().find(|(short, _)| apart && *short == lower);
    short.map(|(_, long)| (*long).to_owned())
}
