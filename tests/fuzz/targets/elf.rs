//! A file that may be a library of backends: it is one, or it is said why not.
#![no_main]

use artifice_fuzz::{bounded, said};
use artifice_plugin_host::fuzzing::library;
use libfuzzer_sys::fuzz_target;

// Bytes as they are: none of them stands for anything else.
fuzz_target!(|data: &[u8]| {
    bounded(data.len(), || {
        if let Err(why) = library(data) {
            said(&why);
        }
    });
});
