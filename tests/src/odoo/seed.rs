//! What a new database has: companies as the recorded ones were, and one as OpenERP 7 made them.

use artifice_model::Decimal;

use super::table::Tables;
use super::value::{FALSE, Value, record};
use super::version::Version;

/// Ids that differ between the versions.
struct Ids {
    usd: i64,
    eur: i64,
    nzd: i64,
    sales: i64,
    taxes: i64,
    tax_name: &'static str,
}

/// A new database on a day.
pub fn tables(version: Version, today: &str) -> Tables {
    let mut tables = Tables::new(version, today);
    let ids = match version {
        Version::Odoo17 => Ids { usd: 1, eur: 125, nzd: 35, sales: 24, taxes: 19, tax_name: "15%" },
        _ => Ids { usd: 2, eur: 1, nzd: 36, sales: 21, taxes: 16, tax_name: "Tax 15%" },
    };
    let cent = Decimal::new(1, 2).unwrap();
    let active = |name| name == "USD" || (name == "EUR" && version != Version::Odoo17);
    let mut currencies = [(ids.usd, "USD", 2), (ids.eur, "EUR", 2), (ids.nzd, "NZD", 2), (200, "JPY", 0)];
    currencies.sort_unstable();
    for (id, name, places) in currencies {
        let rounding = if places == 2 { cent } else { Decimal::ONE };
        tables.put(
            "res.currency",
            id,
            record([
                ("name", name.into()),
                ("symbol", "¤".into()),
                ("active", active(name).into()),
                ("rounding", rounding.into()),
                ("decimal_places", places.into()),
                ("accuracy", 4.into()),
                ("rate", Decimal::ONE.into()),
            ]),
        );
    }
    tables.put("res.country", 233, record([("name", "United States".into()), ("code", "US".into())]));
    let country = if version == Version::Odoo17 { 233.into() } else { FALSE };
    tables.put(
        "res.company",
        1,
        record([
            ("name", "My Company".into()),
            ("currency_id", ids.usd.into()),
            ("country_id", country),
            ("account_sale_tax_id", 1.into()),
            ("tax_calculation_rounding_method", "round_per_line".into()),
            ("fiscalyear_lock_date", FALSE),
        ]),
    );
    tables.put("res.groups", 1, record([("name", "Invoicing/Billing".into())]));
    for (id, login) in [(2, "admin"), (6, "limited"), (7, "nobody")] {
        tables.put(
            "res.users",
            id,
            record([
                ("name", login.into()),
                ("login", login.into()),
                ("active", true.into()),
                ("company_id", 1.into()),
                ("company_ids", vec![1_i64].into()),
                ("groups_id", if login == "nobody" { Value::List(Vec::new()) } else { vec![1_i64].into() }),
            ]),
        );
    }
    let accounts = [(6, "121000", "Account Receivable", "receivable"), (ids.taxes, "251000", "Tax Received", "other")];
    for (id, code, name, kind) in accounts.into_iter().chain([(ids.sales, "400000", "Product Sales", "other")]) {
        tables.put(
            "account.account",
            id,
            record([
                ("code", code.into()),
                ("name", name.into()),
                ("type", kind.into()),
                ("account_type", if kind == "receivable" { "asset_receivable" } else { "income" }.into()),
                ("company_id", 1.into()),
                ("active", true.into()),
            ]),
        );
    }
    let journals: &[(i64, &str, &str, &str)] = match version {
        Version::OpenErp7 => &[(1, "SAJ", "Sales Journal", "sale"), (2, "SCNJ", "Sales Refund Journal", "sale_refund")],
        _ => &[(1, "INV", "Customer Invoices", "sale"), (2, "BILL", "Vendor Bills", "purchase")],
    };
    for (id, code, name, kind) in journals {
        tables.put(
            "account.journal",
            *id,
            record([
                ("code", (*code).into()),
                ("name", (*name).into()),
                ("type", (*kind).into()),
                ("company_id", 1.into()),
                ("active", true.into()),
                ("default_account_id", ids.sales.into()),
                ("default_credit_account_id", ids.sales.into()),
            ]),
        );
    }
    // OpenERP 7 says 0.15 where later versions say 15.
    let rate = if version == Version::OpenErp7 { Decimal::new(15, 2).unwrap() } else { Decimal::from(15) };
    tables.put(
        "account.tax",
        1,
        record([
            ("name", ids.tax_name.into()),
            ("description", ids.tax_name.into()),
            ("amount", rate.into()),
            ("amount_type", "percent".into()),
            ("type", "percent".into()),
            ("type_tax_use", "sale".into()),
            ("active", true.into()),
            ("price_include", false.into()),
            ("company_id", 1.into()),
        ]),
    );
    let precisions = [
        ("Percentage Analytic", 2),
        ("Product Price", 2),
        ("Discount", 2),
        ("Stock Weight", 2),
        ("Volume", 2),
        ("Product Unit of Measure", 2),
        ("Payment Terms", 6),
    ];
    for (name, digits) in precisions {
        tables.insert("decimal.precision", record([("name", name.into()), ("digits", digits.into())]));
    }
    let units = if version == Version::OpenErp7 { "product.uom" } else { "uom.uom" };
    tables.put("uom.category", 1, record([("name", "Unit".into())]));
    tables.put("uom.category", 3, record([("name", "Working Time".into())]));
    for (id, name, category) in [(1, "Units", 1), (4, "Hours", 3)] {
        tables.put(
            units,
            id,
            record([
                ("name", name.into()),
                ("category_id", category.into()),
                ("rounding", cent.into()),
                ("active", true.into()),
                ("factor", Decimal::ONE.into()),
            ]),
        );
    }
    let income = ["property_account_income_categ_id", "property_account_income_categ"];
    let [income, old_income] = income.map(|field| (field, Value::Int(ids.sales)));
    tables.put("product.category", 1, record([("name", "All".into()), income, old_income]));
    if version != Version::Odoo17 {
        let list =
            record([("name", "Public Pricelist".into()), ("currency_id", ids.usd.into()), ("active", true.into())]);
        tables.put("product.pricelist", 1, list);
    }
    tables
}
