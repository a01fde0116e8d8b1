use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use artifice_plugin_api::{ErrorKind, Pair, RSlice};

use super::*;
use crate::store::Step;

/// A backend whose disk is full at that step, until it is repaired.
fn full_at(home: &tempfile::TempDir, step: Step) -> (Csv, Arc<AtomicBool>) {
    let repaired = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&repaired);
    let hook = move |reached| {
        let fails = reached == step && !flag.load(Ordering::Relaxed);
        if fails { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    };
    (hooked(home.path(), Box::new(hook)), repaired)
}

#[test]
fn a_full_disk_leaves_nothing_visible_and_the_same_commit_succeeds_later() {
    for step in [Step::Prepared, Step::Staged, Step::Reserved, Step::Intended, Step::Readied] {
        let home = home();
        let (csv, repaired) = full_at(&home, step);
        let error = Bill::default().commit(&csv).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{step:?}");
        assert!(error.message().contains("invoices") && error.message().contains("free some space"), "{error}");
        assert!(names(&home).is_empty() && temporaries(&home) == 0, "{step:?}");
        assert_eq!(Bill::default().find(&csv).unwrap(), None);
        repaired.store(true, Ordering::Relaxed);
        let receipt = Bill::default().commit(&csv).unwrap();
        assert_eq!(file(&receipt), "demo-2013-08-01-2013-09-01.csv");
    }
}

#[test]
fn a_failure_after_the_document_has_its_name_is_in_doubt_until_it_is_found() {
    let home = home();
    let (csv, _) = full_at(&home, Step::Published);
    assert_eq!(Bill::default().commit(&csv).unwrap_err().kind(), ErrorKind::Unknown);
    let receipt = Bill::default().find(&csv).unwrap().expect("it is there");
    assert_eq!(Bill::default().commit(&csv).unwrap(), receipt);
    assert_eq!(names(&home).len(), 1);
}

#[test]
fn a_failure_after_the_record_says_done_is_none() {
    let home = home();
    let (csv, _) = full_at(&home, Step::Done);
    let receipt = Bill::default().commit(&csv).unwrap();
    assert_eq!(Bill::default().find(&csv).unwrap(), Some(receipt));
}

#[test]
fn a_file_in_the_place_of_a_directory_is_named_and_left_alone() {
    let home = home();
    fs::write(invoices(&home), "mine").unwrap();
    let csv = csv(home.path());
    let error = Bill::default().commit(&csv).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains(invoices(&home).to_str().unwrap()), "{error}");
    assert_eq!(fs::read_to_string(invoices(&home)).unwrap(), "mine");
    fs::remove_file(invoices(&home)).unwrap();
    Bill::default().commit(&csv).unwrap();
}

#[cfg(unix)]
#[test]
fn a_directory_that_may_not_be_written_is_named_and_the_same_commit_succeeds_later() {
    use std::os::unix::fs::PermissionsExt;
    let home = home();
    fs::create_dir(invoices(&home)).unwrap();
    fs::set_permissions(invoices(&home), fs::Permissions::from_mode(0o555)).unwrap();
    let csv = csv(home.path());
    // The superuser may write anywhere.
    if let Err(error) = Bill::default().commit(&csv) {
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.message().contains("let the user that runs artifice write there"), "{error}");
        assert_eq!(csv.health(&call()).unwrap_err().kind(), ErrorKind::Unavailable);
        assert!(names(&home).is_empty());
    }
    fs::set_permissions(invoices(&home), fs::Permissions::from_mode(0o755)).unwrap();
    Bill::default().commit(&csv).unwrap();
    assert_eq!(names(&home).len(), 1);
}

#[test]
fn a_known_key_with_another_digest_is_refused_by_both_names() {
    let home = home();
    let csv = csv(home.path());
    let receipt = Bill::default().commit(&csv).unwrap();
    let other = Bill { digest: "d2".to_owned(), ..Bill::default() };
    let errors =
        [other.find(&csv).unwrap_err(), other.commit(&csv).unwrap_err(), other.rewrite(&csv, &receipt).unwrap_err()];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.message().contains("digest d1") && error.message().contains("it has d2"), "{error}");
    }
    assert_eq!(names(&home).len(), 1);
}

