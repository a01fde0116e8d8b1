//! Parts of lines: what of a line for a whole service falls to each resource.

use crate::decimal::{Decimal, pow10};
use crate::exact::{Overflow, Ratio};

/// A sum of money, divided by what each part costs exactly: each has the smallest coins that are whole in it, and
/// the coins that are left go to the largest remainders, of equal ones to the first.
///
/// # Errors
/// [`Overflow`] if an amount is larger than a bill can hold.
pub(crate) fn shares(sum: Decimal, exact: &[Ratio], digits: u8) -> Result<Vec<Decimal>, Overflow> {
    let coins = Ratio::from(Decimal::new(pow10(digits).ok_or(Overflow)?, 0).map_err(|_| Overflow)?);
    let wholes: Vec<Ratio> = exact.iter().map(|exact| exact.clone().times(&coins).floor()).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    let rest = |at: usize| exact[at].clone().times(&coins).minus(&wholes[at]);
    order.sort_by_cached_key(|at| std::cmp::Reverse(rest(*at)));
    let given = wholes.iter().fold(Ratio::zero(), |sum, whole| sum.plus(whole));
    let left = Ratio::from(sum).times(&coins).minus(&given);
    let left = left.small().map(|(coins, _)| coins).ok_or(Overflow)?;
    // A sum is at most half a coin away from what it is divided by, so mostly nobody gets more than one.
    let parts = i128::try_from(exact.len()).map_err(|_| Overflow)?;
    let (each, more) = (left.checked_div_euclid(parts), left.checked_rem_euclid(parts));
    let (Some(each), Some(more)) = (each, more) else { return Ok(Vec::new()) };
    let mut shares = vec![Decimal::ZERO; exact.len()];
    for (place, at) in (0_i128..).zip(order) {
        let extra = Decimal::new(each + i128::from(place < more), 0).map_err(|_| Overflow)?;
        shares[at] = wholes[at].clone().plus(&extra.into()).over(&coins).rounded(digits)?;
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_to_the_largest_remainders_and_of_equal_ones_to_the_first() {
        // semantics 5: by resource a line's cost is divided by exact cost, largest remainder first, ties by resource id.
        let divided = |sum: &str, exact: &[&str]| {
            let exact: Vec<Ratio> = exact.iter().map(|part| part.parse::<Decimal>().unwrap().into()).collect();
            let shares = shares(sum.parse().unwrap(), &exact, 2).unwrap();
            shares.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(divided("0.02", &["0.004", "0.008", "0.004"]), ["0.01", "0.01", "0"]);
        assert_eq!(divided("1.01", &["0.334", "0.339", "0.336"]), ["0.33", "0.34", "0.34"]);
        assert_eq!(divided("-0.01", &["-0.004", "-0.008"]), ["0", "-0.01"]);
        assert_eq!(divided("0", &["0.5", "-0.5"]), ["0.5", "-0.5"]);
        assert_eq!(divided("0.05", &["0.005", "0.005"]), ["0.03", "0.02"]);
        assert_eq!(divided("0", &[]), Vec::<String>::new());
    }
}
