//! A names file, as a table or as YAML.
#![no_main]

use artifice_engine::config::fuzzing;
use artifice_fuzz::{said, target};

target!(|input| {
    let (first, text) = input.choice();
    match fuzzing::names(text, first & 1 == 1) {
        Ok(names) => drop(names.of("m1.nano").to_owned()),
        Err(mistakes) => mistakes.iter().take(50).for_each(|mistake| said(&mistake.to_string())),
    }
});
