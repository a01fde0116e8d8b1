//! Prices, and what a usage would cost.

use crate::{ListedPrice, Quoted, Supposed};
use artifice_model::Decimal;
use artifice_model::rate::{Names, Priced, Scheme, Tier, Tiers};
use serde_json::{Value, json};

/// Prices, and what a usage would cost if that was asked.
pub fn document(list: &[ListedPrice], names: &Names, quoted: Option<&(Supposed, Quoted)>) -> Value {
    let prices: Vec<Value> = list.iter().map(|listed| price(listed, names)).collect();
    let mut all = json!({ "rates": prices });
    if let Some((supposed, quoted)) = quoted {
        let digits = quoted.price.currency.digits();
        all["quote"] = json!({
            "service": supposed.service,
            "location": supposed.location,
            "quantity": supposed.volume,
            "unit": supposed.unit,
            "at": supposed.at,
            "currency": quoted.price.currency,
            "cost": quoted.charged.as_ref().ok().map(|charged| charged.cost.to_fixed(digits)),
            "rate": quoted.charged.as_ref().ok().and_then(|charged| charged.rate),
            "rate_unit": quoted.price.per.to_string(),
            "origin": quoted.price.origin,
            "error": quoted.charged.as_ref().err().map(ToString::to_string),
        });
    }
    all
}

/// The service's internal name, and what people call it.
pub fn of(priced: &Priced, names: &Names) -> (String, String) {
    match priced {
        Priced::Name(name) if names.services_called(name).next().is_some() => {
            (names.services_called(name).collect::<Vec<_>>().join(", "), name.clone())
        }
        // What nobody is called by is an internal name.
        Priced::Service(service) | Priced::Name(service) => (service.clone(), names.of(service).to_owned()),
    }
}

fn price(listed: &ListedPrice, names: &Names) -> Value {
    let (service, name) = of(&listed.of, names);
    let price = &listed.price;
    let steps = |tiers: &Tiers| {
        let own = |to: Option<&Decimal>, tier: Tier| {
            let mut step = json!({});
            if let Some(to) = to {
                step["to"] = json!(to);
            }
            step["price"] = json!(tier.price);
            if !tier.flat.is_zero() {
                step["flat"] = json!(tier.flat);
            }
            step
        };
        let ending = tiers.ending.iter().map(|(to, tier)| own(Some(to), *tier));
        ending.chain([own(None, tiers.beyond)]).collect::<Vec<_>>()
    };
    let mut value = json!({
        "service": (!service.is_empty()).then_some(service),
        "name": name,
        "location": listed.location,
        "tenants": listed.tenants,
        "from": listed.valid.from,
        "until": listed.valid.until,
        "currency": price.currency,
        "per": price.per.to_string(),
        "free": price.free,
        "discount": price.discount,
        "cap": price.cap,
        "origin": price.origin,
    });
    match &price.scheme {
        Scheme::Flat(amount) => value["price"] = json!(amount),
        Scheme::Graduated(tiers) => (value["tiers"], value["steps"]) = (json!("graduated"), json!(steps(tiers))),
        Scheme::Volume(tiers) => (value["tiers"], value["steps"]) = (json!("volume"), json!(steps(tiers))),
        Scheme::Package { size, amount } => (value["package"], value["price"]) = (json!(size), json!(amount)),
    }
    value
}
