//! The configuration file.

use std::fs;

use artifice_tests::{Cloud, Ran, Vm};

use super::{check, cloud, goes_wrong};

#[test]
fn a_configuration_that_is_missing_is_named() {
    let cloud = Cloud::new();
    fs::remove_file(cloud.path("artifice.yaml")).unwrap();
    for command in
        ["bill --month 2013-08", "usage --month 2013-08", "config check", "statement list", "plugin list", "db status"]
    {
        check(cloud.run(command), 2, &["artifice.yaml", "name the configuration with -c"]);
    }
    assert!(!cloud.has_ledger());
}

#[test]
fn who_names_no_configuration_is_told_every_place_that_was_looked_at() {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(artifice_tests::artifice());
    command.current_dir(&nowhere).env_remove("ARTIFICE_CONFIG").args(["usage", "--month", "2013-08"]);
    let ran = Ran::of(&mut command).refused().says_one_line();
    for text in ["./artifice.yaml", "/etc/artifice/artifice.yaml", "/etc/openstack/artifice.conf", "ARTIFICE_CONFIG"] {
        assert!(ran.err.contains(text), "{text}: {ran:?}");
    }
}

#[test]
fn to_check_makes_no_ledger() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    let before = files_of(&cloud);
    cloud.run("config check --online").done().says("no ledger yet; the first bill makes it");
    assert!(!cloud.has_ledger());
    assert_eq!(files_of(&cloud), before);
    cloud.bill("--month 2013-08").done();
    let before = files_of(&cloud);
    cloud.run("config check --online").done().says_not("no ledger yet");
    assert_eq!(files_of(&cloud), before);
}

