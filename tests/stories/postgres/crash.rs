//! A server that is stopped hard at a random instant, while programs use it that may die themselves.

use std::thread;
use std::time::Duration;

use artifice_tests::chance::{crashes, first_seed};
use artifice_tests::database::Postgres;
use artifice_tests::killing::kill;
use artifice_tests::{Cloud, Ran};

use super::super::all::crash::random::{Trial, name, undisturbed};

#[test]
fn stopped_at_random_instants_it_is_billed_once() {
    // Its programs die, and the machine does not: what it wrote is there again without being synced.
    let mut server = Postgres::start(&["fsync=off"]);
    let first = first_seed();
    // A server takes its time to come back: fewer than other crashes.
    let trials = crashes().div_ceil(4);
    let longest_us = u64::try_from(undisturbed().as_micros()).unwrap();
    for seed in first..first + trials {
        println!("{}", name(&seed));
        let mut trial = Trial::new(Cloud::on(&server), seed);
        let running = [trial.start(), trial.start()];
        let one_dies = *trial.chance.one_of(&[true, false]);
        thread::sleep(Duration::from_micros(trial.chance.number(0..longest_us)));

        server.stop_hard();
        let [one, other] = running;
        let ends = if one_dies {
            kill(one);
            vec![other]
        } else {
            vec![one, other]
        };
        server.run();

        for child in ends {
            let ran = Ran::new("what lost its server".to_owned(), child.wait_with_output().unwrap());
            assert!(matches!(ran.status, Some(0..=2)), "{ran:#?}");
            assert!(!ran.err.contains("panicked at"), "{ran:#?}");
        }
        trial.ends_well();
    }
    println!("a server stopped {trials} times from seed {first} on");
}
