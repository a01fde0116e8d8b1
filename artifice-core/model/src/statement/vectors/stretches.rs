//! Usage is cut where its price changes, and where months end that count.

use super::{Rules, at, card, costs, d, flat, hours, in_parts, january, price, tiers, usage};
use crate::rate::{Minimum, Price, PriceError, PriceQuery, PriceSource, Quote, Scheme, Validity};
use crate::statement::{Charging, Draft, Problem, Usage};
use crate::{Period, Tenant, Timestamp};

const CHANGE: &str = "2026-01-11T00:00:00Z";

fn between(from: &str, until: &str) -> Period {
    Period::new(at(from), at(until)).unwrap()
}

/// One card up to the change, and one from then on.
fn changing(before: Vec<(String, Price)>, after: Vec<(String, Price)>, cuts: &[&str]) -> Rules {
    let change = Some(at(CHANGE));
    let cards =
        vec![card(Validity { from: None, until: change }, before), card(Validity { from: change, until: None }, after)];
    Rules { cards, cuts: cuts.iter().map(|text| at(text)).collect(), ..Rules::default() }
}

/// A line's first and last day, its volume and what it costs.
fn said(draft: &Draft) -> Vec<String> {
    let days = |period: Period| [period.start(), period.end()].map(|at| at.to_string()[5..10].to_owned()).join(" ");
    let line = draft.lines.iter().zip(costs(draft));
    line.map(|(line, cost)| format!("{} {} {cost}", days(line.usage.period), line.usage.volume)).collect()
}

#[test]
fn neighbours_have_the_prices_of_their_own_place_and_unit() {
    let mut rules = Rules::of(vec![flat("a", "1"), flat("a", "2"), flat("b", "4")]);
    rules.cards[0].prices[0].location = "akl".to_owned();
    rules.cards[0].prices[1].location = "wlg".to_owned();
    let at = |location: &str, service: &str, unit: &str| {
        Usage { location: location.to_owned(), ..usage("vm", service, january(1, 32), "1", unit) }.into()
    };
    let all = vec![at("akl", "a", "hour"), at("akl", "a", "GB"), at("akl", "b", "hour"), at("wlg", "a", "hour")];
    let (draft, problems) = rules.draft(january(1, 32), all);
    assert_eq!((costs(&draft), problems.len()), (["1.00", "?", "4.00", "2.00"].map(str::to_owned).to_vec(), 1));
    let (draft, _) = rules.draft(january(1, 32), vec![at("akl", "a", "hour"), at("wlg", "a", "hour")]);
    assert_eq!(costs(&draft), ["1.00", "2.00"]);
}

#[test]
fn what_changes_nothing_cuts_nothing() {
    // The same price, one that does not fit, none at all: one line for all of it.
    let per_gb = || ("b".to_owned(), price("b", "GB", Scheme::Flat(d("1"))));
    let prices = || vec![flat("a", "1"), per_gb()];
    let rules = changing(prices(), prices(), &[CHANGE]);
    let whole = |service: &str| in_parts(usage("vm", service, january(1, 32), "5", "hour"), &[at(CHANGE)], &["2", "3"]);
    let (draft, problems) = rules.draft(january(1, 32), vec![whole("a"), whole("b"), whole("x")]);
    assert_eq!(said(&draft), ["01-01 02-01 5 5.00", "01-01 02-01 5 ?", "01-01 02-01 5 ?"]);
    assert_eq!(problems.len(), 2, "{problems:?}");
    // Another price that does not fit is another problem.
    let other = ("b".to_owned(), Price { origin: "elsewhere".to_owned(), ..per_gb().1 });
    let (draft, problems) = changing(vec![per_gb()], vec![other], &[CHANGE]).draft(january(1, 32), vec![whole("b")]);
    assert_eq!((draft.lines.len(), problems.len()), (2, 2));
}

/// A price list that knows until when its answer holds, or says that it holds no longer than it is asked.
struct Answers {
    price: Option<Price>,
    until: Option<Timestamp>,
}

impl PriceSource for Answers {
    fn price(&self, query: &PriceQuery<'_>) -> Result<Quote, PriceError> {
        let until = self.until.map(|until| until.max(query.at));
        Ok(Quote { price: self.price.clone().map(Into::into), until })
    }
}

#[test]
fn an_answer_that_holds_no_longer_than_it_is_asked_holds_to_the_end() {
    let draft = |price: Option<Price>| {
        let prices = Answers { price, until: Some(at(CHANGE)) };
        let used = in_parts(usage("vm", "a", january(1, 32), "0", "hour"), &[at(CHANGE)], &["2", "3"]);
        let tenant = Tenant { id: "demo".into(), name: None };
        Rules::default().charging(|charging| {
            let charging = Charging { prices: Some(&prices), ..charging };
            Draft::new(tenant, january(1, 32), vec![used], charging).unwrap().0
        })
    };
    assert_eq!(said(&draft(Some(flat("a", "1").1))), ["01-01 02-01 5 5.00"]);
    assert_eq!(said(&draft(None)), ["01-01 02-01 5 ?"]);
}

