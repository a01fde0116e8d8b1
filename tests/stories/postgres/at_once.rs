//! Many workers on one server.

use artifice_tests::{Cloud, Ran, Vm};

use super::AUGUST;

#[test]
fn eight_bills_of_sixty_tenants_at_once_get_in_each_others_way_nowhere() {
    let cloud = Cloud::new();
    for tenant in 0..60 {
        cloud.meter(Vm::of(&format!("tenant-{tenant}"), "vm").active("2013-08-05", 2));
    }
    cloud.run("db migrate").done();

    let start = |_| cloud.command(&format!("bill --format json {AUGUST}")).spawn().unwrap();
    let running: Vec<_> = (0..8).map(start).collect();
    for child in running {
        let ran = Ran::new("one of eight".to_owned(), child.wait_with_output().unwrap()).done();
        assert_eq!(ran.bills().len(), 60);
    }

    assert_eq!(cloud.statuses(), ["committed"; 60]);
    assert_eq!(cloud.files("invoices").len(), 60);
    let mut db = cloud.db();
    assert_eq!(db.number("SELECT max(number) FROM invoice_number"), 60);
    // A change of state and a storing for the same tenant would wait for each other, if they did not
    // wait for the tenant first.
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(db.number(deadlocks), 0);
}
