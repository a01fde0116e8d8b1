//! Which time of a tenant is billed, or was looked at and had nothing to bill; and which is neither.

use artifice_model::{Period, Tenant};

/// A period that a tenant was billed for, or had nothing to be billed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Whose.
    pub tenant: Tenant,
    /// When.
    pub period: Period,
    /// How.
    pub by: Cover,
}

/// How a period is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// By a live invoice of the first edition: before it, nobody took note of periods without usage.
    OlderInvoice,
    /// By a live invoice.
    Invoice,
    /// There was nothing to bill.
    Idle,
}

/// The times between what is covered that nothing covers, of one tenant, in order; each with what follows it.
///
/// No gap is told behind an invoice of the first edition where only a period without usage follows: perhaps the
/// tenant was gone all the time, and nobody noted that then.
pub fn gaps(mut covered: Vec<(Period, Cover)>) -> Vec<(Period, Period)> {
    covered.sort_by_key(|(period, _)| (period.start(), period.end()));
    let mut gaps = Vec::new();
    let mut before: Option<(Period, Cover)> = None;
    for (period, by) in covered {
        if let Some((last, cover)) = before {
            let is_known = (cover, by) != (Cover::OlderInvoice, Cover::Idle);
            if let (Ok(gap), true) = (Period::new(last.end(), period.start()), is_known) {
                gaps.push((gap, period));
            }
            if period.end() <= last.end() {
                continue;
            }
        } else if by == Cover::Idle {
            // What was never billed has no gaps yet.
            continue;
        }
        before = Some((period, by));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use artifice_model::Timestamp;

    use super::Cover::{Idle, Invoice, OlderInvoice};
    use super::*;

    fn told(covered: &[(i64, i64, Cover)]) -> Vec<(i64, i64)> {
        let period = |start, end| Period::new(Timestamp::from_micros(start), Timestamp::from_micros(end)).unwrap();
        let all = covered.iter().map(|(start, end, by)| (period(*start, *end), *by)).collect();
        gaps(all).into_iter().map(|(gap, _)| (gap.start().micros(), gap.end().micros())).collect()
    }

    #[test]
    fn what_no_statement_covers_lies_between_what_is_billed_or_had_nothing_to_bill() {
        // semantics 6: a period in which there was nothing to bill is no gap.
        assert_eq!(told(&[]), []);
        assert_eq!(told(&[(0, 10, Invoice), (10, 20, Invoice)]), []);
        assert_eq!(told(&[(30, 40, Invoice), (0, 10, Invoice)]), [(10, 30)]);
        assert_eq!(told(&[(0, 10, Invoice), (10, 20, Idle), (23, 30, Invoice)]), [(20, 23)]);
        assert_eq!(told(&[(0, 10, Invoice), (5, 25, Idle), (12, 14, Idle), (30, 40, Idle)]), [(25, 30)]);
        // Before the first invoice, and after the last one, nothing is missing.
        assert_eq!(told(&[(0, 10, Idle), (20, 30, Invoice)]), []);
    }

    #[test]
    fn what_the_first_edition_did_not_note_is_no_gap() {
        assert_eq!(told(&[(0, 10, OlderInvoice), (50, 60, Idle)]), []);
        assert_eq!(told(&[(0, 10, OlderInvoice), (50, 60, Invoice)]), [(10, 50)]);
        assert_eq!(told(&[(0, 10, OlderInvoice), (50, 60, Idle), (70, 80, Invoice)]), [(60, 70)]);
    }
}
