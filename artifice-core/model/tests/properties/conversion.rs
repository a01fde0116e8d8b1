//! Units convert exactly: there and back, by way of a third, and never between kinds.

use artifice_model::Decimal;
use artifice_model::exact::Ratio;
use artifice_model::units::Unit;
use proptest::prelude::*;
use proptest::sample::select;

/// Units of one kind stand in one row.
const KINDS: [&[&str]; 8] = [
    &["ns", "ms", "s", "second", "minute", "hours", "day", "week", "month", "year", "duration"],
    &["B", "bytes", "kB", "KB", "MB", "GB", "TB", "PB", "EB", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"],
    &["bytes per hour", "GB per month", "GiB per day", "TB per year", "B per second", "MiB per week"],
    &["ip per hour", "ip per day", "ip per month"],
    &["instance per hour", "instance per second", "instance per year"],
    &["instance"],
    &["request"],
    &["1"],
];

fn unit(text: &str) -> Unit {
    const TIME_SLICE_US: u64 = 600_000_000;
    Unit::of_price(text, TIME_SLICE_US).unwrap()
}

/// `volume` of `units[0]` in terms of `units[1]`, of that in terms of `units[2]`, and so on.
fn through(volume: Decimal, units: &[Unit]) -> Ratio {
    units.windows(2).fold(Ratio::from(volume), |ratio, pair| ratio.times(&pair[0].in_terms_of(&pair[1]).unwrap()))
}

/// More decimals than the volumes have.
const PLACES: u8 = 16;

/// What volumes are in, with a price's unit of the same kind.
const VOLUMES: [(&str, &str); 8] = [
    ("hour", "ns"),
    ("ns", "month"),
    ("B", "EiB"),
    ("GiB", "kB"),
    ("B·hour", "PB per second"),
    ("GB·hour", "KiB per month"),
    ("ip·hour", "ip per week"),
    ("instance·hour", "instance per day"),
];

fn three_of_a_kind() -> impl Strategy<Value = [Unit; 3]> {
    select(&KINDS).prop_flat_map(|kind| [select(kind), select(kind), select(kind)]).prop_map(|units| units.map(unit))
}

proptest! {
    #[test]
    fn conversion_there_and_back_is_the_identity([one, other, _] in three_of_a_kind(), digits: i64, scale in 0_u32..7) {
        let volume = Decimal::new(digits.into(), scale).unwrap();
        let back = through(volume, &[one.clone(), other, one]);
        prop_assert_eq!(back.rounded(PLACES), Ok(volume));
    }

    #[test]
    fn a_volume_s_unit_converts_there_and_back((of_volume, of_price) in select(&VOLUMES), digits: i64, scale in 0_u32..7) {
        let volume = Decimal::new(digits.into(), scale).unwrap();
        let (one, other) = (Unit::of_volume(of_volume), unit(of_price));
        prop_assert_eq!(through(volume, &[one.clone(), other, one]).rounded(PLACES), Ok(volume));
    }

    #[test]
    fn conversion_by_way_of_a_third_unit_is_the_same([one, way, other] in three_of_a_kind(), digits: i64, scale in 0_u32..7) {
        let volume = Decimal::new(digits.into(), scale).unwrap();
        let direct = through(volume, &[one.clone(), other.clone()]);
        prop_assert_eq!(through(volume, &[one, way, other]).rounded(PLACES), direct.rounded(PLACES));
    }

    #[test]
    fn units_of_two_kinds_convert_in_neither_direction(one in select(&KINDS), other in select(&KINDS), i: prop::sample::Index, j: prop::sample::Index) {
        let (from, to) = (i.get(one), j.get(other));
        let (there, back) = (unit(from).in_terms_of(&unit(to)), unit(to).in_terms_of(&unit(from)));
        prop_assert_eq!(there.is_ok(), one == other);
        prop_assert_eq!(back.is_ok(), one == other);
        if let Err(mismatch) = there {
            prop_assert_eq!((mismatch.from.as_str(), mismatch.to.as_str()), (*from, *to));
        }
    }
}
