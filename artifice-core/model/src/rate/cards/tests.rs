use proptest::prelude::*;

use super::*;
use crate::Decimal;
use crate::rate::{Tier, Tiers};
use crate::units::Unit;

/// A price of 1 an hour, on a line of its own.
fn price(of: Priced, location: &str, tenants: &[&str], line: usize) -> CardPrice {
    let per = Unit::of_price("hour", 600_000_000).unwrap();
    CardPrice {
        of,
        location: location.to_owned(),
        tenants: tenants.iter().map(|tenant| (*tenant).into()).collect(),
        price: Price::flat(Decimal::ONE, per, nzd(), line.to_string()).into(),
        at: Position { file: "card".to_owned(), line, column: 1 },
    }
}

fn service(location: &str, tenants: &[&str], line: usize) -> CardPrice {
    price(Priced::Service("s".to_owned()), location, tenants, line)
}

fn named(location: &str, line: usize) -> CardPrice {
    price(Priced::Name("S".to_owned()), location, &[], line)
}

fn nzd() -> Currency {
    "NZD".parse().unwrap()
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_micros(hour * crate::time::HOUR_US)
}

fn card(from: Option<i64>, until: Option<i64>, prices: Vec<CardPrice>) -> Card {
    let valid = Validity { from: from.map(at), until: until.map(at) };
    Card { currency: nzd(), valid, prices, minimum: None, taxes: Vec::new() }
}

fn always(prices: Vec<CardPrice>) -> Card {
    card(None, None, prices)
}

fn minimum(amount: i64, origin: &str) -> Option<Minimum> {
    Some(Minimum { amount: amount.into(), origin: origin.to_owned() })
}

/// Two services that people call `S`.
fn names() -> Names {
    Names::new(["s", "other"].map(|service| (service.to_owned(), "S".to_owned())))
}

fn cards(cards: Vec<Card>) -> Cards {
    Cards::new(cards, &names()).unwrap()
}

/// The place of the price for a tenant and a location at an hour, and until when that holds.
fn found(cards: &Cards, tenant: &str, location: &str, hour: i64) -> (Option<String>, Option<Timestamp>) {
    let (tenant, quantity) = (TenantId::from(tenant), Decimal::ONE);
    let query = PriceQuery { tenant: &tenant, location, service: "s", name: "S", unit: "hour", at: at(hour), quantity };
    let Quote { price, until } = cards.price(&query).unwrap();
    (price.map(|price| price.origin.clone()), until)
}

#[test]
fn the_most_specific_price_wins() {
    // Who names the tenant, then the exact location, then the longer pattern.
    let prices = [("*", vec![]), ("akl-*", vec![]), ("akl-*1", vec![]), ("akl-1", vec![]), ("akl-*", vec!["t", "u"])];
    let prices = prices.iter().enumerate().map(|(line, (location, tenants))| service(location, tenants, line));
    let cards = cards(vec![always(prices.collect())]);
    for (tenant, location, expected) in [
        ("x", "wlg", "0"),
        ("x", "akl-2", "1"),
        ("x", "akl-21", "2"),
        ("x", "akl-1", "3"),
        ("t", "akl-1", "4"),
        ("u", "akl-2", "4"),
        ("t", "wlg", "0"),
    ] {
        assert_eq!(found(&cards, tenant, location, 0).0.as_deref(), Some(expected), "{tenant} at {location}");
    }
    let only = Cards::new(vec![always(vec![service("akl", &["t"], 1)])], &names()).unwrap();
    assert_eq!([("x", "akl"), ("t", "wlg")].map(|(tenant, place)| found(&only, tenant, place, 0).0), [None, None]);
}

#[test]
fn two_prices_of_which_neither_is_more_specific_are_a_mistake() {
    // Of the later line, whatever comes first, and once.
    let mistakes = |one: Card, other: Card| {
        let mistakes = Cards::new(vec![one, other], &names()).map_or_else(|mistakes| mistakes, |_| Vec::new());
        mistakes.iter().map(|mistake| format!("{}: {}", mistake.at, mistake.what)).collect::<Vec<_>>()
    };
    let compete = |one: Card, other: Card| {
        let mistakes = mistakes(one, other);
        let is_one = matches!(&mistakes[..], [one] if one.starts_with("card:2:1: the price at card:1:1 is"));
        assert!(is_one || mistakes.is_empty(), "{mistakes:?}");
        is_one
    };
    let (first, second) = (|| always(vec![service("a", &[], 1)]), || always(vec![service("a", &[], 2)]));
    assert!(compete(first(), second()) && compete(second(), first()));
    assert!(!compete(first(), always(vec![service("b", &[], 2)])));
    // For some of the same tenants; who is named comes before everybody.
    let of = |tenants: &[&str], line| always(vec![service("a", tenants, line)]);
    assert!(compete(of(&["t", "u"], 1), of(&["u", "v"], 2)));
    assert!(
        !compete(of(&["t"], 1), of(&["u"], 2)) && !compete(first(), of(&["t"], 2)) && !compete(of(&["t"], 1), second())
    );
    // Where they hold at the same instant.
    let from = |from, until, line| card(from, until, vec![service("a", &[], line)]);
    assert!(compete(from(None, Some(5), 1), from(Some(4), None, 2)));
    assert!(compete(from(Some(4), None, 1), from(None, Some(5), 2)));
    assert!(!compete(from(None, Some(5), 1), from(Some(5), None, 2)));
    assert!(!compete(from(Some(5), None, 1), from(None, Some(5), 2)));
    // By what people call it, too: also where two services are called so.
    assert!(compete(first(), always(vec![named("a", 2)])) && compete(always(vec![named("a", 1)]), second()));
    assert!(compete(always(vec![named("a", 1)]), always(vec![named("a", 2)])));
    assert!(!compete(first(), always(vec![named("b", 2)])));
}

