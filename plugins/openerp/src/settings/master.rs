//! Settings of customers, products, prices and fields.

use std::collections::BTreeMap;

use artifice_plugin_api::schemars::JsonSchema;
use serde::Deserialize;

/// Who the customers are.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Partners {
    /// The field of `res.partner` that holds the tenant's id. `ref` is the customer's reference; a field
    /// of your own does as well.
    pub field: String,
    /// Whether a customer that is not there is created, named after the tenant. The user then needs
    /// the right to create contacts. Otherwise the statement is refused until somebody enters one.
    pub create: bool,
}

impl Default for Partners {
    fn default() -> Self {
        Partners { field: "ref".to_owned(), create: false }
    }
}

/// What is sold.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Products {
    /// Whether lines name products. Without, they have only their text, and an account from `account` or
    /// the journal. Sales orders always name products.
    #[serde(rename = "use")]
    pub used: bool,
    /// The field of `product.product` that holds the product's code.
    pub field: String,
    /// The codes of services, by their internal names. A service that is not listed has its own name as
    /// its code.
    pub codes: BTreeMap<String, String>,
    /// Whether a product that is not there is created: a service, named as people call it, without taxes
    /// and prices, in the unit that `units` gives for its rate. The user then needs the right to create
    /// products. Otherwise the statement is refused until somebody enters one.
    pub create: bool,
}

impl Default for Products {
    fn default() -> Self {
        Products { used: true, field: "default_code".to_owned(), codes: BTreeMap::new(), create: false }
    }
}

/// Where prices come from.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Prices {
    /// `list_price`: the product's sales price. `pricelist`: the rules of a price list, with their
    /// validity and minimum quantities; what no rule names has no price.
    pub from: PriceFrom,
    /// The name of the price list. Without it, the customer's own, and for sales orders too.
    pub pricelist: Option<String>,
    /// What a product's price is per, by the name of its unit of measure in the ERP: `{Hours: hour}`. The
    /// other way around than `units`, which is looked at next.
    pub per: BTreeMap<String, String>,
}

/// Where a price stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub enum PriceFrom {
    /// The product's sales price.
    #[default]
    ListPrice,
    /// The rules of a price list.
    Pricelist,
}

/// Fields of the document that artifice keeps its own facts in.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Fields {
    /// The field of the document that holds the statement's key, by which documents are found again.
    /// Nobody may change it there. By default the customer's reference: `ref` of `account.move`, `name`
    /// of `account.invoice`, `client_order_ref` of `sale.order`. A field of your own (text, indexed) does
    /// as well, and leaves the customer's reference free.
    pub key: Option<String>,
    /// The field of the document that holds the statement's number and digest. By default the source
    /// document: `invoice_origin` of `account.move`, `origin` of the others.
    pub origin: Option<String>,
}
