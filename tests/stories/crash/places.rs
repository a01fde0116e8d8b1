//! Killed between any two effects: at every place that the table of a statement's life, the ledger and the
//! backend make.

use std::collections::BTreeSet;
use std::fs;

use artifice_ledger::{State, WAYS};
use artifice_tests::killing::for_each;
use artifice_tests::{Cloud, Erp, workspace};

use super::check::Check;
use super::scenarios::{SCENARIOS, Scenario};
use super::{ADJUST, BILL, CHARGE, LATE_CHARGE, finish, meter, meter_late};

/// What changes something, or is asked, beside the changes of state.
const OTHERS: [&str; 7] =
    ["storing invoice", "storing adjustment", "storing credit", "send", "find", "taking a tenant", "leaving a tenant"];

/// This one way has no place of its own: a statement begins to be taken back in the very transaction that
/// stores its credit, so what is before and after it is before and after "storing credit".
const STORED_WITH_ITS_CREDIT: (State, State) = (State::Committed, State::Voiding);

/// How many die at once: much of the time each waits.
const AT_ONCE: usize = 6;

/// Every place there is, without "before" and "after".
fn places() -> BTreeSet<String> {
    let ways = WAYS.iter().filter(|way| **way != STORED_WITH_ITS_CREDIT);
    ways.map(|(from, to)| format!("{from}>{to}")).chain(OTHERS.map(str::to_owned)).collect()
}

#[test]
fn every_place_is_in_a_scenario() {
    let without_count = |place: &&str| place.split('#').next().unwrap_or_default().to_owned();
    let reached: BTreeSet<String> =
        SCENARIOS.iter().flat_map(|scenario| scenario.comes_by).map(without_count).collect();
    assert_eq!(reached, places());
}

#[test]
fn the_engine_has_no_other_places() {
    let (known, mut found) = (places(), 0);
    let mut folders = vec![workspace().join("artifice-core/engine/src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for path in files {
        let text = fs::read_to_string(&path).unwrap_or_default();
        for call in text.split("crash::point(").skip(1) {
            let name = call.split('"').nth(1).unwrap();
            let place = name.strip_prefix("before ").or_else(|| name.strip_prefix("after "));
            let place = place.unwrap_or_else(|| panic!("{}: '{name}' is neither before nor after", path.display()));
            // What is put together is a way, or what is stored.
            let is_known = known.contains(place) || place.starts_with('{') || place == "storing {kind}";
            assert!(is_known, "{}: no scenario comes by '{name}'", path.display());
            found += 1;
        }
    }
    assert!(found >= 2 * 6, "{found} places: is the engine somewhere else now?");
}

#[test]
fn killed_before_and_after_every_change_it_is_billed_once() {
    let all: Vec<(&Scenario, String)> = SCENARIOS
        .iter()
        .flat_map(|scenario| scenario.comes_by.iter().map(move |place| (scenario, place)))
        .flat_map(|(scenario, place)| ["before", "after"].map(|when| (scenario, format!("{when} {place}"))))
        .collect();
    let name = |(scenario, place): &(&Scenario, String)| format!("{}: {place}", scenario.name);
    for_each(&all, AT_ONCE, name, |(scenario, place)| dies_at(scenario, place));
    println!("{} scenarios, killed at {} places of theirs", SCENARIOS.len(), all.len());
}

fn dies_at(scenario: &Scenario, place: &str) {
    let cloud = Cloud::new();
    meter(&cloud, "demo");
    cloud.set("limits", scenario.limits);
    for (command, faults) in scenario.before {
        let _ = Erp::of(&cloud, faults);
        if scenario.late && *command == ADJUST {
            meter_late(&cloud, "demo");
        }
        cloud.run(command);
    }
    let _ = Erp::of(&cloud, scenario.faults);
    if scenario.late && !scenario.before.iter().any(|(command, _)| *command == ADJUST) {
        meter_late(&cloud, "demo");
    }

    cloud.killed_at(place, scenario.command);

    finish(&cloud, scenario.command);
    for command in scenario.then {
        finish(&cloud, command);
    }
    finish(&cloud, BILL).done();
    if scenario.late {
        finish(&cloud, ADJUST).done();
    }
    assert_eq!(cloud.outcome(), scenario.ends, "{}: {place}", scenario.name);
    cloud.is_billed_once(&["demo".to_owned()], if scenario.late { LATE_CHARGE } else { CHARGE });
}
