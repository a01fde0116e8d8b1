//! A ledger's file that is none.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use artifice_tests::disk::SmallDisk;
use artifice_tests::{Cloud, Db, Ran, Vm};

use super::all::bad_input::{check, cloud};
use super::all::crash::disk::skipped;

const COMMANDS: [&str; 5] =
    ["bill --month 2013-08", "bill --dry-run --month 2013-08", "usage --month 2013-08", "statement list", "db status"];

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    let text = "my precious notes\n".repeat(300);
    for content in [text.as_str(), "short\n"] {
        cloud.write("ledger.db", content);
        for command in COMMANDS {
            let what = ["ledger.db", "the file is no database of SQLite's: check database.url", "from a backup"];
            check(cloud.run(command), 2, &what);
            assert_eq!(cloud.read("ledger.db"), content, "{command}");
        }
        assert!(cloud.files("invoices").is_empty());
    }
}

#[test]
fn a_directory_in_the_ledgers_place_is_named() {
    let cloud = Cloud::new();
    fs::create_dir(cloud.path("ledger.db")).unwrap();
    for command in COMMANDS {
        check(cloud.run(command), 2, &["ledger.db", "check database.url"]);
    }
    cloud.set("database", "{url: sqlite://no/such/directory/ledger.db}");
    check(cloud.run("bill --month 2013-08"), 2, &["no/such/directory/ledger.db", "that the directory exists"]);
    cloud.set("database", "{url: sqlite://rates.csv/ledger.db}");
    check(cloud.run("bill --month 2013-08"), 2, &["rates.csv/ledger.db"]);
}

#[test]
fn a_ledger_that_was_emptied_is_not_taken_for_a_new_one() {
    let cloud = cloud();
    let documents = cloud.files("invoices");
    for beside in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(cloud.path(beside));
    }
    cloud.write("ledger.db", "");
    check(
        cloud.run("bill --month 2013-07"),
        2,
        &["ledger.db", "the file is there, and empty", "restore it from a backup"],
    );
    assert_eq!(cloud.files("invoices"), documents, "July is not billed again");
    fs::remove_file(cloud.path("ledger.db")).unwrap();
    cloud.bill("--month 2013-08").done();
}

#[test]
fn an_address_of_a_file_takes_no_parameters() {
    let cloud = Cloud::new();
    cloud.set("database", "{url: 'sqlite://ledger.db?mode=rwc'}");
    check(cloud.run("bill --month 2013-08"), 2, &["database.url", "takes no parameters"]);
    assert!(!cloud.path("ledger.db?mode=rwc").exists());
}

#[test]
fn another_programs_database_is_left_alone() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    let path = cloud.path("ledger.db");
    cloud.write("ledger.db", "");
    Db::open(&path).run("CREATE TABLE tenant (tenant_no INTEGER, precious TEXT)").unwrap();
    let before = Db::open(&path).rows("SELECT sql FROM sqlite_master");

    check(cloud.run("bill --month 2013-08"), 2, &["ledger.db"]);

    let after = Db::open(&path).rows("SELECT sql FROM sqlite_master WHERE name = 'tenant'");
    assert_eq!(after, before);
    assert!(cloud.files("invoices").is_empty());
}

#[test]
fn after_a_bill_the_ledger_is_one_whole_file() {
    for _ in 0..8 {
        let cloud = cloud();
        assert!(!cloud.path("ledger.db-wal").exists(), "a copy of ledger.db would lack the bill");
    }
}

#[test]
fn a_truncated_ledger_is_an_error_and_no_crash() {
    let cloud = cloud();
    // What a run has written may still stand in the file beside it.
    Db::open(&cloud.path("ledger.db")).rows("PRAGMA wal_checkpoint(TRUNCATE)");
    let whole = fs::read(cloud.path("ledger.db")).unwrap();
    for length in [100, 4096, whole.len() / 2, whole.len() - 4096] {
        cloud.write("ledger.db", &whole[..length]);
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(cloud.path(&format!("ledger.db{suffix}")));
        }
        let ran = cloud.run("bill --month 2013-08");
        assert!(matches!(ran.status, Some(1 | 2)) && !ran.err.contains("panicked at"), "{length}: {ran:#?}");
        assert!(ran.err.contains("from a backup") && !ran.err.contains("chmod"), "{length}: {ran:#?}");
        assert_eq!(cloud.files("invoices").len(), 1, "{length}");
    }
}

