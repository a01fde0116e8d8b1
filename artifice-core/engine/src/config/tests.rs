//! Whole files: the samples that are the reference, and files with mistakes.

mod gnocchi;
mod openstack;

use std::fs;

use super::*;

fn load(yaml: &str) -> Result<Config, String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("c.yaml");
    fs::write(&file, yaml).unwrap();
    Config::load(&file).map_err(|error| error.to_string().replace(&*file.to_string_lossy(), "c.yaml"))
}

#[test]
fn the_reference_files_are_correct() {
    let config = Config::load(Path::new("../../config/artifice.yaml")).unwrap();
    let OwnPrices { names, list } = config.load_prices().unwrap();
    assert_eq!(names.of("m1.nano"), "VM instance, size nano");
    assert!(list.is_some());
    assert_eq!(config.main.invoice_object.unwrap().to_string(), "billing.csv_invoice:Csv");
}

#[test]
fn every_commented_default_of_the_reference_is_the_default() {
    let reference = fs::read_to_string("../../config/artifice.yaml").unwrap();
    let bare = Config::load(Path::new("../../config/artifice.yaml")).unwrap();
    let keys = [
        "region:",
        "timezone:",
        "settle:",
        "memory:",
        "slice:",
        "max_gap:",
        "zero_lines:",
        "time_slice:",
        "missing:",
        "ignore_region:",
    ];
    let uncomment = |line: &str| match keys.iter().find(|key| line.trim_start().starts_with(&format!("# {key}"))) {
        Some(_) => line.replacen("# ", "", 1),
        None => line.to_owned(),
    };
    let spelt_out: Vec<String> = reference.lines().map(uncomment).collect();
    assert_eq!(spelt_out.iter().zip(reference.lines()).filter(|(a, b)| a.as_str() != *b).count(), keys.len());
    let spelt_out = load(&spelt_out.join("\n")).unwrap();
    assert_eq!(format!("{:?}", spelt_out.main), format!("{:?}", bare.main));
    assert_eq!((spelt_out.entries, spelt_out.locations), (bare.entries, bare.locations));
    assert_eq!(spelt_out.rates.missing_is_zero, bare.rates.missing_is_zero);
    assert_eq!(format!("{:?}", spelt_out.rates.rules), format!("{:?}", bare.rates.rules));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let error = load(
        "main:\n  timezone: Mars/Olympus\n  curency: NZD\n  settle: soon\n  memory: 1MB\n\
         source:\n  kind: fil\ndatabase:\n  url: 'sqlite::memory:'\nrates:\n  missing: maybe\nplugin: {}\n",
    );
    let error = error.unwrap_err();
    let places: Vec<&str> = error.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "c.yaml:2:13",
            "c.yaml:3:3",
            "c.yaml:4:11",
            "c.yaml:5:11",
            "c.yaml:7:3",
            "c.yaml:7:9",
            "c.yaml:9:8",
            "c.yaml:11:12",
            "c.yaml:12:1"
        ],
        "{error}"
    );
    assert!(
        error.contains("did you mean 'currency'?")
            && error.contains("did you mean 'plugins'?")
            && error.contains("did you mean 'file'?")
    );
}

#[test]
fn the_originals_places_are_read() {
    let config = load(
        "main:\n  invoice:object: billing.csv_invoice:Csv\ninvoice_object:\n  delimiter: ','\n  rates:\n    file: r.csv\n    name: n.csv\n",
    )
    .unwrap();
    assert!(config.rates.file.unwrap().ends_with("r.csv") && config.rates.names.unwrap().ends_with("n.csv"));
    assert!(config.rates.rules.ignore_region);
    assert_eq!(config.invoice, serde_json::json!({ "delimiter": "," }));
    // Empty ones are none.
    let config = load("invoice:config:\n  rates: {file: '', name: ''}\n").unwrap();
    assert!(config.rates.file.is_none() && !config.rates.rules.ignore_region);
    assert!(load("invoice:config: {}\ninvoice_object: {}\n").unwrap_err().contains("keep one of the two"));
}

