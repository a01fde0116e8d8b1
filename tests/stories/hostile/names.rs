//! What tenants write into metering, and what they call themselves.

use std::sync::Mutex;

use artifice_tests::killing::for_all;
use artifice_tests::openstack::{Identity, OpenStack};
use artifice_tests::{Cloud, Vm};
use serde_json::{Value, json};

use super::{long, signs, told, wrong};

/// Where in a sample a text stands.
const FIELDS: [&str; 17] = [
    "/project_id",
    "/resource_id",
    "/counter_name",
    "/counter_type",
    "/counter_unit",
    "/counter_volume",
    "/timestamp",
    "/message_id",
    "/user_id",
    "/source",
    "/resource_metadata",
    "/resource_metadata/host",
    "/resource_metadata/display_name",
    "/resource_metadata/status",
    "/resource_metadata/event_type",
    "/resource_metadata/flavor",
    "/resource_metadata/flavor/name",
];

/// All that shows something of metering or of a bill, for people and for programs.
const COMMANDS: [&str; 17] = [
    "-vv usage --month 2013-08 --explain",
    "--log-format json -v usage --month 2013-08 --format json --explain",
    "usage --month 2013-08 --format csv",
    "bill --month 2013-08 --dry-run",
    "-v bill --month 2013-08",
    "--log-format json -vv bill --month 2013-08 --adjust --format json",
    "statement list",
    "statement list --format json",
    "statement show 1",
    "statement show 1 --format json",
    "statement explain 1",
    "statement explain 1 --format json",
    "history --month 2013-08",
    "history --month 2013-08 --format csv",
    "history --month 2013-08 --by tenant,resource,service,location",
    "history --month 2013-08 --by tenant,resource --format json",
    "db verify --backend",
];

/// A sample with a text somewhere.
fn with(sample: &str, field: &str, text: &str) -> String {
    let mut sample: Value = serde_json::from_str(sample).unwrap();
    let (parent, key) = field.rsplit_once('/').unwrap();
    if sample.pointer(parent).is_none() {
        sample["resource_metadata"]["flavor"] = json!({ "name": "m1.nano" });
    }
    sample.pointer_mut(parent).unwrap()[key] = text.into();
    format!("{sample}\n")
}

#[test]
fn no_field_of_a_sample_does_harm_where_it_is_shown() {
    let texts = [("signs", signs()), ("length", long())];
    let cases: Vec<_> =
        FIELDS.iter().flat_map(|field| texts.iter().map(move |(kind, text)| (*field, *kind, text))).collect();
    let found = Mutex::new(Vec::new());
    for_all(&cases, 3, |(field, kind, text)| {
        let cloud = Cloud::new();
        // Also what has no price is shown.
        cloud.set("rates", "{file: rates.csv, missing: zero}");
        cloud.unset("datacenters");
        for sample in Vm::of("demo", "vm").active("2013-08-05", 3).lines() {
            cloud.meter(with(sample, field, text));
        }
        cloud.meter(Vm::of("demo", "other").active("2013-08-05", 3));
        for arguments in COMMANDS {
            let ran = cloud.run(arguments);
            found.lock().unwrap().extend(wrong(&format!("{kind} in {field}"), &ran));
        }
    });
    told("samples", cases.len(), COMMANDS.len(), &found.into_inner().unwrap());
}

#[test]
fn a_tenants_name_is_shown_without_harm_and_said_exactly_in_json() {
    let mut found = Vec::new();
    for (kind, text) in [("signs", signs()), ("length", long())] {
        let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
        openstack.project("0123456789abcdef0123456789abcdef", &text).project("other", "other");
        let vm = |tenant: &str| Vm::of(tenant, "vm").named(&text).active("2013-08-05", 3);
        openstack.meter(vm("0123456789abcdef0123456789abcdef")).meter(vm("other"));
        openstack.serve(&cloud);
        for arguments in COMMANDS {
            let ran = cloud.run(arguments);
            found.extend(wrong(&format!("{kind} in a tenant's name"), &ran));
            if arguments.contains("usage") && arguments.contains("json") {
                assert_eq!(ran.json()["tenants"][0]["tenant"]["name"], *text, "JSON says it exactly");
            }
        }
        let mut named = cloud.command("-v usage --month 2013-08 -t");
        found.extend(wrong(
            "a tenant's name that is asked for",
            &artifice_tests::Ran::of(named.arg(format!("x{text}"))),
        ));
    }
    told("tenants", 2, COMMANDS.len() + 1, &found);
}

#[test]
fn a_files_name_and_what_is_wrong_in_it_are_shown_without_harm() {
    let mut found = Vec::new();
    let name = signs().replace('/', "").chars().take(60).collect::<String>();
    for content in
        [format!("{{\"{}\": 1}}\n", signs().escape_default()), signs(), long(), "[{\"x\u{1b}\": 1".to_owned()]
    {
        let cloud = Cloud::new();
        cloud.set("source", "{kind: file, path: 'in/*'}");
        cloud.write(&format!("in/{name}"), &content);
        cloud.write("rates.csv", format!("* | {} | hour | x\n", signs()));
        cloud.write(&format!("plugins/lib{name}.so"), &content);
        cloud.set("plugins", "{path: plugins}");
        for arguments in
            ["-vv usage --month 2013-08", "config check", "rates list", "plugin list", "plugin list --format json"]
        {
            found.extend(wrong("files", &cloud.run(arguments)));
        }
    }
    told("files", 4, 5, &found);
}

#[test]
fn names_and_prices_are_shown_without_harm() {
    let mut found = Vec::new();
    for text in [signs(), long()] {
        let cloud = Cloud::new();
        let one_line = text.replace(['\n', '\r', '|', '\u{2028}', '\u{2029}', '\u{85}'], " ");
        cloud.write("rates.csv", format!("* | m1.nano | hour | 0.05\n* | {one_line} | hour | 0.05\n"));
        cloud.write("names.csv", format!("m1.nano | {one_line}\n"));
        cloud.set("rates", "{file: rates.csv, names: names.csv}");
        cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 3));
        for arguments in COMMANDS.into_iter().chain(["rates list", "rates list --format json", "config check"]) {
            found.extend(wrong("rates and names", &cloud.run(arguments)));
        }
        cloud.set("fees", &format!("[{{service: {}}}]", json!(text)));
        found.extend(wrong("a mistake in a configuration", &cloud.run("config check")));
        let key = json!(text).to_string();
        cloud.set(&key, "1");
        found.extend(wrong("a key that there is not", &cloud.run("config check")));
    }
    told("rates, names and settings", 4, COMMANDS.len() + 3, &found);
}
