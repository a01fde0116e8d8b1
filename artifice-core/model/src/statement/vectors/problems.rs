//! What cannot be charged, and how it is told.

use super::{Rules, costs, d, flat, hours, january, usage};
use crate::rate::Price;
use crate::statement::{Metered, Problem, Usage};

/// Prices of `a`, and no others, at akl alone.
fn at_akl() -> Rules {
    let mut rules = Rules::of(vec![flat("a", "1")]);
    rules.cards[0].prices[0].location = "akl".to_owned();
    rules
}

fn used(resource: &str, service: &str, location: &str, unit: &str) -> Metered {
    let usage = usage(resource, service, january(1, 32), "5", unit);
    Usage { location: location.to_owned(), ..usage }.into()
}

fn texts(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_service_and_location_has_one_problem_with_its_resources() {
    // A price that does not fit is one, and no price elsewhere, or for another service, is another.
    let all = vec![
        used("1", "a", "akl", "hour"),
        used("2", "a", "akl", "GB"),
        used("3", "a", "wlg", "hour"),
        used("4", "a", "wlg", "GB"),
        used("5", "b", "akl", "hour"),
        used("6", "b", "wlg", "hour"),
    ];
    let (draft, problems) = at_akl().draft(january(1, 32), all.clone());
    let place = |problem: &Problem| match problem {
        Problem::NoRate { service, location, resources, .. } => format!("{service} {location}: {}", resources.concat()),
        Problem::Unit { service, location, .. } => format!("{service} {location}: does not fit"),
        other => panic!("{other:?}"),
    };
    let mut places: Vec<String> = problems.iter().map(place).collect();
    places.sort();
    assert_eq!(places, ["a akl: does not fit", "a wlg: 34", "b akl: 5", "b wlg: 6"]);
    assert_eq!(costs(&draft), ["5.00", "?", "?", "?", "?", "?"]);
    assert!(problems.iter().all(Problem::refuses));
    // Where what has no price costs nothing no bill is refused for it; a price that does not fit is one all the same.
    let (draft, problems) = Rules { missing_is_zero: true, ..at_akl() }.draft(january(1, 32), all);
    assert_eq!(problems.iter().filter(|problem| problem.refuses()).count(), 1);
    assert_eq!(costs(&draft), ["5.00", "?", "0.00", "0.00", "0.00", "0.00"]);
}

#[test]
fn five_resources_are_named_and_the_others_counted() {
    for (count, end) in
        [(4, "by 1, 2, 3, 4; add"), (5, "by 1, 2, 3, 4, 5; add"), (7, "by 1, 2, 3, 4, 5 and 2 more; add")]
    {
        let all = (1..=count).map(|vm| hours(&vm.to_string(), "x", january(1, 32), "1")).collect();
        let (_, problems) = at_akl().draft(january(1, 32), all);
        assert!(texts(&problems).contains(end), "{problems:?}");
    }
}

#[test]
fn a_statement_has_one_currency() {
    let (service, price) = flat("b", "1");
    let euros = Price { currency: "EUR".parse().unwrap(), ..price };
    let rules = Rules::of(vec![flat("a", "1"), (service, euros)]);
    let all = vec![hours("1", "a", january(1, 32), "5"), hours("1", "b", january(1, 32), "5")];
    let (draft, problems) = rules.draft(january(1, 32), all);
    assert_eq!((costs(&draft), draft.total), (vec!["5.00".to_owned(), "?".to_owned()], None));
    assert!(draft.lines[1].rate.is_none());
    assert_eq!(
        texts(&problems),
        "the rate at price of b for 'b' is in EUR, the statement in NZD; a statement has one currency"
    );
    let (draft, _) = rules.draft(january(1, 32), vec![hours("1", "b", january(1, 32), "5")]);
    assert_eq!((draft.currency.to_string(), draft.total), ("EUR".to_owned(), Some(d("5"))));
}
