//! What an administrator enters before anything is billed.

use artifice_model::Decimal;

use super::{DATABASE, Odoo, PASSWORD, Value, Version};
use crate::Cloud;

/// The services of the usual rates.
const SERVICES: [&str; 5] = ["m1.nano", "m1.small", "volume.size", "network.outgoing.bytes", "network.incoming.bytes"];

impl Odoo {
    /// With the currency of the usual bills, products of the usual rates, and these tenants as customers.
    pub fn for_billing(version: Version, tenants: &[&str]) -> Odoo {
        Odoo::new(version).ready(tenants)
    }

    /// The same on another day.
    pub fn for_billing_on(version: Version, today: &str, tenants: &[&str]) -> Odoo {
        Odoo::on(version, today).ready(tenants)
    }

    fn ready(self, tenants: &[&str]) -> Odoo {
        let odoo = self;
        odoo.currency("NZD", true);
        for tenant in tenants {
            odoo.customer(tenant);
        }
        for service in SERVICES {
            let taxes = Value::from(vec![Value::from(vec![Value::Int(6), 0.into(), Value::List(Vec::new())])]);
            odoo.create(
                "product.product",
                [
                    ("name", service.into()),
                    ("default_code", service.into()),
                    ("type", "service".into()),
                    ("taxes_id", taxes),
                ],
            );
        }
        odoo
    }

    pub fn customer(&self, tenant: &str) -> i64 {
        self.create("res.partner", [("name", format!("Customer {tenant}").into()), ("ref", tenant.into())])
    }

    /// A currency is in use, or no more.
    pub fn currency(&self, code: &str, active: bool) {
        self.with(|tables| {
            let id = tables.find("res.currency", "name", code).unwrap();
            tables.set("res.currency", id, "active", active);
        });
    }

    /// A sales tax of so many hundredths.
    pub fn tax(&self, name: &str, percent: i64) -> i64 {
        let old = self.with(|tables| tables.version == Version::OpenErp7);
        let amount = if old { Decimal::new(percent.into(), 2).unwrap() } else { Decimal::from(percent) };
        let (kind, using) = ("percent", "sale");
        self.create(
            "account.tax",
            [
                ("name", name.into()),
                ("description", name.into()),
                ("amount", amount.into()),
                ("amount_type", kind.into()),
                ("type", kind.into()),
                ("type_tax_use", using.into()),
                ("company_id", 1.into()),
            ],
        )
    }

    /// Somebody posts a document by hand.
    pub fn post(&self, id: i64) {
        self.with(|tables| match tables.version {
            Version::OpenErp7 => super::invoices::open(tables, id),
            _ => super::moves::post(tables, id),
        })
        .unwrap_or_else(|fault| panic!("{fault:?}"));
    }

    /// How many digits a precision has.
    pub fn precision(&self, name: &str, digits: i64) {
        self.with(|tables| {
            let id = tables.find("decimal.precision", "name", name).unwrap();
            tables.set("decimal.precision", id, "digits", digits);
        });
    }

    /// The settings of the backend, with more keys.
    pub fn settings(&self, more: &str) -> String {
        let url = self.url();
        let mut settings = format!("url: '{url}', database: {DATABASE}, username: admin, password: '{PASSWORD}'");
        for (key, value) in [("longest_delay_s", 0), ("timeout_s", 30)] {
            if !more.contains(key) {
                settings += &format!(", {key}: {value}");
            }
        }
        format!("{{{settings}{more}}}")
    }

    /// Has a cloud's bills come here.
    pub fn serve(&self, cloud: &Cloud, more: &str) {
        crate::plugin("billing_openerp");
        cloud.set("main", "{invoice:object: billing.openerp:OpenERP}");
        cloud.set("invoice:config", &self.settings(more));
    }

    /// Every statement is committed, and there is one posted document for each, with its key and total; nothing was
    /// done to any after its posting.
    #[track_caller]
    pub fn has_each_statement_once(&self, cloud: &Cloud, statements: usize) {
        self.settle();
        let mut listed: Vec<(String, String, Decimal)> = Vec::new();
        for statement in cloud.statements() {
            let text = |key: &str| statement[key].as_str().unwrap().to_owned();
            listed.push((text("id"), text("status"), text("total").parse().unwrap()));
        }
        let documents = self.documents();
        let signed = |kind: &str, total: Decimal| match kind {
            "out_refund" => Decimal::ZERO.checked_sub(total).unwrap(),
            _ => total,
        };
        let mut found: Vec<(String, String, Decimal)> = documents
            .iter()
            .map(|it| (it.reference.clone(), it.state.replace("posted", "committed"), signed(&it.kind, it.total)))
            .collect();
        listed.sort();
        found.sort();
        assert_eq!((found, listed.len()), (listed, statements), "{documents:#?}");
        assert!(self.tampered().is_empty(), "{:?}", self.tampered());
    }
}
