//! Prices, as a table and JSON.

use artifice_engine::{Listed, Quoted, Supposed};
use artifice_model::rate::{Names, Price, Priced, Scheme, Tiers, Validity};
use artifice_model::{Calendar, Timestamp};
use serde_json::{Value, json};

/// Prices, and what a usage would cost.
pub fn table(list: &[Listed], names: &Names, quoted: Option<&(Supposed, Quoted)>, calendar: Calendar) -> String {
    let row = |listed: &Listed| {
        let (service, name) = of(&listed.of, names);
        let tenants = if listed.tenants.is_empty() { "*".to_owned() } else { listed.tenants.join(", ") };
        let price = &listed.price;
        let money = format!("{} {}", price.currency, scheme(price));
        vec![
            service,
            name,
            listed.location.clone(),
            tenants,
            money,
            price.per.to_string(),
            valid(listed.valid, calendar),
            price.origin.clone(),
        ]
    };
    let headers = ["Service", "Name", "Location", "Tenants", "Price", "Per", "Valid", "Where it stands"];
    let mut text = super::table(&headers, list.iter().map(row).collect());
    if let Some((supposed, quoted)) = quoted {
        text.push_str(&cost(supposed, quoted));
    }
    text
}

/// What a usage would cost, in a sentence.
fn cost(supposed: &Supposed, quoted: &Quoted) -> String {
    let Supposed { volume, unit, service, location, .. } = supposed;
    let price = &quoted.price;
    match &quoted.charged {
        Ok(charged) => format!(
            "{volume} {unit} of {service} at {location} would cost {} {}: {} per {}, {}\n",
            price.currency,
            charged.cost.to_fixed(price.currency.digits()),
            scheme(price),
            price.per,
            price.origin
        ),
        Err(mismatch) => {
            format!("{volume} {unit} of {service} would cost nothing that can be told: {mismatch}, {}\n", price.origin)
        }
    }
}

/// The same as JSON.
pub fn json(list: &[Listed], names: &Names, quoted: Option<&(Supposed, Quoted)>) -> String {
    let prices: Vec<Value> = list.iter().map(|listed| listed_json(listed, names)).collect();
    let mut all = json!({ "rates": prices });
    if let Some((supposed, quoted)) = quoted {
        let digits = quoted.price.currency.digits();
        all["quote"] = json!({
            "service": supposed.service,
            "location": supposed.location,
            "volume": supposed.volume,
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
    format!("{all}\n")
}

fn listed_json(listed: &Listed, names: &Names) -> Value {
    let (service, name) = of(&listed.of, names);
    let price = &listed.price;
    let steps = |tiers: &Tiers| {
        let ending = tiers.ending.iter().map(|(to, price)| json!({ "to": to, "price": price }));
        ending.chain([json!({ "price": tiers.beyond })]).collect::<Vec<_>>()
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

/// The service's internal name, if the price says it, and what people call it.
fn of(priced: &Priced, names: &Names) -> (String, String) {
    match priced {
        Priced::Service(service) => (service.clone(), names.of(service).to_owned()),
        Priced::Name(name) => (names.services_called(name).collect::<Vec<_>>().join(", "), name.clone()),
    }
}

/// How units become money, in words.
fn scheme(price: &Price) -> String {
    let tiers = |kind: &str, tiers: &Tiers| {
        let ending = tiers.ending.iter().map(|(to, price)| format!("{price} to {to}"));
        let all: Vec<String> = ending.chain([format!("{} beyond", tiers.beyond)]).collect();
        format!("{} ({kind})", all.join(", "))
    };
    let mut text = match &price.scheme {
        Scheme::Flat(amount) => amount.to_string(),
        Scheme::Graduated(steps) => tiers("graduated", steps),
        Scheme::Volume(steps) => tiers("volume", steps),
        Scheme::Package { size, amount } => format!("{amount} a started block of {size}"),
    };
    if !price.free.is_zero() {
        text.push_str(&format!(", {} free a month", price.free));
    }
    if !price.discount.is_zero() {
        text.push_str(&format!(", {} % off", price.discount));
    }
    text
}

/// When a price holds: by local dates, as cards have them, where it has such.
fn valid(valid: Validity, calendar: Calendar) -> String {
    let local = |at: Timestamp| calendar.date_of_midnight(at).map_or_else(|| at.to_string(), |date| date.to_string());
    match (valid.from.map(local), valid.until.map(local)) {
        (None, None) => String::new(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(until)) => format!("until {until}"),
        (Some(from), Some(until)) => format!("{from} to {until}"),
    }
}
