//! Libraries that are damaged in a thousand ways.
//!
//! What the dynamic linker follows is checked before it is asked, so that a damaged file is an error and not the end of
//! the command. What its own code does once it runs, with what is damaged of its data, nobody can check.

use std::sync::Mutex;

use artifice_tests::killing::for_each;
use artifice_tests::mutant::{End, Mutants, list, summary};
use artifice_tests::{chance, plugin};

#[test]
fn no_damaged_library_ends_the_command_before_its_own_code_runs() {
    let mutants = Mutants::of(&plugin("billing_csv_invoice"));
    let (first, count) = (chance::first_mutation(), chance::mutations());
    let seeds: Vec<u64> = (first..first + count).collect();
    let place = tempfile::tempdir().unwrap();
    let ends = Mutex::new(Vec::new());
    for_each(
        &seeds,
        2,
        |seed| format!("seed {seed}"),
        |seed| {
            let mutant = mutants.of_seed(*seed);
            let directory = place.path().join(seed.to_string());
            let (end, said) = list(&directory, &mutant.bytes);
            std::fs::remove_dir_all(directory).unwrap();
            ends.lock().unwrap().push((mutant.part.clone(), end));
            assert_ne!(end, End::Crashed, "seed {seed}: {}: {said}", mutant.part);
        },
    );
    let ends = ends.into_inner().unwrap();
    println!("{count} damaged libraries:\n{}", summary(&ends));
    assert!(ends.iter().any(|(_, end)| *end == End::Refused), "nothing was damaged");
}