#[test]
fn a_backends_configuration_may_name_variables() {
    let config = load("invoice:config:\n  a: [{b: '<${CARGO_PKG_NAME}>'}]\n").unwrap();
    assert_eq!(config.invoice, serde_json::json!({ "a": [{ "b": "<artifice-engine>" }] }));
    assert!(!format!("{config:?}").contains("<artifice-engine>"), "it may be a password");
    assert!(
        load("invoice:config:\n  a: '${ARTIFICE_NOT_SET}'\n")
            .unwrap_err()
            .starts_with("c.yaml:2:6: invoice:config.a: the environment variable")
    );
}

#[test]
fn a_file_that_is_not_there_or_not_text_says_what_to_do() {
    let error = Config::load(Path::new("/nowhere/artifice.yaml")).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/artifice.yaml: ") && error.contains("-c or ARTIFICE_CONFIG"), "{error}");
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("c.yaml"), b"main:\n  regi\xffon: x\n").unwrap();
    let error = Config::load(&directory.path().join("c.yaml")).unwrap_err().to_string();
    assert!(error.ends_with("c.yaml:2:7: not UTF-8; save the file in that encoding"), "{error}");
}

#[test]
fn a_ledger_on_postgresql_is_named_by_its_address_or_by_the_originals_keys() {
    let database = |yaml: &str| load(yaml).map(|config| format!("{} {:?}", config.database, config.database));
    let shown = |name: &str| Ok(format!("{name} {name}"));
    let address = "database: {url: 'postgres://bill:pa%2Fss@db.example.org:5433/ledger?sslmode=require'}";
    assert_eq!(database(address), shown("postgres://bill@db.example.org:5433/ledger"));
    let original =
        "database:\n  database: artifice\n  host: localhost\n  password: aurynn\n  port: '5433'\n  username: aurynn\n";
    assert_eq!(database(original), shown("postgres://aurynn@localhost:5433/artifice"));
    assert_eq!(
        database("database: {database: ledger, host: /run/postgresql, username: bill}"),
        shown("postgres://bill@/run/postgresql:5432/ledger")
    );
}

#[test]
fn mistakes_in_the_ledgers_place_name_the_key_and_no_password() {
    let error = |yaml: &str| load(yaml).unwrap_err();
    for (yaml, says) in [
        ("database: {url: 'mysql://x'}", "c.yaml:1:17: database.url: write sqlite://FILE"),
        ("database: {url: 'postgres://u:secret@h:port/x'}", "c.yaml:1:17: database.url: this is not an address"),
        ("database: {url: 'postgres://u:secret@h'}", "c.yaml:1:17: database.url: the database is missing"),
        ("database: {url: 'postgres://u:secret@h/x?passwd=secret'}", "there is no parameter 'passwd'"),
        ("database: {url: 'postgres://u:secret@h/x?sslmod=require'}", "did you mean 'sslmode'?"),
        ("database: {url: 'postgres://u:secret@h/x?sslmode=bogus'}", "a value behind '?'"),
        ("database: {url: 'postgres://u%00:secret@h/x'}", "this is not an address"),
        ("database: {host: h, password: secret}", "database.database is missing"),
        ("database: {database: d, port: many}", "c.yaml:1:31: database.port: 'many' is not a port"),
        ("database: {database: d, port: 99999}", "'99999' is not a port"),
        ("database: {url: 'sqlite://x', host: h}", "so database.host has no place"),
        ("database: {database: d, hots: h}", "did you mean 'host'?"),
        ("database: {database: d, password: secret, password_file: f}", "the same as password; keep one of the two"),
        ("database: {database: d, password_file: f}", "name a file that can be read"),
        ("database: {url_file: f}", "name a file that can be read"),
    ] {
        let error = error(yaml);
        assert!(error.contains(says) && !error.contains("secret"), "{yaml}: {error}");
    }
}
