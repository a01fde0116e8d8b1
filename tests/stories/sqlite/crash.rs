//! No room for the ledger's own file: it loses nothing and doubles nothing, and goes on when there is room.

use std::fs;

use artifice_tests::disk::SmallDisk;
use artifice_tests::killing::for_each;
use artifice_tests::{Cloud, Erp, Ran};

use super::all::crash::check::Check;
use super::all::crash::disk::{ended_clearly, skipped};
use super::all::crash::{BILL, CHARGE, meter};

const ENOUGH: u32 = 10_000;
/// Fewer than there are tenants.
const WORKERS: usize = 2;

#[test]
fn a_disk_that_is_full_of_the_ledger_stops_it_until_there_is_room() {
    let cloud = Cloud::new();
    if let Err(why) = SmallDisk::at(&cloud.path("small"), ENOUGH) {
        return skipped("a full disk for the ledger", &why);
    }
    // How much room there is beside a ledger without statements: none, up to almost enough. And none for the
    // ledger itself.
    let mut rooms: Vec<Option<u32>> = (0..=24).map(|step| Some(step * 20)).collect();
    rooms.push(None);
    let failed = std::sync::atomic::AtomicUsize::new(0);
    for_each(
        &rooms,
        2,
        |room| format!("{room:?} kB"),
        |room| {
            failed.fetch_add(usize::from(is_full_of_the_ledger(*room)), std::sync::atomic::Ordering::Relaxed);
        },
    );
    println!("{} sizes of a disk, {} of them too small", rooms.len(), failed.into_inner());
}

fn is_full_of_the_ledger(room: Option<u32>) -> bool {
    let tenants = ["aroha", "bob", "carol", "dave"].map(str::to_owned);
    let cloud = Cloud::new();
    tenants.iter().for_each(|tenant| meter(&cloud, tenant));
    let _ = Erp::of(&cloud, "");
    cloud.set("main", &format!("{{invoice:object: test.misbehaving:Erp, workers: {WORKERS}}}"));
    cloud.set("database", "{url: sqlite://small/ledger.db}");
    let disk = SmallDisk::at(&cloud.path("small"), ENOUGH).unwrap();
    let run = |arguments: &str| Ran::of(&mut disk.command(&cloud.command(arguments)));
    match room {
        None => disk.resize(60),
        Some(room) => {
            run("db migrate").done();
            disk.resize(disk.used_kilobytes() + room);
        }
    }

    let ran = ended_clearly(run(BILL));
    if ran.status != Some(0) {
        // It would be the same for everybody: it is said of those under way, and once for the run.
        assert!(ran.err.contains("there is no room left on its disk"), "{ran:#?}");
        assert!(ran.err.matches("error: ").count() <= WORKERS + 1, "{ran:#?}");
    }

    disk.resize(ENOUGH);
    run(BILL).done();
    disk.copy_to(&cloud.path("now"));
    drop(disk);
    fs::rename(cloud.path("now/ledger.db"), cloud.path("ledger.db")).unwrap();
    cloud.set("database", "{url: sqlite://ledger.db}");
    cloud.is_billed_once(&tenants, CHARGE);
    ran.status != Some(0)
}
