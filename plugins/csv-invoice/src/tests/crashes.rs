//! Processes that end at any instant: really ended, without a destructor run.

use std::process::{Command, Stdio};
use std::time::Duration;

use artifice_plugin_api::ErrorKind;

use super::*;
use crate::record::State;
use crate::store::Step;

const STEPS: [Step; 7] =
    [Step::Prepared, Step::Staged, Step::Reserved, Step::Intended, Step::Readied, Step::Published, Step::Done];

fn child(story: &str, home: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("tests::crashes::{story}")]);
    command.env("CSV_TEST_HOME", home).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Where a child works; none if the story is not told by another one.
fn child_home() -> Option<PathBuf> {
    std::env::var_os("CSV_TEST_HOME").map(PathBuf::from)
}

/// Commits in another process that ends at that step, and says so by its exit status.
fn crash_at(home: &tempfile::TempDir, step: Step) {
    let status = child("child_that_ends_at_a_step", home.path()).env("CSV_TEST_STEP", format!("{step:?}")).status();
    assert_eq!(status.unwrap().code(), Some(86), "it ended at {step:?}");
}

#[test]
fn child_that_ends_at_a_step() {
    let (Some(home), Ok(end)) = (child_home(), std::env::var("CSV_TEST_STEP")) else { return };
    let hook = move |step| if format!("{step:?}") == end { std::process::exit(86) } else { Ok(()) };
    Bill::default().commit(&hooked(&home, Box::new(hook))).unwrap();
}

#[test]
fn a_commit_killed_after_any_step_is_found_if_it_is_there_and_is_done_by_the_next() {
    for step in STEPS {
        let home = home();
        crash_at(&home, step);
        let there = matches!(step, Step::Published | Step::Done);
        assert_eq!(names(&home).len(), usize::from(there), "{step:?}");
        let csv = csv(home.path());
        let found = Bill::default().find(&csv).unwrap();
        assert_eq!(found.is_some(), there, "{step:?}");
        let receipt = Bill::default().commit(&csv).unwrap();
        assert!(found.is_none_or(|found| found == receipt), "{step:?}");
        assert_eq!(
            documents(&home),
            [("demo-2013-08-01-2013-09-01.csv".to_owned(), Bill::default().text(&csv))].into()
        );
        assert_eq!(Bill::default().find(&csv).unwrap(), Some(receipt), "{step:?}");
        assert!(temporaries(&home) == 0 || step == Step::Done, "{step:?}");
        assert_eq!(file(&Bill::keyed("next").commit(&csv).unwrap()), "demo-2013-08-01-2013-09-01-2.csv");
    }
}

#[test]
fn a_recovery_may_be_killed_too() {
    for first in STEPS {
        for second in STEPS {
            let home = home();
            crash_at(&home, first);
            // The second comes only as far as there is something left to do.
            let status =
                child("child_that_ends_at_a_step", home.path()).env("CSV_TEST_STEP", format!("{second:?}")).status();
            assert!(matches!(status.unwrap().code(), Some(86 | 0)));
            let csv = csv(home.path());
            let found = Bill::default().find(&csv).unwrap();
            let receipt = Bill::default().commit(&csv).unwrap();
            assert!(found.is_none_or(|found| found == receipt), "{first:?} {second:?}");
            assert_eq!(names(&home), ["demo-2013-08-01-2013-09-01.csv"], "{first:?} {second:?}");
        }
    }
}

#[test]
fn what_a_killed_commit_left_is_listed_only_if_the_document_is_there() {
    for step in [Step::Intended, Step::Readied, Step::Published, Step::Done] {
        let home = home();
        crash_at(&home, step);
        let csv = csv(home.path());
        let state = || csv.store.record(&Bill::default().key).unwrap().unwrap().state;
        let before = state();
        let listed = listing::listed(&csv);
        assert_eq!(listed.len(), usize::from(matches!(step, Step::Published | Step::Done)), "{step:?}");
        assert_eq!(state(), before, "asking changes nothing");
        let found = Bill::default().find(&csv).unwrap();
        assert_eq!(listed.into_iter().next().map(|document| document.receipt), found, "{step:?}");
    }
}

