//! An ERP that makes the document after the connection broke, whoever has died by then.

use std::thread;
use std::time::Duration;

use artifice_tests::chance::{Chance, crashes, first_seed};
use artifice_tests::killing::{for_each, kill};
use artifice_tests::{Cloud, Erp};

use super::check::Check;
use super::random::name;
use super::{BILL, CHARGE, VOID, finish, meter};

/// After so long it makes what it did not answer; after so much longer it surely does not any more.
const LATE: &str = "{at: commit, does: commit_later, millis: 900, first: 2}";
const LONGEST_S: u64 = 3;

/// The places between the broken connection and the receipt.
const PLACES: [&str; 8] = [
    "after send",
    "before sending>in_doubt",
    "after sending>in_doubt",
    "before find",
    "after find",
    "before find#2",
    "after find#2",
    "before in_doubt>committed",
];

fn cloud(tenants: &[String]) -> Cloud {
    let cloud = Cloud::new();
    tenants.iter().for_each(|tenant| meter(&cloud, tenant));
    let _ = Erp::of(&cloud, "").with(LATE, LONGEST_S);
    cloud
}

#[test]
fn killed_while_the_document_is_on_its_way_it_is_billed_once() {
    let tenants = ["demo".to_owned()];
    // All wait most of the time.
    for_each(&PLACES, PLACES.len(), ToString::to_string, |place| {
        let cloud = cloud(&tenants);

        cloud.killed_at(place, BILL);

        finish(&cloud, BILL).done();
        cloud.is_billed_once(&tenants, CHARGE);
        assert_eq!(Erp::there(&cloud).calls("commit"), 1, "what may be on its way is not sent again");
    });
}

#[test]
fn taken_back_while_the_document_is_on_its_way_it_gets_its_credit() {
    let tenants = ["demo".to_owned()];
    for_each(&PLACES, PLACES.len(), ToString::to_string, |place| {
        let cloud = cloud(&tenants);

        cloud.killed_at(place, BILL);

        finish(&cloud, VOID).done();
        assert_eq!(cloud.outcome(), ["invoice void", "credit committed"]);
        finish(&cloud, BILL).done();
        cloud.is_billed_once(&tenants, CHARGE);
        assert_eq!(Erp::there(&cloud).calls("commit"), 3);
    });
}

#[test]
fn killed_at_random_instants_while_documents_are_on_their_way_it_is_billed_once() {
    let tenants = ["aroha", "bob", "carol"].map(str::to_owned);
    let first = first_seed();
    // They take seconds: fewer than other crashes.
    let seeds: Vec<u64> = (first..first + crashes().div_ceil(4)).collect();
    for_each(&seeds, 8, name, |seed| {
        let cloud = cloud(&tenants);
        let mut chance = Chance::of(*seed);
        for _ in 0..chance.number(1..4) {
            let running = cloud.command(BILL).spawn().unwrap();
            thread::sleep(Duration::from_millis(chance.number(50..1_500)));
            kill(running);
        }

        finish(&cloud, BILL).done();
        cloud.is_billed_once(&tenants, CHARGE);
    });
}