#[test]
fn an_answer_holds_until_a_card_begins_or_ends() {
    let of = |from, until, line| card(from, until, vec![service("*", &[], line)]);
    let cards = cards(vec![of(Some(1), Some(3), 1), of(Some(3), Some(7), 2)]);
    for (hour, price, until) in
        [(0, None, Some(1)), (1, Some("1"), Some(3)), (3, Some("2"), Some(7)), (6, Some("2"), Some(7)), (7, None, None)]
    {
        assert_eq!(found(&cards, "t", "a", hour), (price.map(str::to_owned), until.map(at)), "{hour}");
    }
    let changes = |from, until| cards.changes(Period::new(at(from), at(until)).unwrap()).collect::<Vec<_>>();
    assert_eq!(changes(0, 8), [1, 3, 3, 7].map(at));
    assert_eq!(changes(1, 7), [3, 3].map(at));
    assert_eq!(changes(3, 7), []);
}

#[test]
fn cards_say_whether_statements_depend_on_others_of_their_month() {
    let with = |scheme| {
        let mut price = service("*", &[], 1);
        price.price = Price { scheme, ..Price::clone(&price.price) }.into();
        cards(vec![always(vec![price])])
    };
    let tiers = |flat: Decimal| {
        let tier = Tier { price: Decimal::ONE, flat };
        Tiers { ending: vec![(Decimal::ONE, Decimal::ONE.into())], beyond: tier }
    };
    let says = |cards: &Cards| (cards.is_empty(), cards.count(), cards.count_flats());
    assert_eq!(says(&Cards::default()), (true, false, false));
    assert_eq!(says(&cards(vec![always(vec![service("*", &[], 1)])])), (false, false, false));
    assert_eq!(says(&cards(vec![Card { minimum: minimum(1, ""), ..always(Vec::new()) }])), (false, true, false));
    assert_eq!(says(&with(Scheme::Volume(tiers(Decimal::ZERO)))), (false, true, false));
    assert_eq!(says(&with(Scheme::Volume(tiers(Decimal::ONE)))), (false, true, true));
    assert_eq!(says(&with(Scheme::Graduated(tiers(Decimal::ONE)))), (false, true, false));
}

#[test]
fn terms_are_of_the_cards_that_hold_in_the_currency() {
    let tax = |name: &str| TaxRule { name: name.to_owned(), percent: Decimal::ONE, sections: Vec::new() };
    let with = |from, name: &str, amount| Card {
        taxes: vec![tax(name)],
        minimum: minimum(amount, name),
        ..card(from, None, Vec::new())
    };
    let other = Card { currency: "EUR".parse().unwrap(), ..with(None, "other", 9) };
    let cards =
        cards(vec![with(None, "a", 3), with(None, "b", 3), with(None, "c", 2), with(Some(5), "later", 8), other]);
    let terms = |hour| {
        let Terms { taxes, minimum } = cards.terms(nzd(), at(hour));
        let taxes: Vec<String> = taxes.into_iter().map(|tax| tax.name).collect();
        format!("{} {}", taxes.join(","), minimum.unwrap().origin)
    };
    // The largest minimum; of equal ones the first.
    assert_eq!([terms(4), terms(5)], ["a,b,c a", "a,b,c,later later"]);
}

proptest! {
    #[test]
    fn prices_conflict_where_two_hold_for_somebody_at_once(
        all in prop::collection::vec(
            (any::<bool>(), 0..3_usize, prop::collection::vec(0..3_usize, 0..3), 0..6_i64, 1..4_i64, 0..4_usize), 0..9)
    ) {
        let all: Vec<Card> = all.into_iter().enumerate().map(|(line, (by_name, place, tenants, from, hours, open))| {
            let tenants: Vec<&str> = tenants.into_iter().map(|tenant| ["t", "u", "v"][tenant]).collect();
            let mut price = service(["*", "akl", "akl-*"][place], &tenants, line);
            if by_name {
                price.of = Priced::Name("S".to_owned());
            }
            card((open & 1 == 0).then_some(from), (open & 2 == 0).then_some(from + hours), vec![price])
        }).collect();
        let conflict = |one: &Card, other: &Card| {
            let [one_price, other_price] = [&one.prices[0], &other.prices[0]];
            let somebody = match (&one_price.tenants[..], &other_price.tenants[..]) {
                ([], []) => true,
                (one, other) => one.iter().any(|tenant| other.contains(tenant)),
            };
            somebody && one_price.location == other_price.location && one.valid.meets(other.valid)
        };
        let expected = (0..all.len()).any(|place| all[..place].iter().any(|before| conflict(before, &all[place])));
        prop_assert_eq!(Cards::new(all, &names()).is_err(), expected);
    }
}

#[test]
fn of_many_conflicts_some_are_told() {
    let many = always((0..5000).map(|line| service("*", &[], line)).collect());
    let mistakes = Cards::new(vec![many], &names()).unwrap_err();
    assert!((MOST_MISTAKES..2 * MOST_MISTAKES).contains(&mistakes.len()), "{}", mistakes.len());
}
