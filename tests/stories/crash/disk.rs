//! No room for documents: nothing half written stays, and once there is room the same command finishes.

use artifice_tests::database::Kind;
use artifice_tests::disk::{SmallDisk, with_short_files};
use artifice_tests::killing::for_each;
use artifice_tests::{Cloud, Ran, Vm};

use super::check::{Check, with_csv};
use super::{BILL, CHARGE, meter};

const JSON: &str = "bill --format json --month 2013-08";
/// Room for everything that a story does.
const ENOUGH: u32 = 10_000;

fn tenants() -> Vec<String> {
    ["aroha", "bob", "carol", "dave", "erin"].map(str::to_owned).to_vec()
}

fn cloud() -> Cloud {
    let cloud = Cloud::new();
    tenants().iter().for_each(|tenant| meter(&cloud, tenant));
    with_csv(&cloud);
    cloud
}

/// It ended by itself, and if not well, it said that the disk is full (or the file too long).
#[track_caller]
pub fn ended_clearly(ran: Ran) -> Ran {
    assert!(matches!(ran.status, Some(0..=2)) && !ran.err.contains("panicked at"), "{ran:#?}");
    let reasons = ["No space left on device", "(ulimit -f)", "there is no room left on its disk", "free some space"];
    assert!(ran.status == Some(0) || reasons.iter().any(|reason| ran.err.contains(reason)), "{ran:#?}");
    ran
}

/// Says, also where the output of tests that succeed is not shown, that a story was not told.
pub fn skipped(story: &str, why: &str) {
    use std::io::Write;
    // The test harness keeps what `eprintln!` prints, and only that.
    let _ = writeln!(std::io::stderr(), "skipped: {story}: {why}");
}

/// The disk is a file system of its own, as small as that.
#[test]
fn a_disk_that_is_full_of_documents_stops_those_who_have_no_room() {
    // Three files of a page each belong to a document, and it takes one more to write them: every size stops
    // another step of another tenant's.
    let sizes: Vec<u32> = (1..=16).map(|pages| pages * 4).collect();
    let cloud = Cloud::new();
    if let Err(why) = SmallDisk::at(&cloud.path("invoices"), ENOUGH) {
        return skipped("a full disk for documents", &why);
    }
    let failed = std::sync::atomic::AtomicUsize::new(0);
    for_each(
        &sizes,
        2,
        |size| format!("{size} kB"),
        |size| {
            failed.fetch_add(usize::from(is_full_of_documents(*size)), std::sync::atomic::Ordering::Relaxed);
        },
    );
    println!("{} sizes of a disk, {} of them too small", sizes.len(), failed.into_inner());
}

fn is_full_of_documents(kilobytes: u32) -> bool {
    let cloud = cloud();
    let disk = SmallDisk::at(&cloud.path("invoices"), kilobytes).unwrap();
    let run = |arguments: &str| Ran::of(&mut disk.command(&cloud.command(arguments)));

    let ran = ended_clearly(run(JSON));
    if ran.status == Some(1) {
        // Those who failed are named, and only those.
        let without = "SELECT tenant_id FROM tenant JOIN statement USING (tenant_no) WHERE state <> 'committed'";
        assert_eq!(ran.failures(), cloud.db().rows(&format!("{without} ORDER BY tenant_id")).concat());
    }
    let then = cloud.path("then");
    disk.copy_to(&then);
    let half = disk.files().into_iter().filter(|file| file.starts_with(".artifice/temp/")).collect::<Vec<_>>();
    assert!(half.is_empty(), "{kilobytes} kB: {half:?}");

    disk.resize(ENOUGH);
    run(BILL).done();
    disk.copy_to(&cloud.path("invoices-now"));
    drop(disk);
    std::fs::remove_dir(cloud.path("invoices")).unwrap();
    std::fs::rename(cloud.path("invoices-now"), cloud.path("invoices")).unwrap();
    cloud.is_billed_once(&tenants(), CHARGE);
    for document in cloud.files("then") {
        assert_eq!(
            cloud.read(&format!("then/{document}")),
            cloud.read(&format!("invoices/{document}")),
            "it was whole"
        );
    }
    ran.status != Some(0)
}

/// No file can be longer than that: neither a document nor, where it is one, the ledger.
#[test]
fn a_file_that_cannot_grow_stops_only_whom_it_concerns() {
    // The ledger's file is longer than every document here, so that there its length decides.
    let lengths: &[u64] = match Kind::of_this_program() {
        Kind::Postgres => &[1, 100, 500, 1_000, 4_000],
        Kind::Sqlite => &[1, 4_096, 20_000, 100_000, 200_000, 300_000, 400_000],
    };
    for length in lengths {
        let cloud = cloud();
        // Of one tenant there is much more to say.
        for number in 0..60 {
            cloud.meter(Vm::of("zoe", &format!("vm-{number:02}")).active("2013-08-05", 1));
        }
        let mut ran = ended_clearly(Ran::of(&mut with_short_files(*length, &cloud.command(JSON))));
        if Kind::of_this_program() == Kind::Postgres && *length == 1_000 {
            ran = ran.failed();
            assert_eq!(ran.failures(), ["zoe"]);
        }
        cloud.run(BILL).done();

        let documents = cloud.files("invoices");
        assert_eq!(documents.len(), 6, "{documents:?}");
        let zoe = cloud.run("bill --format json --month 2013-08 -t zoe").done().bill_of("zoe");
        assert_eq!((zoe.lines().len(), zoe.total()), (60, "3.00"));
        assert_eq!(cloud.outcome(), ["invoice committed"; 6], "{length}: {ran:#?}");
    }
}
