//! Other documents: drafts, sales orders, credit notes.

use artifice_model::Decimal;
use artifice_tests::odoo::{VERSIONS, Version};
use artifice_tests::{Ran, Vm};

use super::{AUGUST, running};

#[test]
fn a_draft_is_complete_and_left_for_a_person_to_post() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        odoo.serve(&cloud, ", state: draft");
        assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").status(), "committed");
        let [draft] = &odoo.documents()[..] else { panic!("one draft") };
        assert_eq!((draft.state.as_str(), draft.total), ("draft", "1.5".parse().unwrap()));
        cloud.bill(AUGUST).done();
        assert_eq!((odoo.documents().len(), cloud.statuses()), (1, vec!["committed".to_owned()]));
    }
}

#[test]
fn a_sales_order_has_the_statements_lines() {
    for version in [Version::Odoo16, Version::Odoo17] {
        for (state, expected) in [("posted", "sale"), ("draft", "draft")] {
            let (cloud, odoo) = running(version, &["demo"]);
            let nzd = odoo.with(|tables| tables.find("res.currency", "name", "NZD")).unwrap();
            let list = odoo.create("product.pricelist", [("name", "Kiwi".into()), ("currency_id", nzd.into())]);
            odoo.with(|tables| {
                for partner in tables.ids("res.partner") {
                    tables.set("res.partner", partner, "property_product_pricelist", list);
                }
            });
            odoo.serve(&cloud, &format!(", document: sale_order, state: {state}"));

            let bill = cloud.bill(AUGUST).done().bill_of("demo");

            let [order] = &odoo.orders()[..] else { panic!("one order: {:#?}", odoo.orders()) };
            assert_eq!((order.state.as_str(), order.total.to_fixed(2)), (expected, bill.total().to_owned()));
            assert_eq!((order.reference.as_str(), order.charged().len()), (bill.id(), 2));
            assert!(odoo.documents().is_empty());
            cloud.bill(AUGUST).done();
            assert_eq!(odoo.orders().len(), 1);
        }
    }
}

#[test]
fn what_is_taken_back_becomes_a_credit_note() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        cloud.bill(AUGUST).done();
        let invoice = odoo.documents().remove(0);

        Ran::of(cloud.command("statement void 1 --reason").arg("wrong customer")).done();

        assert_eq!(cloud.statuses(), ["void", "committed"]);
        let [first, credit] = &odoo.documents()[..] else { panic!("two documents: {:#?}", odoo.documents()) };
        assert_eq!(first, &invoice, "the invoice stays as it was");
        assert_eq!((credit.kind.as_str(), credit.is_posted(), credit.total), ("out_refund", true, invoice.total));
        assert!(credit.lines.iter().all(|line| line.subtotal >= Decimal::ZERO), "{credit:#?}");
        if version != Version::OpenErp7 {
            assert_eq!(credit.reverses, Some(invoice.id));
        }
        assert!(odoo.tampered().is_empty(), "{:?}", odoo.tampered());

        // And it can be billed again.
        cloud.bill(AUGUST).done();
        assert_eq!((odoo.documents().len(), cloud.statuses().len()), (3, 3));
    }
}

#[test]
fn what_late_metering_adds_is_an_invoice_of_its_own() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        cloud.bill(AUGUST).done();
        let invoice = odoo.documents().remove(0);
        cloud.meter(Vm::of("demo", "late").active("2013-08-20", 10));

        cloud.bill(&format!("--adjust {AUGUST}")).done();

        odoo.has_each_statement_once(&cloud, 2);
        let [first, more] = &odoo.documents()[..] else { panic!("two documents: {:#?}", odoo.documents()) };
        assert_eq!(first, &invoice, "the invoice stays as it was");
        assert_eq!((more.kind.as_str(), more.total), ("out_invoice", "0.5".parse().unwrap()));
        assert!(more.charged()[0].name.contains("late"), "{more:#?}");
    }
}
