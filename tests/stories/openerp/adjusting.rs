//! Late samples, again and again: an ERP computes the taxes of each document by itself, and so does a statement.

use artifice_tests::odoo::{Odoo, Version};
use artifice_tests::{Cloud, Vm};

use super::AUGUST;

/// Adjustments of one invoice.
const ROUNDS: u32 = 40;
const ADJUST: &str = "--adjust --month 2013-08";

/// A cloud whose prices make odd cents, and the ERP that its bills go to.
fn running(version: Version, taxes: &[(&str, i64)], rounding: &str, main: &str) -> (Cloud, Odoo) {
    let (cloud, odoo) = (Cloud::new(), Odoo::for_billing(version, &["demo"]));
    odoo.with(|tables| tables.set("res.company", 1, "tax_calculation_rounding_method", rounding));
    odoo.serve(&cloud, "");
    cloud.set("main", &format!("{{invoice:object: billing.openerp:OpenERP{main}}}"));
    let mut listed = Vec::new();
    for (name, percent) in taxes {
        odoo.tax(name, *percent);
        listed.push(format!("{{name: {name}, percent: {percent}}}"));
    }
    let card = "prices: [{service: m1.nano, per: hour, price: 0.033}, {service: m1.small, per: hour, price: 0.077}]";
    cloud.set("rates", "{cards: [card.yaml]}").write("card.yaml", format!("{card}\ntaxes: [{}]\n", listed.join(", ")));
    (cloud, odoo)
}

/// What came late in a round: mostly one machine, sometimes two, and each time another length.
fn late(round: u32) -> String {
    let from = format!("2013-08-{:02}T{:02}:00:00", 2 + round / 2, 12 * (round % 2));
    let mut text = Vm::of("demo", "one").active(&from, 1 + round * 7 % 11);
    if round.is_multiple_of(3) {
        text += &Vm::of("demo", "two").flavor("m1.small").active(&from, 1 + round * 5 % 9);
    }
    text
}

fn adjusted_forty_times(taxes: &[(&str, i64)], rounding: &str, main: &str) {
    let (cloud, odoo) = running(Version::Odoo17, taxes, rounding, main);
    cloud.meter(late(0));
    cloud.bill(AUGUST).done();
    for round in 1..=ROUNDS {
        cloud.meter(late(round));
        cloud.bill(ADJUST).done();
    }
    odoo.has_each_statement_once(&cloud, usize::try_from(ROUNDS).unwrap() + 1);
    cloud.run("db verify").done();
}

#[test]
fn forty_adjustments_under_one_tax_are_none_refused() {
    adjusted_forty_times(&[("GST", 15)], "round_globally", "");
}

#[test]
fn forty_adjustments_under_two_taxes_are_none_refused() {
    adjusted_forty_times(&[("GST", 15), ("Levy", 7)], "round_globally", "");
}

#[test]
fn taxes_that_are_rounded_line_by_line_fit_an_erp_that_does_so() {
    adjusted_forty_times(&[("GST", 15), ("Levy", 7)], "round_per_line", ", tax_rounding: line");
}

#[test]
fn an_erp_that_rounds_otherwise_is_named_with_what_to_do() {
    for (rounding, main, says) in
        [("round_per_line", "", "line by line"), ("round_globally", ", tax_rounding: line", "once")]
    {
        let (cloud, odoo) = running(Version::Odoo17, &[("GST", 15)], rounding, main);
        for (vm, hours) in [("one", 3), ("two", 3), ("three", 3)] {
            cloud.meter(Vm::of("demo", vm).active("2013-08-05", hours));
        }
        // 15 % of 0.10 are 0.02 for each line, and 0.05 for three.
        cloud.bill(AUGUST).failed().says(says).says("main.tax_rounding");
        assert!(odoo.documents().is_empty());
    }
}
