//! Rate cards: prices with a validity, for certain tenants and places, in tiers and packages, with
//! minimum charge and taxes.
//!
//! All cards together are one price list. For a tenant, a place and a service the most specific price
//! wins that is valid: one that names the tenant before one that does not, then an exact location, then
//! the longer pattern, then `*`. Two that are equally specific at the same instant are a mistake.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::names::Names;
use super::price::{Minimum, Price, PriceError, PriceQuery, Quote, Scheme, TaxRule, Terms};
use crate::aggregate::matches;
use crate::limits::MOST_MISTAKES;
use crate::money::Currency;
use crate::position::{Mistake, Position};
use crate::tenant::TenantId;
use crate::time::{Period, Timestamp};

/// A rate card.
#[derive(Debug, Clone)]
pub struct Card {
    /// The currency of its prices, of its minimum, and of the statements that its taxes are for.
    pub currency: Currency,
    /// When it holds.
    pub valid: Validity,
    /// Its prices.
    pub prices: Vec<CardPrice>,
    /// What the lines of a month come to at least.
    pub minimum: Option<Minimum>,
    /// Its taxes, in order.
    pub taxes: Vec<TaxRule>,
}

/// When something holds: half-open, and without an end where none is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// The first instant.
    pub from: Option<Timestamp>,
    /// The first instant after it.
    pub until: Option<Timestamp>,
}

impl Validity {
    /// Whether it holds at an instant.
    pub fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether there is an instant at which both hold.
    fn meets(self, other: Validity) -> bool {
        let before = |one: Validity, other: Validity| match (one.until, other.from) {
            (Some(until), Some(from)) => until <= from,
            _ => false,
        };
        !before(self, other) && !before(other, self)
    }

    /// Its ends.
    pub fn ends(self) -> impl Iterator<Item = Timestamp> {
        [self.from, self.until].into_iter().flatten()
    }
}

/// A price of a card.
#[derive(Debug, Clone)]
pub struct CardPrice {
    /// What it is for.
    pub of: Priced,
    /// Where: a location, or a pattern with `*`.
    pub location: String,
    /// For whom, by id; for everybody if empty.
    pub tenants: Vec<TenantId>,
    /// The price.
    pub price: Arc<Price>,
    /// Where it stands.
    pub at: Position,
}

/// What a price is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Priced {
    /// A service, by its internal name.
    Service(String),
    /// All services that people call so.
    Name(String),
}

/// All rate cards together.
#[derive(Debug, Clone, Default)]
pub struct Cards {
    cards: Vec<Card>,
    /// Places of the prices: the card's, and in it the price's.
    places: HashMap<Priced, Vec<(usize, usize)>>,
}

