//! Taxes and prices, asked through the library: every line bears the taxes that the statement says, and no others.

use std::path::Path;
use std::sync::Arc;

use artifice_plugin_host::Backend;
use artifice_plugin_host::api::{Decimal, Error, PriceQuery, RSlice, Receipt, Tax, Timestamp, Totals};
use artifice_tests::odoo::{DATABASE, Odoo, PASSWORD, VERSIONS, Value, Version};
use serde_json::json;

use super::openerp_cuts::{call, header, line};

fn backend(odoo: &Odoo) -> Arc<dyn Backend> {
    let config = json!({
        "url": odoo.url(), "database": DATABASE, "username": "admin", "password": PASSWORD, "timeout_s": 30,
        "taxes": {"Levy": "Storage levy 7%"}, "prices": {"per": {"Hours": "hour"}},
    });
    artifice_tests::backend(Path::new("/"), "billing.openerp:OpenERP", &config)
}

fn cents(cents: i128) -> Decimal {
    Decimal::new(cents, 2)
}

/// An invoice whose first line of 0.50 bears GST and a levy, and whose second one GST alone.
fn sent(odoo: &Odoo) -> Result<Receipt, Error> {
    let header = header("taxed");
    let (both, first) = ([0, 1], [0]);
    let mut lines = [line(&header, "one", &[]), line(&header, "two", &[])];
    lines[0].taxes = RSlice::from_slice(&both);
    lines[1].taxes = RSlice::from_slice(&first);
    let taxes = [
        Tax {
            name: "GST".into(),
            percent: Decimal::new(15, 0),
            base: cents(100),
            amount: cents(15),
            extra: RSlice::EMPTY,
        },
        Tax {
            name: "Levy".into(),
            percent: Decimal::new(8, 0),
            base: cents(50),
            amount: cents(4),
            extra: RSlice::EMPTY,
        },
    ];
    let mut invoice = backend(odoo).open(&call(), &header)?;
    invoice.section("Compute")?;
    invoice.lines(&lines)?;
    invoice.totals(&Totals {
        subtotal: cents(100),
        taxes: RSlice::from_slice(&taxes),
        total: cents(119),
        extra: RSlice::EMPTY,
    })?;
    invoice.commit()
}

/// In an ERP that rounds taxes as a statement does: once.
fn odoo(version: Version) -> Odoo {
    let odoo = Odoo::for_billing(version, &["demo"]);
    odoo.with(|tables| tables.set("res.company", 1, "tax_calculation_rounding_method", "round_globally"));
    odoo
}

#[test]
fn taxes_are_the_statements_line_by_line() {
    for version in VERSIONS {
        let odoo = odoo(version);
        odoo.tax("GST", 15);
        odoo.tax("Storage levy 7%", 8);
        let receipt = sent(&odoo).unwrap();
        let [document] = &odoo.documents()[..] else { panic!("one document: {:#?}", odoo.documents()) };
        assert_eq!((receipt.reference.as_str(), document.is_posted()), (document.name.as_str(), true));
        let amounts = [document.untaxed, document.tax, document.total].map(|amount| amount.to_fixed(2));
        assert_eq!(amounts, ["1.00", "0.19", "1.19"]);
        let taxes: Vec<Vec<String>> = document.charged().iter().map(|line| line.taxes.clone()).collect();
        assert_eq!(taxes, [vec!["GST".to_owned(), "Storage levy 7%".to_owned()], vec!["GST".to_owned()]]);
    }
}

#[test]
fn a_tax_that_is_not_there_or_another_one_is_told_and_nothing_is_left() {
    for version in VERSIONS {
        let odoo = odoo(version);
        let levy = odoo.tax("Storage levy 7%", 8);
        let refused = |says: &[&str]| {
            let error = sent(&odoo).unwrap_err().to_string();
            assert!(says.iter().all(|text| error.contains(text)), "{error}");
            assert!(odoo.documents().is_empty(), "{:#?}", odoo.documents());
        };
        refused(&["GST", "account.tax"]);
        // It has the name, but takes more.
        let gst = odoo.tax("GST", 25);
        refused(&["GST", "25", "15"]);
        odoo.with(|tables| tables.delete("account.tax", gst));
        let gst = odoo.tax("GST", 15);
        // What prices include is no tax of a statement.
        odoo.with(|tables| tables.set("account.tax", levy, "price_include", true));
        refused(&["Storage levy", "included"]);
        odoo.with(|tables| tables.set("account.tax", levy, "price_include", false));
        // Archived ones are as if they were not there.
        odoo.with(|tables| tables.set("account.tax", gst, "active", false));
        refused(&["GST"]);
        odoo.with(|tables| tables.set("account.tax", gst, "active", true));
        assert!(sent(&odoo).is_ok());
    }
}

#[test]
fn taxes_that_the_erp_rounds_otherwise_are_not_posted() {
    for version in [Version::Odoo16, Version::Odoo17] {
        let odoo = Odoo::for_billing(version, &["demo"]);
        odoo.tax("GST", 15);
        odoo.tax("Storage levy 7%", 8);
        // 15 % of 0.50 are 0.08 for each line, and 0.15 for both.
        let error = sent(&odoo).unwrap_err().to_string();
        assert!(error.contains("0.20") && error.contains("0.19") && error.contains("globally"), "{error}");
        assert!(odoo.documents().is_empty(), "the draft is removed again");
        odoo.with(|tables| tables.set("res.company", 1, "tax_calculation_rounding_method", "round_globally"));
        assert!(sent(&odoo).is_ok());
    }
}

#[test]
fn prices_come_from_the_products() {
    for version in VERSIONS {
        let odoo = odoo(version);
        let nzd = odoo.with(|tables| tables.find("res.currency", "name", "NZD")).unwrap();
        odoo.precision("Product Price", 4);
        odoo.with(|tables| {
            let product = tables.find("product.product", "default_code", "m1.nano").unwrap();
            tables.set("res.company", 1, "currency_id", nzd);
            tables.set("product.product", product, "currency_id", nzd);
            tables.set("product.product", product, "uom_id", 4);
            for price in ["list_price", "lst_price"] {
                tables.set("product.product", product, price, Value::Number("0.0125".parse().unwrap()));
            }
        });
        let query = |service: &'static str| PriceQuery {
            tenant: "demo".into(),
            location: "akl-1".into(),
            service: service.into(),
            unit: "hour".into(),
            at: Timestamp { micros: 1_375_315_200_000_000 },
            quantity: Decimal::new(1, 0),
            extra: RSlice::EMPTY,
        };
        let backend = backend(&odoo);
        let price = backend.price(&call(), &query("m1.nano")).unwrap().unwrap();
        let said = (price.amount.to_string(), price.per.as_str(), price.currency.as_str());
        assert_eq!(said, ("0.0125".to_owned(), "hour", "NZD"), "{version:?}");
        assert_eq!(backend.price(&call(), &query("unheard-of")).unwrap(), None);
        assert!(odoo.tampered().is_empty());
    }
}
