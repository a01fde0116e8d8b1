//! The recorded week, served over HTTP.

use std::fs::File;
use std::io::Read;

use artifice_tests::openstack::{Faults, Identity, OpenStack};
use artifice_tests::{Cloud, workspace};

use super::{AUGUST, DEMO};

const RECORDING: &str = "../shared/recordings/ceilometer-2013/samples.ndjson.gz";
const RATES: &str =
    "* | m1.nano | hour | 0.05\n* | volume.size | GB per hour | 1\n* | storage.objects.size | GB per hour | 0.001\n";

/// The week's bills from the file, and a cloud that serves the same samples.
fn recorded_week(identity: Identity) -> Option<(Cloud, OpenStack)> {
    let recording = workspace().join(RECORDING);
    let Ok(file) = File::open(&recording) else {
        println!("skipped: the recording {RECORDING} is not there");
        return None;
    };
    let cloud = Cloud::new();
    cloud.write("rates.csv", RATES);
    cloud.set("source", &format!("{{kind: file, path: '{}'}}", recording.display()));
    let mut samples = String::new();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut samples).unwrap();
    let openstack = OpenStack::new(identity);
    openstack.meter(&samples);
    Some((cloud, openstack))
}

/// Each tenant's bill from the file is the one that comes over HTTP.
fn same_bill(identity: Identity, faults: Faults, source: &str) {
    let Some((cloud, openstack)) = recorded_week(identity) else { return };
    let from_file = cloud.usage(AUGUST).done();
    assert_eq!(from_file.bill_of(DEMO).total(), "21.57");

    openstack.serve(&cloud);
    cloud.set("source", source);
    if faults.token_lasts.is_some() {
        // With several requests under way one would have to be lucky to get a token that still lasts.
        cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, workers: 1}");
    }
    openstack.faults(faults);
    let served = cloud.usage(AUGUST).done();
    assert_eq!(served.json(), from_file.json());

    let billed = cloud.bill(AUGUST).done();
    let previews: Vec<_> = billed.bills().iter().map(artifice_tests::Bill::preview).collect();
    assert_eq!(previews, from_file.bills());
    assert_eq!(cloud.files("invoices").len(), 3);
}

#[test]
fn it_gives_the_same_bill_as_from_the_file() {
    same_bill(Identity::V3, Faults::default(), "{kind: ceilometer}");
}

#[test]
fn it_gives_the_same_bill_with_the_identity_api_of_its_time() {
    same_bill(Identity::V2, Faults::default(), "{kind: ceilometer}");
}

#[test]
fn it_gives_the_same_bill_a_few_samples_at_a_time() {
    same_bill(Identity::V3, Faults::default(), "{kind: ceilometer, limit: 150}");
}

#[test]
fn it_gives_the_same_bill_from_a_server_that_knows_no_limit() {
    same_bill(Identity::V2, Faults { unknown_limit: true, ..Faults::default() }, "{kind: ceilometer}");
}

#[test]
fn it_gives_the_same_bill_from_a_server_that_ignores_limit_and_time() {
    let ignores = vec!["limit", "timestamp"];
    same_bill(Identity::V3, Faults { ignores, ..Faults::default() }, "{kind: ceilometer, limit: 10}");
}

#[test]
fn it_gives_the_same_bill_while_tokens_run_out() {
    same_bill(Identity::V3, Faults { token_lasts: Some(2), ..Faults::default() }, "{kind: ceilometer}");
}

#[test]
fn one_tenant_of_it_is_billed_by_name() {
    let Some((cloud, openstack)) = recorded_week(Identity::V3) else { return };
    openstack.project(DEMO, "demo").project("4cb54495d7784d3dbd61db9d7adf955f", "admin");
    openstack.serve(&cloud);

    let billed = cloud.bill("-t demo --month 2013-08").done();

    assert_eq!((billed.bills().len(), billed.bill_of(DEMO).total()), (1, "21.57"));
    assert_eq!(cloud.files("invoices"), ["demo-2013-08-01-2013-09-01.csv"]);
    assert_eq!(openstack.asked_with("q.value").iter().filter(|value| value.starts_with("4cb5")).count(), 0);
}
