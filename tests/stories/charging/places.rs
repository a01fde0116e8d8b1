//! Where something is: the region, unless hosts are mapped.

use artifice_tests::{Cloud, Counter, Vm};
use serde_json::Value;

const AUGUST: &str = "--month 2013-08";

fn traffic(cloud: &Cloud) {
    for nic in ["1", "2", "3"] {
        let counter = Counter::of("demo", &format!("nic-{nic}"), "network.outgoing.bytes");
        let counted = counter.counts("2013-08-10T09:00:00", &[0, 600_000_000_000]);
        cloud.meter(counted.replace("akl-1", &format!("compute-{nic}")));
    }
}

#[test]
fn a_hypervisor_is_no_place_of_business() {
    let cloud = Cloud::new();
    cloud.unset("datacenters");
    cloud.set("rates", "{cards: card.yaml}");
    cloud.write(
        "card.yaml",
        "prices:\n- {service: network.outgoing.bytes, per: GB, tiers: graduated, \
         steps: [{to: 1000, price: 0.12}, {price: 0.08}]}\n",
    );
    traffic(&cloud);
    // 1000 × 0.12 + 800 × 0.08, wherever the instances run.
    let billed = cloud.bill(AUGUST).done();
    assert_eq!(
        (billed.bill_of("demo").total(), billed.bill_of("demo").all("location")),
        ("184.00", vec!["default"; 3])
    );
}

#[test]
fn hosts_that_nothing_maps_are_told() {
    let cloud = Cloud::new();
    cloud.set("datacenters", "{compute-1: akl, compute-2: wlg}");
    traffic(&cloud);
    let told = "`datacenters:` does not map 1 host (compute-3), so each is a location of its own";
    let mut locations = cloud.usage(AUGUST).done().says(told).bill_of("demo").0["lines"].clone();
    let mut locations: Vec<Value> =
        locations.as_array_mut().unwrap().iter().map(|line| line["location"].clone()).collect();
    locations.sort_by_key(Value::to_string);
    assert_eq!(locations, ["akl", "compute-3", "wlg"]);
}

#[test]
fn an_entry_says_first_where_its_samples_are() {
    let cloud = Cloud::new();
    let entry = "meter: network.outgoing.bytes, section: Network, aggregate: increase, location: '{metadata.host}'";
    cloud.set("meters", &format!("[{{{entry}}}]"));
    cloud.unset("datacenters");
    traffic(&cloud);
    assert_eq!(cloud.usage(AUGUST).done().bill_of("demo").all("location"), ["compute-1", "compute-2", "compute-3"]);
}

#[test]
fn prices_for_hosts_are_told_when_the_configuration_is_loaded() {
    let cloud = Cloud::new();
    cloud.unset("datacenters");
    cloud.write("rates.csv", "akl-1 | m1.nano | hour | 0.07\n* | m1.nano | hour | 0.05\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 10));
    let told = "no sample can be where these prices are for: 'akl-1' (";
    for command in ["config check", "usage --month 2013-08", "bill --month 2013-08"] {
        cloud.run(command).done().says(told).says("set `datacenters:`, or `location` of the entries");
    }
    cloud.set("datacenters", "{akl-*: akl-1}");
    cloud.run("config check").done().says_not("no sample can be");
}

#[test]
fn in_the_original_s_form_a_host_is_its_own_location() {
    use artifice_tests::openstack::{Identity, OpenStack};
    let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
    openstack.project("demo", "Demo");
    openstack.meter(Vm::of("demo", "vm").active("2013-08-05", 10));
    openstack.serve(&cloud);
    for section in ["datacenters", "source", "rates"] {
        cloud.unset(section);
    }
    cloud.set("invoice:config", "{output_path: ./invoices, rates: {file: rates.csv}}");
    assert_eq!(cloud.usage(AUGUST).done().bill_of("demo").all("location"), ["akl-1"]);
    // Where it has left that form, everything is in the region.
    cloud.set("source", "{kind: ceilometer}");
    assert_eq!(cloud.usage(AUGUST).done().bill_of("demo").all("location"), ["default"]);
}
