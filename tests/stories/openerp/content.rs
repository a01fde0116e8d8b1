//! A statement arrives unchanged: its lines, sections, taxes, names and amounts.

use artifice_model::Decimal;
use artifice_tests::odoo::{Document, Odoo, VERSIONS, Version};
use artifice_tests::{Cloud, Vm, Volume};

use super::{AUGUST, running};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The only document.
#[track_caller]
fn only(odoo: &Odoo) -> Document {
    let [document] = &odoo.documents()[..] else { panic!("one document: {:#?}", odoo.documents()) };
    document.clone()
}

#[test]
fn lines_sections_and_total_are_the_statements() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);

        let bill = cloud.bill(AUGUST).done().bill_of("demo");

        odoo.has_each_statement_once(&cloud, 1);
        let document = only(&odoo);
        assert_eq!((bill.total(), document.total, document.tax), ("1.50", decimal("1.5"), Decimal::ZERO));
        assert_eq!((document.tenant.as_str(), document.currency.as_str()), ("demo", "NZD"));
        assert_eq!((document.kind.as_str(), document.date.as_str()), ("out_invoice", "2013-08-31"));
        if version != Version::OpenErp7 {
            assert_eq!(document.sections(), ["Block storage", "Compute"]);
        }
        let charged: Vec<_> = document.charged().iter().map(|line| (line.product.clone(), line.subtotal)).collect();
        assert_eq!(charged, [("volume.size".to_owned(), decimal("0.3")), ("m1.nano".to_owned(), decimal("1.2"))]);
        for (line, resource) in document.charged().iter().zip(["disk-of-demo", "vm-of-demo"]) {
            assert!(line.name.contains(resource) && line.taxes.is_empty(), "{line:?}");
        }
        assert!(bill.receipt().contains(&document.name), "{} {}", bill.receipt(), document.name);
    }
}

#[test]
fn a_company_with_a_default_tax_does_not_add_it() {
    // 16 adds its company's tax to every line that says nothing of taxes.
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        odoo.with(|tables| {
            for product in tables.ids("product.product") {
                tables.set("product.product", product, "taxes_id", vec![1_i64]);
            }
        });
        cloud.bill(AUGUST).done();
        odoo.has_each_statement_once(&cloud, 1);
        assert_eq!((only(&odoo).tax, only(&odoo).untaxed), (Decimal::ZERO, decimal("1.5")));
    }
}

#[test]
fn amounts_with_many_decimals_are_neither_rounded_nor_changed() {
    for version in VERSIONS {
        for digits in [2, 8] {
            let (cloud, odoo) = running(version, &["demo"]);
            odoo.precision("Product Price", digits);
            odoo.precision("Product Unit of Measure", digits);
            cloud.write("rates.csv", "* | m1.nano | hour | 0.01234567\n* | volume.size | GB per month | 0.0731\n");
            cloud.meter(Vm::of("demo", "much").active("2013-08-07", 199));

            let bill = cloud.bill(AUGUST).done().bill_of("demo");

            odoo.has_each_statement_once(&cloud, 1);
            let subtotals: Vec<Decimal> = only(&odoo).charged().iter().map(|line| line.subtotal).collect();
            let costs: Vec<Decimal> = bill.all("cost").into_iter().map(decimal).collect();
            assert_eq!(subtotals, costs, "{version:?} {digits}");
            let line = &only(&odoo).lines.pop().unwrap().name;
            // What does not fit is told by the text.
            assert!(digits == 8 || line.contains("0.01234567"), "{line}");
        }
    }
}

#[test]
fn names_are_kept_letter_by_letter() {
    let names = ["サーバー 漢字 😀", "<b>&amp; \"x\" 'y' ]]></b>", "Ünïcode – ελληνικά", "a & b < c > d"];
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &[]);
        odoo.customer("demo");
        for (number, name) in names.iter().enumerate() {
            cloud.meter(Vm::of("demo", &format!("vm-{number}")).named(name).active("2013-08-05", 24));
        }
        cloud.bill(AUGUST).done();
        odoo.has_each_statement_once(&cloud, 1);
        let document = only(&odoo);
        for name in names {
            assert_eq!(
                document.lines.iter().filter(|line| line.name.contains(name)).count(),
                1,
                "{name} {document:#?}"
            );
        }
    }
}

#[test]
fn what_xml_cannot_carry_is_left_out_and_the_rest_arrives() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &[]);
        odoo.customer("demo");
        cloud.meter(Vm::of("demo", "vm").named("a\u{1}b\u{b}c\u{fffe}d\r\ne").active("2013-08-05", 24));
        cloud.bill(AUGUST).done();
        odoo.has_each_statement_once(&cloud, 1);
        let line = only(&odoo).charged()[0].name.clone();
        assert!("abcde".chars().all(|letter| line.contains(letter)) && !line.contains(['\u{1}', '\u{b}']), "{line:?}");
    }
}

#[test]
fn a_thousand_lines_arrive_in_order() {
    let cloud = Cloud::new();
    let odoo = Odoo::for_billing(Version::Odoo17, &["demo"]);
    odoo.serve(&cloud, ", lines_per_request: 300, timeout_s: 100");
    let samples = |number| Volume::of("demo", &format!("disk-{number:04}")).sized(100, "2013-08-05", 1);
    cloud.meter((0..1000).map(samples).collect::<String>());

    let bill = cloud.bill(AUGUST).done().bill_of("demo");

    odoo.has_each_statement_once(&cloud, 1);
    let document = only(&odoo);
    assert_eq!((bill.total(), document.charged().len()), ("1000.00", 1000));
    for (number, line) in document.charged().iter().enumerate() {
        assert!(line.name.contains(&format!("disk-{number:04}")), "{number}: {line:?}");
    }
}