impl Cards {
    /// Puts cards together, in their order.
    ///
    /// # Errors
    /// Pairs of prices of which neither is more specific; of very many, some.
    pub fn new(cards: Vec<Card>, names: &Names) -> Result<Self, Vec<Mistake>> {
        let mut places: HashMap<Priced, Vec<(usize, usize)>> = HashMap::new();
        for (number, card) in cards.iter().enumerate() {
            for (index, price) in card.prices.iter().enumerate() {
                places.entry(price.of.clone()).or_default().push((number, index));
            }
        }
        let cards = Cards { cards, places };
        let mut mistakes = cards.ambiguous(names);
        mistakes.sort();
        if mistakes.is_empty() { Ok(cards) } else { Err(mistakes) }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    /// All prices with the validity of their card, in order.
    pub fn prices(&self) -> impl Iterator<Item = (&CardPrice, Validity)> {
        self.cards.iter().flat_map(|card| card.prices.iter().map(|price| (price, card.valid)))
    }

    /// Whether a price has tiers, packages, free units or a cap, or a card a minimum: whether a statement
    /// depends on the others of its month.
    pub fn count(&self) -> bool {
        self.prices().any(|(price, _)| price.price.counts()) || self.cards.iter().any(|card| card.minimum.is_some())
    }

    /// Whether entering a tier of all of a month's units costs something: then it matters what earlier statements
    /// charged for that.
    pub fn count_flats(&self) -> bool {
        self.prices().any(|(price, _)| matches!(&price.price.scheme, Scheme::Volume(tiers) if tiers.have_flats()))
    }

    /// The instants inside a period at which a card begins or ends to hold.
    pub fn changes(&self, period: Period) -> impl Iterator<Item = Timestamp> {
        let ends = self.cards.iter().flat_map(|card| card.valid.ends());
        ends.filter(move |at| period.start() < *at && *at < period.end())
    }

    /// The price that holds.
    ///
    /// # Errors
    /// Two equally specific prices: the message names both.
    pub fn price(&self, query: &PriceQuery<'_>) -> Result<Quote, PriceError> {
        let mut until: Option<Timestamp> = None;
        let mut best: Option<(Rank, &CardPrice)> = None;
        let mut equal: Option<&CardPrice> = None;
        for (card, price) in self.candidates(query.service, query.name) {
            let Some(rank) = price.rank(query.tenant, query.location) else { continue };
            let next = card.valid.ends().filter(|end| *end > query.at).min();
            until = [until, next].into_iter().flatten().min();
            if !card.valid.holds(query.at) {
                continue;
            }
            match best.as_ref().map_or(Ordering::Greater, |(other, _)| rank.cmp(other)) {
                Ordering::Greater => (best, equal) = (Some((rank, price)), None),
                Ordering::Equal => equal = Some(price),
                Ordering::Less => {}
            }
        }
        match (best, equal) {
            (Some((_, one)), Some(other)) => Err(PriceError {
                service: query.service.to_owned(),
                location: query.location.to_owned(),
                why: format!(
                    "{} and {} are equally specific; name the location in one of them, or let one end before the other",
                    one.at, other.at
                ),
            }),
            (best, _) => Ok(Quote { price: best.map(|(_, price)| price.price.clone()), until }),
        }
    }

    /// What the cards that hold say of statements in a currency.
    pub fn terms(&self, currency: Currency, at: Timestamp) -> Terms {
        let mut terms = Terms::default();
        for card in self.cards.iter().filter(|card| card.currency == currency && card.valid.holds(at)) {
            terms.taxes.extend(card.taxes.iter().cloned());
            let minimum = card
                .minimum
                .as_ref()
                .filter(|minimum| terms.minimum.as_ref().is_none_or(|largest| largest.amount < minimum.amount));
            terms.minimum = minimum.cloned().or(terms.minimum);
        }
        terms
    }

    fn candidates(&self, service: &str, name: &str) -> impl Iterator<Item = (&Card, &CardPrice)> {
        let places = [Priced::Service(service.to_owned()), Priced::Name(name.to_owned())];
        let places = places.into_iter().flat_map(|of| self.places.get(&of).into_iter().flatten());
        places.filter_map(|(card, price)| {
            let card = self.cards.get(*card)?;
            Some((card, card.prices.get(*price)?))
        })
    }

    /// Prices that would hold for the same tenant and place at the same instant as one before them. Who has very many
    /// hears of some.
    fn ambiguous(&self, names: &Names) -> Vec<Mistake> {
        // Only those of one place and tenant (or of everybody) can compete.
        let mut rivals: HashMap<(&Priced, &str, Option<&TenantId>), Vec<Rival<'_>>> = HashMap::new();
        for (card, price) in self.cards.iter().flat_map(|card| card.prices.iter().map(move |price| (card, price))) {
            let everybody = price.tenants.is_empty().then_some(None);
            for tenant in price.tenants.iter().map(Some).chain(everybody) {
                let all: &mut Vec<Rival<'_>> = rivals.entry((&price.of, &price.location, tenant)).or_default();
                // One that names a tenant twice is no rival of its own.
                if all.last().is_none_or(|(_, last)| !std::ptr::eq(*last, price)) {
                    all.push((card.valid, price));
                }
            }
        }
        let mut mistakes = Vec::new();
        for ((of, location, tenant), own) in &rivals {
            let all = match of {
                // A price for a service also competes with those for what people call it.
                Priced::Service(service) => {
                    let name = Priced::Name(names.of(service).to_owned());
                    let by_name = rivals.get(&(&name, *location, *tenant)).into_iter().flatten();
                    own.iter().chain(by_name).copied().collect()
                }
                Priced::Name(_) => own.clone(),
            };
            conflicts(all, of, &mut mistakes);
            if mistakes.len() > MOST_MISTAKES {
                break;
            }
        }
        // Two prices may have several tenants in common.
        mistakes.sort();
        mistakes.dedup();
        mistakes
    }
}

/// A price, and when it holds.
type Rival<'c> = (Validity, &'c CardPrice);

/// Of prices for the same place and tenant, those that begin to hold while another one does, one of them being for `of`.
fn conflicts(mut all: Vec<Rival<'_>>, of: &Priced, mistakes: &mut Vec<Mistake>) {
    // What ends last, of all so far and of those for `of`: whatever meets any of them meets it.
    let (mut last, mut own_last): (Option<Rival<'_>>, Option<Rival<'_>>) = (None, None);
    let is_later = |one: Validity, other: Option<Rival<'_>>| match (one.until, other) {
        (_, None) | (None, _) => true,
        (Some(until), Some((other, _))) => other.until.is_some_and(|other| until > other),
    };
    all.sort_by(|(one, first), (other, second)| (one.from, &first.at).cmp(&(other.from, &second.at)));
    for (valid, price) in all {
        let is_own = price.of == *of;
        let before = if is_own { last } else { own_last };
        if let Some((_, other)) = before.filter(|(other, _)| other.meets(valid)) {
            let (first, second) = if other.at < price.at { (other, price) } else { (price, other) };
            let what = format!(
                "the price at {} is for the same tenants, location and time; keep one of the two, or let one \
                 end before the other begins",
                first.at
            );
            mistakes.push(Mistake { at: second.at.clone(), what });
            if mistakes.len() > MOST_MISTAKES {
                return;
            }
        }
        if is_later(valid, last) {
            last = Some((valid, price));
        }
        if is_own && is_later(valid, own_last) {
            own_last = Some((valid, price));
        }
    }
}

/// How specific a price is for who asks: whether it names the tenant, whether it names the location, and
/// how long its pattern is.
type Rank = (bool, bool, usize);

impl CardPrice {
    /// How specific it is for a tenant and a place; none if it is not for them.
    fn rank(&self, tenant: &TenantId, location: &str) -> Option<Rank> {
        let names_tenant = self.tenants.contains(tenant);
        if !(self.tenants.is_empty() || names_tenant) || !matches(&self.location, location) {
            return None;
        }
        Some((names_tenant, !self.location.contains('*'), self.location.chars().count()))
    }
}
