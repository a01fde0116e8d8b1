//! What rate cards add: tiers, a fee, a minimum charge and taxes, from a bill to a posted invoice.

use artifice_model::Decimal;
use artifice_tests::odoo::{Odoo, VERSIONS, Version};
use artifice_tests::{Cloud, Counter, Vm};
use serde_json::json;

use super::{AUGUST, running};

const CARD: &str = "prices:
  - {service: m1.nano, per: hour, price: 0.05, discount: 10%}
  - {service: volume.size, per: GB per hour, package: 20, price: 0.4}
  - service: network.outgoing.bytes
    per: GB
    free: 1
    tiers: graduated
    steps: [{to: 2, price: 1}, {price: 0.5}]
minimum: 20
taxes: [{name: GST, percent: 15}, {name: Levy, percent: 5, sections: [Compute]}]
";

#[test]
fn tiers_packages_discounts_fees_minimum_and_taxes_arrive_unchanged() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        odoo.with(|tables| tables.set("res.company", 1, "tax_calculation_rounding_method", "round_globally"));
        odoo.tax("GST", 15);
        odoo.tax("Levy", 5);
        for service in ["Support", "Minimum charge"] {
            odoo.create(
                "product.product",
                [("name", service.into()), ("default_code", service.into()), ("type", "service".into())],
            );
        }
        cloud.set("rates", "{cards: [card.yaml]}").write("card.yaml", CARD);
        cloud.set("fees", "[{name: Support, section: Support, amount: 2.50}]");
        cloud.meter(Counter::of("demo", "nic", "network.outgoing.bytes").counts("2013-08-05", &[0, 4_500_000_000]));

        let bill = cloud.bill(AUGUST).done().bill_of("demo");

        // 24 h × 0.05 − 10 %; two started blocks of 20 GB·hour; 1 GB free, 2 at 1, 1.5 at 0.5; the fee; what lacks to 20.
        assert_eq!(bill.all("cost"), ["0.80", "1.08", "12.87", "2.75", "2.50"], "{version:?}");
        assert_eq!(
            bill.0["taxes"],
            json!([
                {"name": "GST", "percent": "15", "base": "20.00", "amount": "3.00"},
                {"name": "Levy", "percent": "5", "base": "1.08", "amount": "0.05"},
            ])
        );
        odoo.has_each_statement_once(&cloud, 1);
        let [document] = &odoo.documents()[..] else { panic!("one document: {:#?}", odoo.documents()) };
        let amounts = [document.untaxed, document.tax, document.total].map(|amount| amount.to_fixed(2));
        assert_eq!((amounts, bill.total()), (["20.00", "3.05", "23.05"].map(str::to_owned), "23.05"));
        let costs: Vec<Decimal> = document.charged().iter().map(|line| line.subtotal).collect();
        let expected: Vec<Decimal> = bill.all("cost").iter().map(|cost| cost.parse().unwrap()).collect();
        assert_eq!(costs, expected, "{version:?}");
        let taxes: Vec<usize> = document.charged().iter().map(|line| line.taxes.len()).collect();
        assert_eq!(taxes, [1, 2, 1, 1, 1], "{version:?}");
        if version != Version::OpenErp7 {
            assert_eq!(document.sections(), ["Block storage", "Compute", "Minimum charge", "Network", "Support"]);
        }
        assert!(odoo.tampered().is_empty(), "{:?}", odoo.tampered());
    }
}

#[test]
fn the_erps_price_list_decides_and_is_asked_once() {
    for version in VERSIONS {
        let (cloud, odoo) = (Cloud::new(), Odoo::for_billing(version, &["demo", "other"]));
        for tenant in ["demo", "other"] {
            for (machine, hours) in [("one", 24), ("two", 10)] {
                cloud.meter(Vm::of(tenant, &format!("{tenant}-{machine}")).active("2013-08-05", hours));
            }
        }
        odoo.with(|tables| {
            let product = tables.find("product.product", "default_code", "m1.nano").unwrap();
            tables.set("product.product", product, "list_price", Decimal::new(7, 2).unwrap());
        });
        odoo.serve(&cloud, ", prices: {from: list_price, per: {Units: hour, Unit: hour, PCE: hour, Hours: hour}}");
        // Of several at once, more than one may ask before the answer is known.
        cloud.set("main", "{invoice:object: billing.openerp:OpenERP, workers: 1}");
        cloud.set("rates", "{source: backend}");

        let billed = cloud.bill(AUGUST).done();

        for tenant in ["demo", "other"] {
            let bill = billed.bill_of(tenant);
            assert_eq!((bill.all("rate"), bill.total()), (vec!["0.07", "0.07"], "2.38"), "{version:?}");
        }
        odoo.has_each_statement_once(&cloud, 2);
        let prices =
            odoo.exchanges().iter().filter(|asked| format!("{:?}", asked.params).contains("list_price")).count();
        assert_eq!(prices, 1, "{version:?}");
    }
}
