//! Taking a statement back and billing it again: refused exactly where the month would change.

use std::sync::Arc;

use artifice_model::aggregate::Aggregate;
use artifice_model::rate::{Card, CardPrice, Cards, Minimum, Names, Price, PriceList, Scheme, Tier, Tiers, Validity};
use artifice_model::statement::{BilledLine, Charging, Draft, InMonths, Usage};
use artifice_model::{Calendar, Decimal, Period, Tenant};
use proptest::prelude::*;

use crate::charging::{d, flat, nzd, plain};

/// What each service costs: one in tiers, one in packages, one with free units, one in volume tiers, one with a cap, and
/// two that do not look at the month.
const SERVICES: [&str; 7] = ["tiers", "package", "free", "volume", "capped", "flat", "other"];

/// Hours by service, of statements in the order in which they are stored.
type Month = Vec<Vec<(usize, u8)>>;

fn months() -> impl Strategy<Value = (Month, bool)> {
    let used = prop::collection::btree_map(0..SERVICES.len(), 1_u8..40, 1..3);
    let month = prop::collection::vec(used.prop_map(|used| used.into_iter().collect()), 2..4);
    (month, any::<bool>())
}

fn cards(minimum: bool) -> Cards {
    let tier = |price| Tier { price: d(price), flat: Decimal::ZERO };
    let tiers = || Tiers { ending: vec![(d("20"), tier("1.7")), (d("45"), tier("0.9"))], beyond: tier("0.3") };
    let price = |service: &str| -> CardPrice {
        let mut priced = flat(service, "1.5");
        let own = Price::clone(&priced.price);
        priced.price = Arc::new(match service {
            "tiers" => Price { scheme: Scheme::Graduated(tiers()), ..own },
            "volume" => Price { scheme: Scheme::Volume(tiers()), ..own },
            "package" => Price { scheme: Scheme::Package { size: d("15"), amount: d("7") }, ..own },
            "free" => Price { free: d("12"), ..own },
            "capped" => Price { cap: Some(d("30")), ..own },
            _ => own,
        });
        priced
    };
    let minimum = minimum.then(|| Minimum { amount: d("400"), origin: "card".to_owned() });
    let prices = SERVICES.map(price).into();
    let card = Card { currency: nzd(), valid: Validity::default(), prices, minimum, taxes: Vec::new() };
    Cards::new(vec![card], &Names::default()).unwrap()
}

/// A part of January; the last one of `parts` reaches its end.
fn period(part: usize, parts: usize) -> Period {
    let day = |part: usize| format!("2026-01-{:02}T00:00:00Z", 1 + 10 * part).parse().unwrap();
    let end = if part + 1 == parts { "2026-02-01T00:00:00Z".parse().unwrap() } else { day(part + 1) };
    Period::new(day(part), end).unwrap()
}

/// Bills a part behind others.
fn bill(month: &Month, part: usize, minimum: bool, before: &[&Draft]) -> Draft {
    let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
    let prices = PriceList { cards: cards(minimum), table: None };
    let period = period(part, month.len());
    let usage = month[part].iter().map(|(service, hours)| Usage {
        resource_id: "vm".to_owned(),
        resource_name: String::new(),
        entry: SERVICES[*service].to_owned(),
        meter: "instance".to_owned(),
        section: "Compute".to_owned(),
        service: SERVICES[*service].to_owned(),
        location: "akl".to_owned(),
        period,
        volume: i64::from(*hours).into(),
        unit: "hour".to_owned(),
        aggregate: Some(Aggregate::Uptime),
    });
    let tenant = Tenant { id: "demo".into(), name: None };
    let line = |line: &_| BilledLine {
        tenant: tenant.clone(),
        statement_id: "x".into(),
        number: 1,
        currency: nzd(),
        line: Clone::clone(line),
    };
    let earlier: Vec<BilledLine> = before.iter().flat_map(|draft| &draft.lines).map(line).collect();
    let charging = Charging { prices: Some(&prices), earlier: &earlier, ..plain(&names, &calendar) };
    let (draft, problems) = Draft::new(tenant.clone(), period, usage.map(Into::into).collect(), charging).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    draft
}

fn sum<'d>(drafts: impl Iterator<Item = &'d Draft>) -> Decimal {
    drafts.fold(Decimal::ZERO, |sum, draft| sum.checked_add(draft.subtotal.unwrap()).unwrap())
}

proptest! {
    #[test]
    fn where_nothing_goes_on_from_it_the_month_costs_the_same_again(
        (month, minimum) in months(),
        order in Just(vec![0_usize, 1, 2]).prop_shuffle(),
        taken_back in 0_usize..3,
    ) {
        // The order in which the parts of the month are billed.
        let order: Vec<usize> = order.into_iter().filter(|part| *part < month.len()).collect();
        let mut stored: Vec<Draft> = Vec::new();
        for part in &order {
            let before: Vec<&Draft> = stored.iter().collect();
            stored.push(bill(&month, *part, minimum, &before));
        }
        let back = taken_back.min(stored.len() - 1);
        let calendar = Calendar::new("UTC").unwrap();
        let of = |draft: &Draft| InMonths::of(&draft.lines, &calendar);
        let is_refused = stored.iter().skip(back + 1).any(|later| of(&stored[back]).meets(&of(later)));

        // It is billed once more, behind all others.
        let others: Vec<&Draft> = stored.iter().enumerate().filter(|(at, _)| *at != back).map(|(_, draft)| draft).collect();
        let again = bill(&month, order[back], minimum, &others);
        let changes = sum(others.into_iter().chain([&again])) != sum(stored.iter());

        prop_assert!(is_refused || !changes, "{:?} {:?}", stored[back], again);
        // What is refused has a service in common that counts the month, or a minimum.
        let services = |part: usize| month[part].iter().map(|(service, _)| *service).filter(|service| *service < 5);
        let common = order.iter().skip(back + 1).any(|later| services(*later).any(|one| services(order[back]).any(|other| one == other)));
        prop_assert_eq!(is_refused, common || (minimum && back + 1 < stored.len() && has_minimum(&stored[back..])));
    }
}

fn has_minimum(stored: &[Draft]) -> bool {
    stored.iter().any(|draft| draft.lines.iter().any(artifice_model::statement::Line::is_minimum))
}
