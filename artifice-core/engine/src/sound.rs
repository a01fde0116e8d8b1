//! What is checked right before money goes on: what is stored, and what is handed to a backend.
//!
//! What was read was checked then, and is an error of its tenant. So only a fault of our own can be found here, and
//! with such a fault nothing goes on, also in what is built for use.

use artifice_ledger::{Body, Statement};
use artifice_model::statement::{Draft, Line, Tax, taxes_agree};
use artifice_model::{Decimal, Period};

/// Checks what is about to be stored; whether its taxes are those on its own lines, as they are since the second
/// `edition`.
pub(crate) fn check_new(draft: &Draft, edition: bool) {
    let tenant = &draft.tenant.id;
    let priced = draft.lines.iter().all(|line| line.cost.is_some());
    assert!(priced, "tenant {tenant}: a line without a cost");
    let of = format_args!("tenant {tenant}");
    check(of, draft.period, (&draft.lines, &draft.taxes), (draft.subtotal, draft.total));
    assert!(!edition || draft.taxes_agree(), "{of}: other taxes");
}

/// Checks what is about to be handed to a backend.
pub(crate) fn check_stored(statement: &Statement, body: &Body) {
    let of = format_args!("statement {}", statement.number);
    let sums = (Some(statement.subtotal), Some(statement.total));
    check(of, statement.period, (&body.lines, &body.taxes), sums);
    if let Some(rules) = &statement.rules {
        let agree = taxes_agree(&body.taxes, &body.lines, statement.currency, rules.tax_rounding);
        assert!(agree, "{of}: other taxes");
    }
}

fn check(
    of: std::fmt::Arguments<'_>,
    period: Period,
    (lines, taxes): (&[Line], &[Tax]),
    sums: (Option<Decimal>, Option<Decimal>),
) {
    assert!(period.start() < period.end(), "{of}: from its end to its start");
    let mut subtotal = Some(Decimal::ZERO);
    for line in lines {
        let period = line.usage.period;
        subtotal = subtotal.and_then(|subtotal| subtotal.checked_add(line.cost.unwrap_or_default()));
        assert!(period.start() < period.end(), "{of}: a line from its end to its start");
    }
    let add = |total: Decimal, tax: &Tax| total.checked_add(tax.amount);
    let total = subtotal.and_then(|subtotal| taxes.iter().try_fold(subtotal, add));
    assert_eq!((subtotal, total), sums, "{of}: other sums");
}

#[cfg(test)]
mod tests {
    use artifice_model::statement::TaxRounding;
    use artifice_model::{Tenant, Timestamp};

    use super::*;

    fn draft(total: Decimal) -> Draft {
        Draft {
            tenant: Tenant { id: "demo".into(), name: None },
            period: Period::new(Timestamp::from_micros(0), Timestamp::from_micros(1)).unwrap(),
            currency: "NZD".parse().unwrap(),
            usage: Vec::new(),
            lines: Vec::new(),
            subtotal: Some(Decimal::ZERO),
            taxes: Vec::new(),
            total: Some(total),
            tax_rounding: TaxRounding::Document,
        }
    }

    #[test]
    fn what_adds_up_goes_on() {
        check_new(&draft(Decimal::ZERO), true);
    }

    #[test]
    #[should_panic(expected = "tenant demo: other sums")]
    fn what_does_not_add_up_goes_no_further() {
        check_new(&draft(Decimal::ONE), true);
    }

    #[test]
    #[should_panic(expected = "tenant demo: other taxes")]
    fn a_tax_that_is_not_on_its_lines_goes_no_further() {
        let (name, sections) = ("GST".to_owned(), vec!["*".to_owned()]);
        let tax = Tax { name, percent: Decimal::ONE, base: Decimal::ONE, amount: Decimal::ZERO, sections };
        check_new(&Draft { taxes: vec![tax], ..draft(Decimal::ZERO) }, true);
    }
}
