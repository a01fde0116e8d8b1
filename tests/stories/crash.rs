//! Whatever dies, and whenever: nothing is billed twice, and nothing is lost.
//!
//! `cargo xtask test --crash` runs only these stories: those of this module, and the ones named `crash` that
//! belong to one of the databases. `ARTIFICE_CRASHES` says how many crashes at random instants there are,
//! `ARTIFICE_CRASH_SEED` repeats the one that failed.

pub mod check;
pub mod disk;
mod late;
mod places;
pub mod random;
mod scenarios;

use artifice_tests::{Cloud, Ran, Vm};

pub const BILL: &str = "bill --month 2013-08";
pub const ADJUST: &str = "bill --adjust --month 2013-08";
pub const VOID: &str = "statement void 1 --reason mistake";

/// What a tenant owes for what [`meter`] meters; and for what [`meter_late`] does, too.
pub const CHARGE: &str = "1.20";
pub const LATE_CHARGE: &str = "1.70";

/// 24 hours of a machine.
pub fn meter(cloud: &Cloud, tenant: &str) {
    cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-05", 24));
}

/// 10 more hours of it, of which nobody had heard.
pub fn meter_late(cloud: &Cloud, tenant: &str) {
    cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-10", 10));
}

/// Runs a command until there is nothing left to do for it. A fault of the backend's that waited for its turn
/// may still stop it a few times; a statement that is held, or is not any more, stops it for good.
#[track_caller]
pub fn finish(cloud: &Cloud, command: &str) -> Ran {
    let mut ran = cloud.run(command);
    for _ in 0..4 {
        if ran.status == Some(0) || [" held", "no statement"].iter().any(|text| ran.err.contains(text)) {
            return ran;
        }
        assert_eq!(ran.status, Some(1), "{ran:#?}");
        ran = cloud.run(command);
    }
    panic!("it does not end: {ran:#?}");
}