#[test]
fn what_sqlite_itself_finds_in_a_file_is_told() {
    let cloud = cloud();
    let mut db = cloud.db();
    db.run("PRAGMA ignore_check_constraints = ON").unwrap();
    db.run("INSERT INTO work VALUES ('demo', 'c', 'o', 1)").unwrap();
    db.run("DROP TRIGGER tenant_stays").unwrap();
    db.run("UPDATE tenant SET tenant_id = ''").unwrap();
    let ran = cloud.run("db verify").failed();
    for text in ["wrong: file_damaged", "CHECK constraint failed in tenant", "wrong: guard_missing"] {
        assert!(ran.out.contains(text), "{text}: {ran:#?}");
    }
}

/// A page in the middle is overwritten, as by a disk that fails.
#[test]
fn a_damaged_page_is_told_with_what_to_do() {
    let cloud = cloud();
    Db::open(&cloud.path("ledger.db")).rows("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = fs::read(cloud.path("ledger.db")).unwrap();
    // The first page is the head, the others hold the tables.
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..8].fill(0xff);
    }
    cloud.write("ledger.db", bytes);
    for command in ["bill --month 2013-08", "statement list", "history"] {
        let ran = cloud.run(command);
        assert!(matches!(ran.status, Some(1 | 2)), "{command}: {ran:#?}");
        ran.says("the file is damaged: bill nothing with it").says("restore it from a backup").says("integrity_check");
    }
}

fn mode(cloud: &Cloud, name: &str) -> u32 {
    fs::metadata(cloud.path(name)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_ledger_that_is_made_is_told_once() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-07-05", 24));
    let told = "ledger.db: there was no ledger, and a new one was made; if there should have been one, restore it";
    cloud.run("usage --month 2013-07").done().says_not("there was no ledger, and");
    cloud.bill("--month 2013-07").done().says(told);
    cloud.bill("--month 2013-07").done().says_not("there was no ledger, and");
    // Whoever moves it away, or names another place, hears of it before anything else is billed there.
    cloud.set("database", "{url: sqlite://other.db}");
    cloud.run("db migrate").done().says("other.db: there was no ledger");
    cloud.run("db migrate").done().says_not("there was no ledger");
}

#[test]
fn the_ledger_and_what_stands_beside_it_are_for_the_owner_and_the_group_or_whom_is_configured() {
    let cloud = cloud();
    assert_eq!(mode(&cloud, "ledger.db") & !0o640, 0, "nothing for others, whatever the umask");
    for (configured, expected) in [("0600", 0o600), ("0664", 0o664)] {
        let cloud = Cloud::new();
        cloud.meter(Vm::of("demo", "vm").active("2013-07-05", 24));
        cloud.set("main", &format!("{{invoice:object: billing.csv_invoice:Csv, file_mode: {configured}}}"));
        cloud.bill("--month 2013-07").done();
        let mut db = cloud.db();
        db.run("CREATE TABLE other (other TEXT)").unwrap();
        for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            assert_eq!(mode(&cloud, file), expected, "{file}");
        }
        let document = cloud.files("invoices").remove(0);
        assert_eq!(mode(&cloud, &format!("invoices/{document}")), expected, "{document}");
    }
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, file_mode: 0666}");
    check(cloud.run("config check"), 2, &["main.file_mode", "anybody could change what was billed"]);
}

#[test]
fn a_ledger_that_may_not_be_written_is_told() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-07-05", 24));
    cloud.set("database", "{url: sqlite://small/ledger.db}");
    let disk = match SmallDisk::at(&cloud.path("small"), 10_000) {
        Ok(disk) => disk,
        Err(why) => return skipped("a ledger on a disk that may not be written", &why),
    };
    let run = |arguments: &str| Ran::of(&mut disk.command(&cloud.command(arguments)));
    run("bill --month 2013-07").done();
    disk.freeze();
    run("bill --month 2013-07").refused().says("small/ledger.db").says("write to the file and to its directory");
    cloud.set("database", "{url: sqlite://small/other.db}");
    run("bill --month 2013-07").refused().says("small/other.db").says("write to the file and to its directory");
}