#[test]
fn a_record_that_cannot_be_read_leaves_everything_in_doubt() {
    let home = home();
    let csv = csv(home.path());
    Bill::default().commit(&csv).unwrap();
    let record = csv.store.record_path(&Bill::default().key);
    fs::write(&record, "{").unwrap();
    for error in [Bill::default().find(&csv).unwrap_err(), Bill::default().commit(&csv).unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Unknown);
        assert!(error.message().contains(record.to_str().unwrap()), "{error}");
    }
    fs::remove_file(&record).unwrap();
    fs::create_dir(&record).unwrap();
    assert_eq!(Bill::default().find(&csv).unwrap_err().kind(), ErrorKind::Unknown);
}

#[test]
fn committed_is_committed_whatever_people_do_with_the_file() {
    let home = home();
    let csv = csv(home.path());
    let receipt = Bill::default().commit(&csv).unwrap();
    fs::write(place(&home, &receipt), "edited").unwrap();
    assert_eq!(Bill::default().commit(&csv).unwrap(), receipt);
    assert_eq!(fs::read_to_string(place(&home, &receipt)).unwrap(), "edited");
    fs::rename(place(&home, &receipt), home.path().join("elsewhere.csv")).unwrap();
    assert_eq!(Bill::default().commit(&csv).unwrap(), receipt);
    assert_eq!(Bill::default().find(&csv).unwrap(), Some(receipt));
    assert!(names(&home).is_empty());
}

#[test]
fn a_key_may_be_any_text() {
    let home = home();
    let csv = csv(home.path());
    for key in ["../../x", "A", "a", "", "日本", "a\0b", &"long".repeat(500)] {
        let receipt = Bill::keyed(key).commit(&csv).unwrap();
        assert_eq!(Bill::keyed(key).find(&csv).unwrap(), Some(receipt));
    }
    assert_eq!(names(&home).len(), 7);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

/// The modes of everything beneath the directory of the documents, itself included.
fn modes(home: &tempfile::TempDir) -> Vec<(bool, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let (mut modes, mut paths) = (Vec::new(), vec![invoices(home)]);
    while let Some(path) = paths.pop() {
        let about = fs::metadata(&path).unwrap();
        modes.push((about.is_dir(), about.permissions().mode() & 0o7777));
        if about.is_dir() {
            paths.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    modes.sort_unstable();
    modes.dedup();
    modes
}

#[test]
fn documents_and_records_are_for_the_owner_and_the_group_or_whom_is_configured() {
    let home = home();
    Bill::default().commit(&csv(home.path())).unwrap();
    for (is_directory, mode) in modes(&home) {
        assert_eq!(mode & 0o7727, if is_directory { 0o700 } else { 0o600 }, "nothing for others, whatever the umask");
    }
    for (mode, expected) in [("0600", [(false, 0o600), (true, 0o700)]), ("0664", [(false, 0o664), (true, 0o775)])] {
        let home = home_of(mode);
        assert_eq!(modes(&home), expected);
    }
}

/// A home with a document, whose files were to have that mode.
fn home_of(mode: &str) -> tempfile::TempDir {
    let home = home();
    let extra = [Pair { key: "file_mode".into(), value: mode.into() }];
    let directory = home.path().to_str().unwrap().to_owned();
    let context = Context { extra: RSlice::from_slice(&extra), ..Context::new(&directory, "UTC") };
    let settings = serde_json::from_value(json!({ "output_path": "invoices" })).unwrap();
    Bill::default().commit(&Csv::new(settings, &context).unwrap()).unwrap();
    home
}

#[test]
fn what_ended_processes_left_is_removed_after_a_day() {
    let home = home();
    let csv = csv(home.path());
    Bill::keyed("a").commit(&csv).unwrap();
    let temp = invoices(&home).join(".artifice/temp");
    fs::write(temp.join("old"), "").unwrap();
    fs::write(temp.join("young"), "").unwrap();
    let two_days_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(2 * 24 * 3600);
    fs::File::open(temp.join("old")).unwrap().set_modified(two_days_ago).unwrap();
    Bill::keyed("b").commit(&csv).unwrap();
    assert!(!temp.join("old").exists() && temp.join("young").exists());
}
