//! Every answer that was recorded of Odoo 16 and 17 can be read.

use std::fs;
use std::io::Write;

use artifice_tests::odoo::{Does, Odoo, Trouble, Version};
use artifice_tests::workspace;

use super::openerp_cuts::{backend, call};

const RECORDINGS: &str = "../shared/recordings/odoo";

/// What the backend says of an answer to its first question.
fn says(odoo: &Odoo, answer: String) -> String {
    odoo.no_trouble().trouble(Trouble::at("version", Does::Says(answer)));
    backend(odoo).health(&call()).err().map(|error| error.to_string()).unwrap_or_default()
}

/// Whether it says that it could not read it.
fn is_unreadable(says: &str) -> bool {
    ["no XML", "levels", "document type", "values"].iter().any(|word| says.contains(word))
}

#[test]
fn recorded_answers_are_read() {
    let folder = workspace().join(RECORDINGS);
    if !folder.is_dir() {
        // Past the harness, which keeps what passing tests print.
        let _ = writeln!(std::io::stderr(), "skipped: the recordings {RECORDINGS} are not there");
        return;
    }
    let odoo = Odoo::new(Version::Odoo17);
    for broken in ["", "<html></html>", "<?xml version='1.0'?><methodResponse><params><param><value><int>5</int>"] {
        assert!(is_unreadable(&says(&odoo, broken.to_owned())), "{broken}: {}", says(&odoo, broken.to_owned()));
    }
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(entry).unwrap().map(|file| file.unwrap().path()) {
            if file.to_string_lossy().ends_with(".response.xml") {
                let said = says(&odoo, fs::read_to_string(&file).unwrap());
                assert!(!is_unreadable(&said), "{}: {said}", file.display());
                read += 1;
            }
        }
    }
    assert!(read >= 335, "{read} are fewer than were recorded");
}