#[test]
fn what_cannot_be_cut_takes_the_later_price_where_the_change_was_foreseen() {
    // semantics 5: else nobody has looked at what was used before it.
    let rules = |cuts: &[&str]| changing(vec![flat("a", "1")], vec![flat("a", "2")], cuts);
    let uncut = || vec![hours("vm", "a", january(1, 32), "5")];
    let (draft, problems) = rules(&[CHANGE]).draft(january(1, 32), uncut());
    assert_eq!((said(&draft), problems.len()), (vec!["01-01 02-01 5 10.00".to_owned()], 0));
    let (draft, problems) = rules(&[]).draft(january(1, 32), uncut());
    assert_eq!(costs(&draft), ["?"]);
    assert!(matches!(&problems[..], [Problem::Change { at: change, .. }] if *change == at(CHANGE)), "{problems:?}");
}

#[test]
fn a_piece_is_below_zero_only_where_its_level_may_be_or_the_whole_is() {
    // semantics 5, "Below 0".
    let pieces = |negative: bool, first: &str, second: &str| {
        let rules = changing(vec![flat("a", "1")], vec![flat("a", "2")], &[CHANGE]);
        let mut all = in_parts(usage("vm", "a", january(1, 32), "0", "hour"), &[at(CHANGE)], &[first, second]);
        all.parts = all.parts.with_negative(negative);
        said(&rules.draft(january(1, 32), vec![all]).0)
    };
    assert_eq!(pieces(false, "5", "-2"), ["01-01 01-11 3 3.00"]);
    assert_eq!(pieces(true, "5", "-2"), ["01-01 01-11 5 5.00", "01-11 02-01 -2 -4.00"]);
    for negative in [false, true] {
        assert_eq!(pieces(negative, "2", "-5"), ["01-01 01-11 2 2.00", "01-11 02-01 -5 -10.00"]);
    }
}

#[test]
fn what_counts_a_month_s_units_is_cut_where_the_month_ends() {
    let period = between("2026-01-20T00:00:00Z", "2026-02-20T00:00:00Z");
    let scheme = Scheme::Graduated(tiers(&[("6", "1", "0"), ("", "0.1", "0")]));
    let rules = Rules {
        cuts: vec![january(1, 32).end()],
        ..Rules::of(vec![("a".to_owned(), price("a", "hour", scheme)), flat("b", "1")])
    };
    let whole =
        |service: &str| in_parts(usage("vm", service, period, "0", "hour"), &[january(1, 32).end()], &["8", "4"]);
    let (draft, _) = rules.draft(period, vec![whole("a"), whole("b")]);
    assert_eq!(said(&draft), ["01-20 02-01 8 6.20", "02-01 02-20 4 4.00", "01-20 02-20 12 12.00"]);
}

/// What each of three months lacks to 10, where `volumes` were used in them.
fn lacking(rules: Rules, cuts: &[Timestamp], volumes: &[&str], service: &str) -> Vec<String> {
    let mut rules = rules;
    rules.cards[0].minimum = Some(Minimum { amount: d("10"), origin: String::new() });
    if let Some(last) = rules.cards.get_mut(1) {
        last.minimum = Some(Minimum { amount: d("10"), origin: String::new() });
    }
    let period = between("2025-11-15T00:00:00Z", "2026-02-01T00:00:00Z");
    let (draft, _) = rules.draft(period, vec![in_parts(usage("vm", service, period, "0", "hour"), cuts, volumes)]);
    let minimum = draft.lines.iter().zip(costs(&draft)).filter(|(line, _)| line.is_minimum());
    minimum.map(|(line, cost)| format!("{} {cost}", &line.usage.period.start().to_string()[5..10])).collect()
}

#[test]
fn a_line_over_months_is_in_each_with_what_it_costs_there() {
    let cuts = ["2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"].map(at);
    let rules = || Rules { cuts: cuts.to_vec(), ..Rules::of(vec![flat("a", "1")]) };
    assert_eq!(lacking(rules(), &cuts, &["1", "2", "4"], "a"), ["11-15 9.00", "12-01 8.00", "01-01 6.00"]);
    // A month without usage lacks nothing, nor one that has enough.
    assert_eq!(lacking(rules(), &cuts, &["1", "0", "4"], "a"), ["11-15 9.00", "01-01 6.00"]);
    assert_eq!(lacking(rules(), &cuts, &["10", "11", "0"], "a"), Vec::<String>::new());
    // What cannot be cut is in the last.
    assert_eq!(lacking(rules(), &[], &["7"], "a"), ["01-01 3.00"]);
    // Of what has no price nobody knows what the month comes to, unless it costs nothing.
    assert_eq!(lacking(rules(), &cuts, &["1", "2", "4"], "x"), Vec::<String>::new());
    let free = Rules { missing_is_zero: true, ..rules() };
    assert_eq!(lacking(free, &cuts, &["1", "2", "4"], "x"), ["11-15 10.00", "12-01 10.00", "01-01 10.00"]);
}

#[test]
fn a_piece_over_months_is_in_each_of_its_months() {
    // The price doubles on 11 December: 1, 2 before it; 3, 4 at 2 behind it.
    let change = "2025-12-11T00:00:00Z";
    let cuts = ["2025-12-01T00:00:00Z", change, "2026-01-01T00:00:00Z"].map(at);
    let validity = |from, until| Validity { from, until };
    let change = Some(at(change));
    let cards =
        vec![card(validity(None, change), vec![flat("a", "1")]), card(validity(change, None), vec![flat("a", "2")])];
    let rules = Rules { cards, cuts: cuts.to_vec(), ..Rules::default() };
    assert_eq!(lacking(rules, &cuts, &["1", "2", "3", "4"], "a"), ["11-15 9.00", "12-01 2.00", "01-01 2.00"]);
}