#[test]
fn finding_a_published_document_marks_it_done_for_good() {
    let home = home();
    crash_at(&home, Step::Published);
    let csv = csv(home.path());
    let receipt = Bill::default().find(&csv).unwrap().unwrap();
    assert_eq!(csv.store.record(&Bill::default().key).unwrap().unwrap().state, State::Done);
    fs::remove_file(place(&home, &receipt)).unwrap();
    assert_eq!(Bill::default().find(&csv).unwrap(), Some(receipt));
    assert_eq!(temporaries(&home), 0);
}

#[test]
fn another_statement_does_not_take_the_name_of_one_that_was_killed() {
    for step in [Step::Reserved, Step::Intended] {
        let home = home();
        crash_at(&home, step);
        let csv = csv(home.path());
        assert_eq!(file(&Bill::keyed("other").commit(&csv).unwrap()), "demo-2013-08-01-2013-09-01-2.csv");
        assert_eq!(file(&Bill::default().commit(&csv).unwrap()), "demo-2013-08-01-2013-09-01.csv");
    }
}

#[test]
fn settings_changed_after_a_crash_hold_for_what_was_not_there_yet() {
    for (step, settings_of) in [(Step::Readied, "new"), (Step::Published, "old")] {
        let home = home();
        crash_at(&home, step);
        let changed = configured(home.path(), json!({ "delimiter": ";" })).unwrap();
        let receipt = Bill::default().commit(&changed).unwrap();
        let expected =
            if settings_of == "new" { Bill::default().text(&changed) } else { Bill::default().text(&csv(home.path())) };
        assert_eq!(documents(&home).into_values().collect::<Vec<_>>(), [expected]);
        assert_eq!(Bill::default().find(&csv(home.path())).unwrap(), Some(receipt));
    }
}

#[test]
fn a_file_that_took_the_name_meanwhile_is_left_alone_and_in_doubt() {
    let home = home();
    crash_at(&home, Step::Intended);
    let path = invoices(&home).join("demo-2013-08-01-2013-09-01.csv");
    fs::write(&path, "mine").unwrap();
    let csv = csv(home.path());
    for error in [Bill::default().find(&csv).unwrap_err(), Bill::default().commit(&csv).unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Unknown);
        assert!(
            error.message().contains(path.to_str().unwrap()) && error.message().contains("move it away"),
            "{error}"
        );
    }
    let listing = listing::documents(&csv).unwrap_err();
    assert!(listing.message().contains(path.to_str().unwrap()), "whether it was committed, nobody knows: {listing}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    fs::rename(&path, invoices(&home).join("moved.csv")).unwrap();
    assert_eq!(Bill::default().find(&csv).unwrap(), None);
    assert_eq!(file(&Bill::default().commit(&csv).unwrap()), "demo-2013-08-01-2013-09-01.csv");
}

const MANY: usize = 60;

fn many() -> Vec<Bill> {
    (0..MANY).map(|n| Bill { rows: vec![Row::default(); 50], ..Bill::keyed(n.to_string()) }).collect()
}

#[test]
fn child_that_commits_many() {
    let Some(home) = child_home() else { return };
    let csv = csv(&home);
    for bill in many() {
        bill.commit(&csv).unwrap();
    }
}

#[test]
fn processes_killed_at_random_leave_nothing_twice() {
    let home = home();
    for round in 0..12 {
        let mut children = [(); 3].map(|()| child("child_that_commits_many", home.path()).spawn().unwrap());
        std::thread::sleep(Duration::from_millis(15 + round * 7));
        for child in &mut children {
            let _ = child.kill();
            child.wait().unwrap();
        }
        let whole = Bill { rows: vec![Row::default(); 50], ..Bill::default() }.text(&csv(home.path()));
        assert!(documents(&home).values().all(|text| *text == whole), "no document is half-written");
    }
    let csv = csv(home.path());
    let mut files = Vec::new();
    for bill in many() {
        let found = bill.find(&csv).unwrap();
        let receipt = bill.commit(&csv).unwrap();
        assert!(found.is_none_or(|found| found == receipt));
        files.push(file(&receipt));
    }
    files.sort();
    assert_eq!(names(&home), files, "every document is one key's, and every key has one");
}