fn files_of(cloud: &Cloud) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(cloud.as_ref()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn the_mistakes_of_all_files_and_of_the_backend_are_told_at_once() {
    let cloud = cloud();
    cloud.set("rates", "{file: rates.csv, names: names.csv, cards: [card.yaml, none.yaml]}");
    cloud.set("invoice:config", "{output_path: ./invoices, delimitter: ';'}").set("mainn", "{}");
    cloud.write("rates.csv", "* | m1.nano | hour | 0,05\n").write("names.csv", "m1.nano\n");
    cloud.write("card.yaml", "prices:\n  - {service: a, per: hour, prize: 1}\n");
    let ran = cloud.run("config check").refused();
    for text in
        ["mainn: there is no such key", "rates.csv:1:", "names.csv:1:", "card.yaml:2:", "none.yaml", "delimitter"]
    {
        let line = ran.err.lines().find(|line| line.contains(text));
        assert!(line.is_some_and(|line| line.starts_with("error: ")), "{text}\n{}", ran.err);
    }
    // What is right says nothing, also where something else is wrong.
    cloud.set("invoice:config", "{output_path: ./invoices}").set("rates", "{file: rates.csv}");
    cloud.write("rates.csv", "* | m1.nano | hour | 0.05\n");
    let ran = cloud.run("config check").refused().says_one_line();
    assert!(ran.err.contains("mainn"), "{ran:?}");
}

/// Adds something to the good configuration, and looks at what is said.
#[track_caller]
fn with(added: &str, says: &[&str]) {
    let cloud = cloud();
    let good = cloud.read("artifice.yaml");
    cloud.write("artifice.yaml", format!("{good}{added}"));
    goes_wrong(&cloud, 2, says);
    check(cloud.run("config check"), 2, says);
}

/// The same with one of its lines, which all have a section each, replaced.
#[track_caller]
fn instead(section: &str, says: &[&str]) {
    let cloud = cloud();
    let (key, value) = section.split_once(": ").unwrap();
    cloud.set(key, value);
    goes_wrong(&cloud, 2, says);
}

#[test]
fn what_is_not_yaml_is_named_with_its_place() {
    with("plugins: [1, 2\n", &["artifice.yaml:", "not valid YAML"]);
    with("\tplugins: 1\n", &["artifice.yaml:6:", "not valid YAML"]);
    with("plugins: 'x\n", &["artifice.yaml:", "not valid YAML"]);
    with("just words\n", &["artifice.yaml:", "not valid YAML"]);
}

#[test]
fn a_key_that_stands_twice_is_a_mistake() {
    with("main: {}\n", &["artifice.yaml:", "duplicate entry with key \"main\""]);
    instead("main: {currency: NZD, currency: EUR}", &["artifice.yaml:3:", "duplicate entry with key \"currency\""]);
}

#[test]
fn a_key_that_is_unknown_is_a_mistake_with_the_nearest_known_one() {
    with("plugin: {path: x}\n", &["artifice.yaml:6:1: plugin: there is no such key", "'plugins'"]);
    instead("rates: {fiel: rates.csv}", &["artifice.yaml:4:9: rates.fiel: there is no such key", "'file'"]);
    instead(
        "main: {invoice:object: billing.csv_invoice:Csv, currncy: NZD}",
        &["artifice.yaml:3:49: main.currncy: there is no such key; did you mean 'currency'?"],
    );
}

#[test]
fn a_key_that_the_backend_does_not_know_is_a_mistake_at_its_place() {
    let cloud = cloud();
    cloud.set("invoice:config", "{output_path: ./invoices, outputfile: x, hedaer: true}");
    for command in ["bill --month 2013-08", "config check"] {
        let said = [
            "artifice.yaml:2:43: invoice:config.outputfile: billing.csv_invoice:Csv has no such key; did you mean 'output_file'?",
            "artifice.yaml:2:58: invoice:config.hedaer: billing.csv_invoice:Csv has no such key; did you mean 'header'?",
        ];
        check(cloud.run(command), 2, &said);
    }
}

#[test]
fn a_value_that_is_wrong_is_a_mistake_at_its_place() {
    for (value, says) in [
        ("timezone: Mars/Olympus", "Mars/Olympus"),
        ("timezone: [UTC]", "a text is expected"),
        ("currency: XXZ", "XXZ"),
        ("currency: Nzd", "Nzd"),
        ("settle: soon", "'soon' is not a duration"),
        ("settle: -2h", "'-2h' is not a duration"),
        ("memory: lots", "'lots' is not a size"),
        ("memory: 1MB", "too little"),
        ("zero_lines: maybe", "'maybe' is not known here"),
    ] {
        let key = value.split(':').next().unwrap();
        instead(&format!("main: {{{value}}}"), &["artifice.yaml:3:", &format!("main.{key}: "), says]);
    }
    instead("source: {kind: fiel, path: x}", &["artifice.yaml:5:16: source.kind: 'fiel' is not known here", "'file'"]);
    instead("source: {path: x}", &["artifice.yaml:5:", "kind is missing"]);
    instead("source: {kind: file}", &["artifice.yaml:5:", "path is missing"]);
    instead("database: {url: mysql://x}", &["artifice.yaml:1:17: database.url: write sqlite://FILE"]);
    instead("rates: {file: rates.csv, missing: never}", &["artifice.yaml:4:35: rates.missing: 'never' is not known"]);
}

#[test]
fn several_mistakes_are_reported_at_once_in_their_order() {
    let cloud = cloud();
    cloud.set("main", "{currency: Money, timezone: Mars/Olympus}").set("rates", "{fiel: x}").set("plugins", "5");

    let ran = cloud.bill("--month 2013-08").refused();

    let places = ["artifice.yaml:3:", "main.currency", "main.timezone", "artifice.yaml:4:", "artifice.yaml:5:"]
        .map(|text| ran.err.find(text).unwrap_or_else(|| panic!("{text}: {ran:#?}")));
    assert!(places.is_sorted(), "{ran:#?}");
    assert_eq!(ran.err.lines().count(), 4, "{ran:#?}");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    instead(
        "database: {url: 'sqlite://${ARTIFICE_NO_SUCH_VARIABLE}'}",
        &["artifice.yaml:1:17", "ARTIFICE_NO_SUCH_VARIABLE"],
    );
}

#[test]
fn a_configuration_that_is_no_text_is_said_to_be_none() {
    let cloud = cloud();
    cloud.write("artifice.yaml", b"main: {}\n\xff\xfe\n");
    goes_wrong(&cloud, 2, &["artifice.yaml:2:1: not UTF-8"]);
    fs::remove_file(cloud.path("artifice.yaml")).unwrap();
    fs::create_dir(cloud.path("artifice.yaml")).unwrap();
    goes_wrong(&cloud, 2, &["artifice.yaml", "directory"]);
}

#[test]
fn what_aliases_stand_for_counts_as_the_files_length() {
    let much = format!("x: &x {}\ny: [{}]\n", "z".repeat(1000), vec!["*x"; 2000].join(", "));
    with(&much, &["artifice.yaml:7:", "with what the aliases up to here stand for", "more than 1000000 bytes"]);
}

#[test]
fn a_configuration_that_never_ends_is_not_read() {
    let cloud = cloud();
    fs::remove_file(cloud.path("artifice.yaml")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", cloud.path("artifice.yaml")).unwrap();
    check(cloud.run("config check"), 2, &["artifice.yaml", "no regular file"]);
    instead("database: {url_file: /dev/zero}", &["database.url_file", "no regular file"]);
}
