//! Recorded exchanges with Odoo, where they are beside the project.

use std::fs;
use std::path::{Path, PathBuf};

use crate::wire::read;

/// The folder of recordings beside the main checkout, if it is there.
fn folder() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let found = workspace.ancestors().skip(1).map(|above| above.join("shared/recordings/odoo")).find(|it| it.is_dir());
    if found.is_none() {
        eprintln!("skipped: there are no recordings beside {}", workspace.display());
    }
    found
}

#[test]
fn every_recorded_answer_is_read() {
    let Some(folder) = folder() else { return };
    let (mut values, mut faults) = (0, 0);
    for version in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(version.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if !path.to_string_lossy().ends_with(".response.xml") {
                continue;
            }
            match read(&fs::read_to_string(&path).unwrap()) {
                Ok(Ok(_)) => values += 1,
                Ok(Err(_)) => faults += 1,
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
    println!("{values} values and {faults} faults");
    assert!(values > 200 && faults > 20, "{values} values and {faults} faults");
}
