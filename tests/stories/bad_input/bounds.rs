//! Small inputs that stand for gigabytes, or for no end: they are read within bounds, or refused.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use artifice_tests::memory::with_addresses;
use artifice_tests::{Cloud, Ran, Vm};

use super::{check, cloud};

/// So many addresses are enough for anything that is read within `main.memory`.
const ADDRESSES: u64 = 1_500_000_000;
const AUGUST: &str = "usage --month 2013-08";

fn bounded(cloud: &Cloud, arguments: &str) -> Ran {
    Ran::of(&mut with_addresses(ADDRESSES, &cloud.command(arguments)))
}

/// Metadata in which each of many values has a long key before it.
fn nested(letters: usize, values: usize) -> String {
    let values: Vec<String> = (0..values).map(|value| format!("\"{value}\":1")).collect();
    format!("\"resource_metadata\":{{\"{}\":{{{}}},", "k".repeat(letters), values.join(","))
}

#[test]
fn metadata_takes_no_more_than_it_is_long() {
    let cloud = Cloud::new();
    let plain = Vm::of("demo", "vm-1").active("2013-08-05", 1);
    let hostile = plain.replace("\"resource_metadata\":{", &nested(50_000, 20_000));
    // The same message with another name: which of the two counts is decided by all of their metadata.
    let other = hostile
        .replace("vm-1\",\"host", "other\",\"host")
        .replace("\"display_name\":\"vm-1\"", "\"display_name\":\"other\"");
    assert!(hostile.len() > 400_000 && other != hostile);
    cloud.meter(format!("{hostile}{other}"));
    let previewed = bounded(&cloud, AUGUST).done();
    assert!(previewed.out.contains("0.05"), "{previewed:#?}");
    assert_eq!(bounded(&cloud, "bill --format json --month 2013-08").done().bill_of("demo").total(), "0.05");
}

#[test]
fn a_text_of_megabytes_is_no_id_and_no_name() {
    let cloud = Cloud::new();
    let samples = Vm::of("demo", "vm-1").named("LONG").active("2013-08-05", 1);
    cloud.meter(samples.replace("LONG", &"n".repeat(1 << 20)));
    check(bounded(&cloud, AUGUST), 1, &["samples.ndjson:1:1: its display_name has 1048576 bytes"]);
}

#[test]
fn a_long_key_over_many_others_costs_once() {
    let cloud = cloud();
    let below: Vec<String> = (0..50_000).map(|key| format!("a{key}: 1")).collect();
    cloud.set("limits", &format!("{{? {} : {{{}}}}}", "k".repeat(300_000), below.join(", ")));
    check(bounded(&cloud, "config check"), 2, &["limits.kkkkkk", "…: there is no such key"]);
}

#[test]
fn of_thousands_of_conflicts_some_are_told() {
    let cloud = cloud();
    let prices = "  - {service: m1.nano, per: hour, price: 1}\n".repeat(20_000);
    cloud.write("card.yaml", format!("prices:\n{prices}")).set("rates", "{cards: [card.yaml]}");
    let ran = bounded(&cloud, AUGUST).refused();
    assert!(ran.err.contains("the price at ") && ran.err.lines().count() < 100, "{}", ran.err.len());
}

#[test]
fn what_never_begins_or_never_ends_is_not_waited_for() {
    let cloud = cloud();
    assert!(Command::new("mkfifo").arg(cloud.path("pipe")).status().unwrap().success());
    for (place, says) in [("pipe", "it is no regular file"), ("/dev/zero", "it is no regular file")] {
        for rates in ["file", "names", "cards"] {
            cloud.set("rates", &format!("{{{rates}: {place}}}"));
            check(bounded(&cloud, AUGUST), 2, &[place, says]);
        }
    }
    cloud.unset("rates");
    for (place, says) in [("pipe", "nobody writes to this pipe"), ("/dev/zero", "neither a file nor a pipe")] {
        cloud.set("source", &format!("{{kind: file, path: {place}}}"));
        check(bounded(&cloud, AUGUST), 2, &[place, says]);
    }
}

#[test]
fn links_that_lead_round_are_named() {
    let cloud = cloud();
    fs::create_dir_all(cloud.path("deep")).unwrap();
    for link in ["one", "two", "three"] {
        symlink(".", cloud.path("deep").join(link)).unwrap();
    }
    cloud.set("source", "{kind: file, path: 'deep/**/*.json'}");
    check(bounded(&cloud, AUGUST), 2, &["deep/**/*.json", "leads back to"]);
    symlink("itself", cloud.path("itself")).unwrap();
    cloud.set("source", "{kind: file, path: itself}");
    check(bounded(&cloud, AUGUST), 2, &["itself", "symbolic links"]);
}

#[test]
fn a_tax_or_a_minimum_that_no_bill_can_hold_is_named_with_its_place() {
    let cloud = cloud();
    cloud.set("rates", "{file: rates.csv, cards: [card.yaml]}");
    let large = "9".repeat(30);
    cloud.write("card.yaml", format!("taxes:\n  - {{name: GST, percent: '{large}'}}\n"));
    check(bounded(&cloud, AUGUST), 2, &["card.yaml:2:26: taxes[0].percent: '999", "more than a bill can hold"]);
    cloud.write("card.yaml", format!("minimum: '{large}'\n"));
    check(bounded(&cloud, AUGUST), 2, &["card.yaml:1:10: minimum: '999", "more than a bill can hold"]);
    cloud.write("card.yaml", format!("taxes:\n  - {{name: GST, percent: '{}'}}\n", &large[..22]));
    cloud.write("rates.csv", format!("* | m1.nano | hour | {}\n", &large[..15]));
    bounded(&cloud, AUGUST).failed().says("the tax 'GST' of").says("correct the card");
}
