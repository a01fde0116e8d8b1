//! The original's two configuration files, as they are: they name no rates.

use artifice_tests::Cloud;
use artifice_tests::openstack::{Identity, PASSWORD};

use super::{AUGUST, DEMO, running};

/// It loads, previews without prices, and a bill says what is missing and leaves nothing.
#[track_caller]
fn loads(cloud: &Cloud, file: &str) {
    cloud.write("artifice.yaml", file);
    cloud.run("config check --online").done().says("there are neither rates.file nor rates.cards");
    let shown = cloud.usage(&format!("-t demo {AUGUST}")).failed().bill_of(DEMO);
    assert_eq!((shown.all("quantity"), &shown.0["total"]), (vec!["10"], &serde_json::Value::Null));
    cloud.bill(&format!("-t demo {AUGUST}")).failed().says("no prices are configured; name a rates file in rates.file");
    assert!(cloud.statements().is_empty() && cloud.files("invoices").is_empty());
}

#[test]
fn the_one_of_its_readme() {
    let (cloud, openstack) = running(Identity::V2);
    let (keystone, ceilometer) = (openstack.keystone.url(), openstack.ceilometer.url());
    let database = cloud.originals_database();
    loads(
        &cloud,
        &format!(
            "database: {database}\n\
             invoice:config:\n  delimiter: ','\n  output_file: '%(tenant)s-%(start)s-%(end)s.csv'\n  output_path: ./invoices\n\
             \x20 row_layout:\n    - location\n    - type\n    - start\n    - end\n    - amount\n    - cost\n\
             main:\n  invoice:object: billing.csv_invoice:Csv\n\
             openstack:\n  authentication_url: {keystone}\n  ceilometer_url: {ceilometer}\n  default_tenant: service\n\
             \x20 password: {PASSWORD}\n  username: billing\n"
        ),
    );
}

#[test]
fn the_one_of_its_example() {
    let (cloud, openstack) = running(Identity::V2);
    let (keystone, ceilometer) = (openstack.keystone.url(), openstack.ceilometer.url());
    let database = cloud.originals_database();
    loads(
        &cloud,
        &format!(
            "ceilometer:\n  host: {ceilometer}/\ndatabase: {database}\n\
             invoice_object:\n  delimiter: ','\n  output_file: '%(tenant)s-%(start)s-%(end)s.csv'\n  output_path: ./invoices\n\
             \x20 rates:\n    file:\n    name:\n\
             main:\n  invoice:object: billing.csv_invoice:Csv\n\
             openstack:\n  authentication_url: {keystone}/v2.0\n  default_tenant: service\n  password: {PASSWORD}\n\
             \x20 username: billing\n"
        ),
    );
}
