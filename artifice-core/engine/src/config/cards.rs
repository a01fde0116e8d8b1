//! A rate card's file: YAML becomes prices, taxes and a minimum charge.

use std::str::FromStr;
use std::sync::Arc;

use artifice_model::limits::MAX_WHOLE_DIGITS;
use artifice_model::position::Mistake;
use artifice_model::rate::{
    Card, CardPrice, Fit, Minimum, Price, Priced, RateRules, Scheme, TaxRule, Tier, Tiers, Validity,
};
use artifice_model::units::Unit;
use artifice_model::{Calendar, Currency, Decimal};

use artifice_settings::{Document, Map, Node};

/// How cards are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct CardRules<'a> {
    /// The currency and the time slice, as for the rates file.
    pub rates: RateRules,
    /// Where dates begin.
    pub calendar: Calendar,
    /// What is charged, if that is known: a price that can never be one for it is a mistake.
    pub fit: Option<Fit<'a>>,
}

/// Reads a card; `file` is what mistakes call it. All mistakes are reported.
pub(super) fn card(file: &str, text: String, rules: CardRules<'_>) -> Result<Card, Vec<Mistake>> {
    let document = Document::parse(file, text).map_err(|mistake| vec![mistake])?;
    let card = document.root().map().map(|root| read(root, rules));
    let mistakes = document.mistakes();
    match card {
        Some(card) if mistakes.is_empty() => Ok(card),
        _ => Err(mistakes),
    }
}

fn read(mut root: Map<'_>, rules: CardRules<'_>) -> Card {
    let currency = root.parse("currency", Currency::from_str).unwrap_or(rules.rates.currency);
    let valid = validity(&mut root, &rules.calendar);
    let prices = root.get("prices").map(|prices| prices.list()).unwrap_or_default();
    let says_nothing = prices.is_empty();
    let prices: Vec<CardPrice> = prices.into_iter().filter_map(|node| price(node, currency, rules)).collect();
    let minimum = root.get("minimum").and_then(|node| {
        let amount = node.parse(|text| held(text, not_negative(text, text, "an amount, such as 10.00")?))?;
        Some(Minimum { amount, origin: node.position().to_string() })
    });
    let taxes = root.get("taxes").map(|taxes| taxes.list()).unwrap_or_default();
    let taxes: Vec<TaxRule> = taxes.into_iter().filter_map(tax).collect();
    if says_nothing && taxes.is_empty() && minimum.is_none() {
        root.node().mistake("the card says nothing; give it `prices`, `taxes` or a `minimum`");
    }
    root.end();
    Card { currency, valid, prices, minimum, taxes }
}

/// `from` and `until`: dates are midnights in main.timezone.
pub(super) fn validity(map: &mut Map<'_>, calendar: &Calendar) -> Validity {
    let from = map.parse("from", |text| calendar.when(text));
    let until = map.get("until");
    let end = until.as_ref().and_then(|until| until.parse(|text| calendar.when(text)));
    if let (Some(from), Some(end), Some(until)) = (from, end, &until)
        && end <= from
    {
        until.mistake(format!("it ends at {end}, and begins at {from}; let it end after it begins"));
    }
    Validity { from, until: end }
}

/// A text, or a list of them; numbers are their digits.
pub(super) fn texts(node: Option<Node<'_>>) -> Vec<String> {
    node.map(|node| node.list()).unwrap_or_default().iter().filter_map(Node::text).collect()
}

fn price(node: Node<'_>, currency: Currency, rules: CardRules<'_>) -> Option<CardPrice> {
    let mut map = node.clone().map()?;
    let of = match (map.text("service"), map.text("name")) {
        (Some(service), None) => Some(Priced::Service(service)),
        (None, Some(name)) => Some(Priced::Name(name)),
        (Some(_), Some(_)) => {
            node.mistake(
                "both `service` and `name`; a price is for a service by its internal name, or by what people call it",
            );
            None
        }
        (None, None) => {
            node.mistake("`service` is missing (or `name`): what the price is for");
            None
        }
    };
    let location = map.text("location").unwrap_or_else(|| "*".to_owned());
    let tenants = texts(map.get("tenant")).into_iter().map(Into::into).collect();
    let per = match map.get("per") {
        Some(per) => per.parse(|text| unit(text, of.as_ref(), rules)),
        None => {
            node.mistake("`per` is missing: what one price buys, such as `hour` or `GB per month`");
            None
        }
    };
    let scheme = scheme(&mut map);
    let free = map.parse("free", |text| not_negative(text, text, "a number of units, such as 10"));
    let discount = map.parse("discount", |text| percent(text, "10%"));
    if let (Some(discount), Some(node)) = (discount, map.get("discount"))
        && discount > Decimal::from(100)
    {
        node.mistake("more than all is taken off; give at most 100%");
    }
    let cap = map.parse("cap", |text| not_negative(text, text, "an amount, such as 8.00"));
    if let (Some(cap), Some(node)) = (cap, map.get("cap"))
        && cap.scale() > currency.digits()
    {
        node.mistake(format!("'{cap}' has more digits than {currency} has; write an amount that can be paid"));
    }
    map.end();
    let at = node.position();
    let price = Price {
        scheme: scheme?,
        per: per?,
        currency,
        free: free.unwrap_or(Decimal::ZERO),
        discount: discount.unwrap_or(Decimal::ZERO),
        cap,
        origin: at.to_string(),
    };
    Some(CardPrice { of: of?, location, tenants, price: Arc::new(price), at })
}

