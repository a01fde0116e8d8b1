//! Prices, as a table.

use artifice_engine::{ListedPrice, Quoted, Supposed};
use artifice_model::rate::{Names, Price, Scheme, Tier, Tiers, Validity};
use artifice_model::{Calendar, Decimal, Timestamp};

use artifice_engine::view::rates::of;

/// Prices, and what a usage would cost.
pub fn table(list: &[ListedPrice], names: &Names, quoted: Option<&(Supposed, Quoted)>, calendar: Calendar) -> String {
    let row = |listed: &ListedPrice| {
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
        text.push_str(&artifice_text::line(&cost(supposed, quoted)));
        text.push('\n');
    }
    text
}

/// What a usage would cost, in a sentence; nothing if that cannot be told.
fn cost(supposed: &Supposed, quoted: &Quoted) -> String {
    let Supposed { volume, unit, service, location, .. } = supposed;
    let price = &quoted.price;
    let Ok(charged) = &quoted.charged else { return String::new() };
    format!(
        "{volume} {unit} of {service} at {location} would cost {} {}: {}{}, {}\n",
        price.currency,
        charged.cost.to_fixed(price.currency.digits()),
        amount_per(price),
        besides(price),
        price.origin
    )
}

/// Why what a usage would cost cannot be told.
pub fn misfit(supposed: &Supposed, quoted: &Quoted) -> Option<String> {
    let Supposed { volume, unit, service, location, .. } = supposed;
    let mismatch = quoted.charged.as_ref().err()?;
    Some(format!(
        "what {volume} {unit} of {service} at {location} would cost cannot be told: {mismatch}, which the price at {} is per",
        quoted.price.origin
    ))
}

/// How units become money, in words; what they are is said elsewhere.
fn scheme(price: &Price) -> String {
    format!("{}{}", amount(price), besides(price))
}

/// What a unit costs, in words.
fn amount(price: &Price) -> String {
    match &price.scheme {
        Scheme::Flat(amount) => amount.to_string(),
        Scheme::Graduated(steps) => tiers("graduated", steps),
        Scheme::Volume(steps) => tiers("volume", steps),
        Scheme::Package { size, amount } => format!("{amount} a started block of {size}"),
    }
}

/// The same, with what the units are.
fn amount_per(price: &Price) -> String {
    match &price.scheme {
        // A block of them.
        Scheme::Package { .. } => format!("{} × {}", amount(price), price.per),
        _ => format!("{} per {}", amount(price), price.per),
    }
}

fn tiers(kind: &str, tiers: &Tiers) -> String {
    let own = |tier: &Tier, range: String| match tier.flat {
        Decimal::ZERO => format!("{} {range}", tier.price),
        flat => format!("{} {range} and {flat} once", tier.price),
    };
    let ending = tiers.ending.iter().map(|(to, tier)| own(tier, format!("to {to}")));
    let all: Vec<String> = ending.chain([own(&tiers.beyond, "beyond".to_owned())]).collect();
    format!("{} ({kind})", all.join(", "))
}

/// What else a price says.
fn besides(price: &Price) -> String {
    let mut text = String::new();
    if !price.free.is_zero() {
        text.push_str(&format!(", {} free a month", price.free));
    }
    if !price.discount.is_zero() {
        text.push_str(&format!(", {} % off", price.discount));
    }
    if let Some(cap) = price.cap {
        text.push_str(&format!(", at most {cap} a month for a resource"));
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
