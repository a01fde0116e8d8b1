//! More than a thousand projects, read at once: compared with a script that reads the same answers and does nothing with them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use artifice_tests::real::{MANY, RealCloud};
use artifice_tests::{Cloud, Counter, Vm, Volume};

const SEPTEMBER: &str = "--month 2013-09";
/// Of each of those who have anything.
const HOURS: u32 = 300;

/// A month in which every second project has a machine, a disk and traffic; and how many samples that are.
fn month(real: &RealCloud) -> (String, usize) {
    let tenants = (0..MANY).step_by(2).map(|number| real.project(&format!("many-{number}")).to_owned());
    let of = |tenant: String| {
        let counts: Vec<u64> = (0..10).map(|count| count * 1_000_000).collect();
        [
            Vm::of(&tenant, &format!("vm-{tenant}")).active("2013-09-02", HOURS),
            Volume::of(&tenant, &format!("disk-{tenant}")).sized(10, "2013-09-03", HOURS / 3),
            Counter::of(&tenant, &format!("nic-{tenant}"), "network.outgoing.bytes").counts("2013-09-04", &counts),
        ]
        .concat()
    };
    let all: String = tenants.map(of).collect();
    let count = all.lines().count();
    (all, count)
}

#[test]
fn of_a_thousand_projects_each_sample_is_moved_once() {
    let (real, cloud) = (RealCloud::shared(), Cloud::new());
    let (samples, count) = month(real);
    // A server of its own: what it has is nobody else's.
    let ceilometer = real.another_ceilometer();
    ceilometer.meter(&samples);
    cloud.set("source", "{kind: ceilometer}");
    cloud.set("openstack", &real.section("billing", &format!(", ceilometer_url: '{}'", ceilometer.url())));

    let begin = Instant::now();
    let script = ceilometer.read_by_script(&real.keystone, "2013-09-01T00:00:00", "2013-10-01T00:00:00");
    let took_script = begin.elapsed();
    let begin = Instant::now();
    let ran = cloud.run(&format!("-v usage --format json {SEPTEMBER}")).done();
    let took = begin.elapsed();

    let shown: BTreeMap<String, u32> =
        ran.bills().iter().map(|bill| (bill.tenant().to_owned(), u32::try_from(bill.lines().len()).unwrap())).collect();
    assert_eq!(shown.len(), usize::try_from(MANY / 2).unwrap());
    let moved = ran.err.split(" samples").next().unwrap().rsplit(' ').next().unwrap().parse::<usize>().unwrap();
    assert_eq!(script, count, "the script reads all there is");
    println!("{count} samples; moved {moved}; the script {took_script:?}, artifice {took:?}: {}", ran.err);
    // Of each full answer one second comes again, and in that second there is a sample of every tenant.
    assert!(moved <= count * 3 / 2, "{moved} of {count}");
    assert!(took < Duration::from_secs(300));
}
