//! Units, and what one is in another.
//!
//! A unit is a quantity (bytes, or a thing that is counted: `ip`, `instance`, `request`), a time, or
//! a quantity for a time (`GB·hour`, `GB per month`). Two units convert by an exact factor when
//! they are of one kind, and not at all otherwise: never a silent 1:1.

mod vocabulary;

use std::fmt;

use self::vocabulary::{Quantity, meant, quantity_of, time};
use crate::exact::Ratio;
use crate::time::HOUR_US;

/// A unit, with the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    text: String,
    measure: Measure,
    /// How many of the kind's smallest (bytes × microseconds, …) one of it is.
    size: Ratio,
}

/// What a unit measures: only units of one kind convert.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Measure {
    quantity: Quantity,
    timed: bool,
}

/// Two units of which neither can be expressed in the other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{from}' cannot be expressed in '{to}'")]
pub struct Mismatch {
    /// The unit there is.
    pub from: String,
    /// The unit that was asked for.
    pub to: String,
}

/// A text that is not what a price can be per.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a unit: write {}", .meant.as_ref().map_or(FORM.to_owned(), |meant| format!("'{meant}'")))]
pub struct NotAUnit {
    text: String,
    meant: Option<String>,
}

/// How units of prices are written.
const FORM: &str = "QUANTITY [per TIME], such as `duration`, `hour`, `GB`, `GB per month` or `ip per day`";

impl Unit {
    /// The unit of a volume: `hour`, `B`, `GB·hour`, `ip·hour`, `1`.
    pub fn of_volume(text: &str) -> Self {
        let (quantity, hours) = match text.strip_suffix("·hour") {
            Some(quantity) => (quantity, true),
            None => (text, false),
        };
        if let Some(size) = time(text) {
            return Unit::time(text, size);
        }
        let (quantity, size) = quantity_of(quantity);
        let size = if hours { size.times(&Ratio::new(HOUR_US.unsigned_abs(), 1)) } else { size };
        Unit { text: text.to_owned(), measure: Measure { quantity, timed: hours }, size }
    }

    /// One unit of the volume as it is billed, whatever that is: what a price buys that says no more.
    pub fn of_the_volume() -> Self {
        Unit {
            text: "unit".to_owned(),
            measure: Measure { quantity: Quantity::Whatever, timed: false },
            size: Ratio::new(1, 1),
        }
    }

    /// This unit, or, for [`of_the_volume`](Unit::of_the_volume), the volume's.
    pub fn or_of(self, volume: &Unit) -> Unit {
        if self.measure.quantity == Quantity::Whatever { volume.clone() } else { self }
    }

