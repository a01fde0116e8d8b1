//! The model's limits, and how they hang together: where a relation is broken, nothing compiles.

/// The most digits that a decimal has after its point.
pub const MAX_SCALE: u8 = 38;

/// The most digits before the point of what a bill can hold.
pub const MAX_WHOLE_DIGITS: u8 = 22;

/// Digits after the point that a volume is rounded to.
pub const VOLUME_PLACES: u8 = 6;

/// The most digits after the point that a currency has.
pub const MAX_CURRENCY_DIGITS: u8 = 4;

/// So many digits fit 64 bits, whatever they are.
pub const MAX_SHORT_DIGITS: u8 = 18;

/// The largest denominator of a factor.
pub const MAX_DENOMINATOR: i128 = 1_000_000_000_000_000_000;

/// How many of the longest gaps between samples are kept with their ends.
pub const GAPS_KEPT: usize = 3;

/// How many unmapped hosts of a series are told apart.
pub const HOSTS_KEPT: usize = 100;

/// How many mistakes of a file are told: nobody reads more.
pub const MOST_MISTAKES: usize = 50;

/// How many implausible readings of a usage are kept.
pub const IMPLAUSIBLE_KEPT: usize = 20;

const _: () = {
    assert!(ten_to(MAX_SCALE) > 0, "what a decimal is divided by fits 128 bits");
    assert!(VOLUME_PLACES <= MAX_SCALE && MAX_CURRENCY_DIGITS <= VOLUME_PLACES, "an amount fits where a volume does");
    // Rounding doubles a number before it divides.
    assert!(2 * ten_to(MAX_WHOLE_DIGITS + VOLUME_PLACES) < ten_to(MAX_SCALE), "a volume is rounded within 128 bits");
    assert!(ten_to(MAX_SHORT_DIGITS) < 1 << 63 && MAX_DENOMINATOR < 1 << 63, "what is short fits 64 bits");
    assert!(GAPS_KEPT > 0, "the longest gap can be told");
};

/// A power of ten.
const fn ten_to(exponent: u8) -> i128 {
    if exponent == 0 { 1 } else { 10 * ten_to(exponent - 1) }
}
