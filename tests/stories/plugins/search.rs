//! Where backends are looked for.

use std::fs;

use artifice_tests::{Cloud, Ran, plugin};

use super::{CSV, cloud};

fn good() -> Vec<u8> {
    fs::read(plugin("billing_csv_invoice")).unwrap()
}

#[test]
fn a_backend_that_is_nowhere_is_said_with_all_the_places() {
    let cloud = cloud();
    cloud.set("main", "{invoice:object: acme.nowhere:Erp}");
    let mut command = cloud.command("bill --month 2013-08");

    let refused = Ran::of(command.env("ARTIFICE_PLUGIN_PATH", "/one:/two")).refused().says_one_line();

    let refused = refused.says("no libacme_nowhere.so for the module 'acme.nowhere'");
    let places = [cloud.path("plugins").to_str().unwrap(), "/one", "/two", "/usr/lib/artifice/plugins"]
        .map(|place| refused.err.find(place).unwrap_or_else(|| panic!("{place}: {refused:?}")));
    assert!(places.is_sorted(), "{refused:?}");
}

#[test]
fn the_first_file_found_decides_even_if_it_is_bad() {
    let cloud = cloud();
    cloud.set("plugins", "{path: [first, second]}");
    cloud.write(&format!("first/{CSV}"), "not a library\n").write(&format!("second/{CSV}"), good());

    cloud.bill("--month 2013-08").refused().says_one_line().says(&format!("first/{CSV}"));

    fs::remove_file(cloud.path(&format!("first/{CSV}"))).unwrap();
    cloud.bill("--month 2013-08").done();
}

/// Whether a bill works that finds the first file where `bad` is, and the second where `good` is.
fn uses(cloud: &Cloud, variable: &str) -> Ran {
    let paths = std::env::join_paths(variable.split(':').map(|name| cloud.path(name))).unwrap();
    Ran::of(cloud.command("bill --format json --month 2013-08").env("ARTIFICE_PLUGIN_PATH", paths))
}

#[test]
fn the_configured_directories_come_before_the_environments() {
    let cloud = cloud();
    cloud.write(&format!("bad/{CSV}"), "not a library\n").write(&format!("good/{CSV}"), good());

    cloud.set("plugins", "{path: bad}");
    uses(&cloud, "good").refused().says(&format!("bad/{CSV}"));
    cloud.set("plugins", "{path: elsewhere}");
    uses(&cloud, "bad:good").refused().says(&format!("bad/{CSV}"));
    uses(&cloud, "good:bad").done();
    cloud.set("plugins", "{path: good}");
    uses(&cloud, "bad").done();
}

#[test]
fn the_environments_directories_come_before_the_executables() {
    let cloud = cloud();
    cloud.write(&format!("bad/{CSV}"), "not a library\n");
    uses(&cloud, "bad").refused().says(&format!("bad/{CSV}"));
}

#[test]
fn the_list_of_backends_shows_broken_and_hidden_ones() {
    let cloud = cloud();
    cloud.set("plugins", "{path: [first, second]}");
    cloud.write(&format!("first/{CSV}"), "not a library\n").write(&format!("second/{CSV}"), good());
    cloud.write("second/libacme_cut.so", &good()[..100_000]).write("second/notes.txt", "no library");

    let listed = cloud.run("plugin list --format json").done().json();

    let plugins = listed["plugins"].as_array().unwrap();
    let find = |name: &str| {
        let path = cloud.path(name);
        plugins.iter().find(|plugin| plugin["file"].as_str() == path.to_str()).unwrap_or_else(|| panic!("{name}"))
    };
    let broken = find(&format!("first/{CSV}"));
    assert!(broken["error"].as_str().unwrap().contains("not a shared library"), "{broken}");
    let hidden = find(&format!("second/{CSV}"));
    assert_eq!((&hidden["hidden"], &hidden["error"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(hidden["classes"][0]["name"], "billing.csv_invoice:Csv");
    assert!(find("second/libacme_cut.so")["error"].as_str().unwrap().contains("truncated"));
    let beside = plugins.iter().find(|plugin| plugin["classes"][0]["name"] == "test.misbehaving:Erp").unwrap();
    assert_eq!((beside["classes"].as_array().unwrap().len(), &beside["classes"][0]["version"]), (2, &"1.2.3".into()));

    let table = cloud.run("plugin list").done().out;
    for word in ["(broken)", "not used: an earlier directory has this file", "test.misbehaving:Closed", "truncated"] {
        assert!(table.contains(word), "{word}: {table}");
    }
}