    /// What one price buys: `QUANTITY [per TIME]`. `duration` is one `time_slice_us` of existence.
    pub fn of_price(text: &str, time_slice_us: u64) -> Result<Self, NotAUnit> {
        let not_a_unit = || NotAUnit { text: text.to_owned(), meant: meant(text) };
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            ["duration"] => Ok(Unit::time(text, Ratio::new(time_slice_us, 1))),
            [one] => Ok(Unit { text: text.to_owned(), ..Unit::of_volume(one) }),
            [quantity, "per", per] if time(quantity).is_none() && quantity != "duration" => {
                let per = time(per).ok_or_else(not_a_unit)?;
                let (quantity, size) = quantity_of(quantity);
                let size = size.times(&per);
                Ok(Unit { text: text.to_owned(), measure: Measure { quantity, timed: true }, size })
            }
            _ => Err(not_a_unit()),
        }
    }

    /// The same, of a price list that a person writes: what looks like a unit of ours and is none would be taken
    /// for the name of a thing, of which nothing is ever used (`GB/month`, `GB-month`, `Hour`).
    pub fn of_written_price(text: &str, time_slice_us: u64) -> Result<Self, NotAUnit> {
        match meant(text) {
            None => Unit::of_price(text, time_slice_us),
            meant => Err(NotAUnit { text: text.to_owned(), meant }),
        }
    }

    /// A time of `size` microseconds.
    fn time(text: &str, size: Ratio) -> Self {
        let measure = Measure { quantity: Quantity::None, timed: true };
        Unit { text: text.to_owned(), measure, size }
    }

    /// Whether time is in it.
    pub fn is_timed(&self) -> bool {
        self.measure.timed
    }

    /// Whether it is the volume's, whatever that is.
    pub fn is_the_volumes(&self) -> bool {
        self.measure.quantity == Quantity::Whatever
    }

    /// Whether volumes of both can be added up.
    pub fn is_like(&self, other: &Unit) -> bool {
        self.measure == other.measure
    }

    /// How many of its kind's smallest one of it is: the same measure for all units of a kind.
    pub fn size(&self) -> &Ratio {
        &self.size
    }

    /// What a volume of this unit has to be multiplied by to be one of `other`.
    pub fn in_terms_of(&self, other: &Unit) -> Result<Ratio, Mismatch> {
        if self.measure != other.measure {
            return Err(Mismatch { from: self.text.clone(), to: other.text.clone() });
        }
        Ok(self.size.clone().over(&other.size))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_MINUTES: u64 = 600_000_000;

    fn factor(from: &str, to: &str) -> Result<String, String> {
        let to = Unit::of_price(to, TEN_MINUTES).map_err(|why| why.to_string())?;
        let ratio = Unit::of_volume(from).in_terms_of(&to).map_err(|why| why.to_string())?;
        Ok(ratio.rounded(15).unwrap().to_string())
    }

    #[test]
    fn units_convert_by_exact_factors() {
        // semantics 5: `duration` is one time_slice; bytes have decimal and binary prefixes; a day is 24 h, a month 730 h.
        for (from, to, expected) in [
            ("hour", "duration", "6"),
            ("hour", "hour", "1"),
            ("hour", "day", "0.041666666666667"),
            ("B", "GB", "0.000000001"),
            ("B", "bytes", "1"),
            ("GiB", "bytes", "1073741824"),
            ("GB", "MiB", "953.67431640625"),
            ("B·hour", "bytes per hour", "1"),
            ("GB·hour", "GB per month", "0.001369863013699"),
            ("GB·hour", "TB per day", "0.000041666666667"),
            ("ip·hour", "ip per day", "0.041666666666667"),
            ("instance·hour", "instance per month", "0.001369863013699"),
            ("TiB·hour", "GiB per hour", "1024"),
            ("KiB", "kB", "1.024"),
            ("KB", "bytes", "1000"),
            ("ns", "hour", "0.000000000000278"),
            ("ms", "s", "0.001"),
            ("1", "1", "1"),
            ("request", "request", "1"),
        ] {
            assert_eq!(factor(from, to).as_deref(), Ok(expected), "{from} in {to}");
        }
    }

    #[test]
    fn what_does_not_convert_names_both() {
        for (from, to) in [
            ("hour", "GB"),
            ("GB·hour", "GB"),
            ("B", "bytes per hour"),
            ("ip·hour", "hour"),
            ("ip", "instance"),
            ("1", "hour"),
            ("GB", "gb"),
            ("instance·hour", "hour"),
            ("request", "1"),
            ("request", "request per hour"),
        ] {
            assert_eq!(factor(from, to), Err(format!("'{from}' cannot be expressed in '{to}'")));
        }
        for text in [
            "",
            "per hour",
            "GB per",
            "GB per fortnight",
            "hour per day",
            "ns per hour",
            "duration per hour",
            "GB per month per year",
            "GB/month x",
        ] {
            assert!(Unit::of_price(text, TEN_MINUTES).is_err(), "{text}");
        }
    }

    #[test]
    fn what_looks_like_a_unit_and_is_none_is_refused_with_what_is_meant() {
        for (text, meant) in [
            ("GB/month", "GB per month"),
            ("GB-month", "GB per month"),
            ("GB_hours", "GB per hours"),
            ("GB / mo", "GB per month"),
            ("GB per Month", "GB per month"),
            ("GB a month", "GB per month"),
            ("gb per month", "GB per month"),
            ("GiB*hour", "GiB per hour"),
            ("GB·month", "GB per month"),
            ("vCPU-hour", "vCPU per hour"),
            ("ip/h", "ip per hour"),
            ("Hour", "hour"),
            ("HOURS", "hours"),
            ("per hour", "hour"),
            ("/month", "month"),
            ("Duration", "duration"),
            ("gb", "GB"),
            ("gib", "GiB"),
            ("Bytes", "bytes"),
        ] {
            let said = Unit::of_written_price(text, TEN_MINUTES).map_err(|why| why.to_string());
            assert_eq!(said, Err(format!("'{text}' is not a unit: write '{meant}'")));
            assert!(Unit::of_price(meant, TEN_MINUTES).is_ok(), "{meant}");
        }
        // Names of things, units of meters, and what outputs say.
        for text in [
            "hour",
            "GB",
            "kB",
            "GB per month",
            "GB  per  months",
            "A per hour",
            "GB·hour",
            "bytes",
            "duration",
            "B/s",
            "request/s",
            "Mb",
            "kWh",
            "object-count",
            "load-balancer",
            "1",
            "GB·hour",
            "m",
            "h",
            "%",
            "B per s",
            "1 per day",
        ] {
            assert!(Unit::of_written_price(text, TEN_MINUTES).is_ok(), "{text}");
        }
    }
}