/// What one price buys.
fn unit(text: &str, of: Option<&Priced>, rules: CardRules<'_>) -> Result<Unit, String> {
    let unit = Unit::of_written_price(text, rules.rates.time_slice_us).map_err(|why| why.to_string())?;
    let misfit = rules.fit.and_then(|fit| fit.misfit(of?, &unit));
    misfit.map_or(Ok(unit), Err)
}

/// `price`, `price` and `package`, or `tiers` and `steps`.
fn scheme(map: &mut Map<'_>) -> Option<Scheme> {
    type Make = fn(Tiers) -> Scheme;
    let words: [(&str, Make); 2] = [("graduated", Scheme::Graduated), ("volume", Scheme::Volume)];
    let (price, package, steps) = (map.get("price"), map.get("package"), map.get("steps"));
    let has_tiers = map.get("tiers").is_some();
    let tiers = map.word("tiers", &words);
    let node = map.node();
    if has_tiers || steps.is_some() {
        for (key, one) in [("price", &price), ("package", &package)] {
            if let Some(one) = one {
                one.mistake(format!("a price in tiers has its prices in `steps`; leave `{key}` out"));
            }
        }
        match steps {
            None => node.mistake(
                "`steps` is missing: the tiers' ends and prices, such as [{to: 1000, price: 0.12}, {price: 0.1}]",
            ),
            Some(_) if !has_tiers => {
                node.mistake("`tiers` is missing: how the steps count; it can be graduated or volume");
            }
            Some(steps) => return Some(tiers?(ladder(&steps)?)),
        }
        return None;
    }
    let Some(price) = price else {
        node.mistake("`price` is missing (or `tiers` and `steps`)");
        return None;
    };
    let amount = price.parse(amount);
    match package {
        None => Some(Scheme::Flat(amount?)),
        Some(package) => {
            let size = package.parse(|text| positive(text, "a number of units, such as 5"));
            Some(Scheme::Package { size: size?, amount: amount? })
        }
    }
}

/// The steps of a price in tiers: each but the last has an end, and they go up.
fn ladder(steps: &Node<'_>) -> Option<Tiers> {
    let list = steps.list();
    let Some(last) = list.len().checked_sub(1) else {
        steps.mistake("there are no steps; write at least one, such as [{price: 0.1}]");
        return None;
    };
    let (mut ending, mut beyond, mut whole) = (Vec::new(), None, true);
    for (index, step) in list.into_iter().enumerate() {
        let mut map = step.clone().map()?;
        let to = map.get("to");
        let end = to.as_ref().and_then(|to| to.parse(|text| positive(text, "a number of units, such as 1000")));
        let price = match map.get("price") {
            Some(price) => price.parse(amount),
            None => {
                step.mistake("`price` is missing");
                None
            }
        };
        let flat = map.parse("flat", |text| not_negative(text, text, "an amount, such as 10.00"));
        let tier = price.map(|price| Tier { price, flat: flat.unwrap_or(Decimal::ZERO) });
        map.end();
        match (index == last, &to) {
            (true, Some(to)) => {
                to.mistake("the last step has no end; leave `to` out, or add a step for what lies beyond")
            }
            (false, None) => step.mistake("`to` is missing: the last unit of this step"),
            _ => {}
        }
        if let (Some(to), Some(end), Some((before, _))) = (&to, end, ending.last())
            && end <= *before
        {
            to.mistake(format!("it ends at {end}, and the step before at {before}; steps go up"));
        }
        match (to.is_some(), end, tier) {
            (true, Some(end), Some(tier)) => ending.push((end, tier)),
            (false, _, Some(tier)) => beyond = Some(tier),
            _ => whole = false,
        }
    }
    Some(Tiers { ending, beyond: beyond.filter(|_| whole)? })
}

fn tax(node: Node<'_>) -> Option<TaxRule> {
    let mut map = node.clone().map()?;
    let name = map.text("name");
    if name.is_none() {
        node.mistake("`name` is missing: what the tax is called on a statement");
    }
    let rate = match map.get("percent") {
        Some(rate) => rate.parse(|text| held(text, percent(text, "15")?)),
        None => {
            node.mistake("`percent` is missing");
            None
        }
    };
    let sections = map.get("sections");
    let sections = if sections.is_none() { vec!["*".to_owned()] } else { texts(sections) };
    map.end();
    Some(TaxRule { name: name?, percent: rate?, sections })
}

fn amount(text: &str) -> Result<Decimal, String> {
    text.parse().map_err(|why| format!("'{text}' is not a price: {why}; write it as 0.05"))
}

fn percent(text: &str, example: &str) -> Result<Decimal, String> {
    not_negative(text, text.trim_end().trim_end_matches('%').trim_end(), &format!("a percentage, such as {example}"))
}

fn positive(text: &str, what: &str) -> Result<Decimal, String> {
    let value = not_negative(text, text, what)?;
    if value.is_zero() { Err("give more than 0".to_owned()) } else { Ok(value) }
}

/// What a bill can hold.
fn held(text: &str, value: Decimal) -> Result<Decimal, String> {
    let digits = value.to_string().split('.').next().map_or(0, str::len);
    if digits > usize::from(MAX_WHOLE_DIGITS) {
        return Err(format!("'{text}' is more than a bill can hold ({MAX_WHOLE_DIGITS} digits before the point)"));
    }
    Ok(value)
}

fn not_negative(text: &str, number: &str, what: &str) -> Result<Decimal, String> {
    let value = number.trim().parse::<Decimal>().ok().filter(|value| !value.is_negative());
    value.ok_or_else(|| format!("'{text}' is not {what}"))
}
