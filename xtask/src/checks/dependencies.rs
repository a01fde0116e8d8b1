//! Dependencies point one way:
//! `cli, web → engine → collect, ledger → settings → model` and `engine → plugin-host → plugin-api ← plugins`; what
//! makes texts harmless is below all of them.
//! And what a crate is alone to know, it alone depends on: SQL, servers, YAML, libraries, terminals.

use super::manifest::{self, Dependency, For};
use super::source::Source;

const MODEL: &str = "artifice-model";
const SETTINGS: &str = "artifice-settings";
const COLLECT: &str = "artifice-collect";
const LEDGER: &str = "artifice-ledger";
const ENGINE: &str = "artifice-engine";
const API: &str = "artifice-plugin-api";
const HOST: &str = "artifice-plugin-host";
const TEXT: &str = "artifice-text";
const TESTKIT: &str = "artifice-plugin-testkit";

/// Which crates of the workspace a directory's crates may depend on; their tests may also use the
/// second list. The first directory that fits decides.
const RULES: [(&str, &[&str], &[&str]); 16] = [
    ("artifice-core/text", &[], &[]),
    ("artifice-core/model", &[], &[]),
    ("artifice-core/settings", &[MODEL, TEXT], &[]),
    ("artifice-core/collect", &[SETTINGS, MODEL, TEXT], &[]),
    ("artifice-core/ledger", &[SETTINGS, MODEL, TEXT], &[]),
    ("artifice-core/engine", &[COLLECT, LEDGER, SETTINGS, MODEL, HOST, TEXT], &[]),
    ("plugin-api", &[TEXT], &[]),
    ("plugin-host", &[API, TEXT], &[]),
    ("plugin-testkit", &[API, HOST], &[]),
    ("plugins/", &[API], &[HOST, TESTKIT]),
    ("artifice-cli", &[ENGINE, LEDGER, MODEL, HOST, TEXT, TESTKIT], &[]),
    ("artifice-web", &[ENGINE, LEDGER, MODEL, HOST, TEXT], &[]),
    ("tests/backends/", &[API], &[]),
    ("benches/backends/", &[API], &[]),
    ("xtask", &[], &[]),
    // Whatever is new is told here first what it may depend on.
    ("", &[], &[]),
];

/// Whose crates of others' making are theirs alone: the crates, where they may be used, and what is kept there by that.
const KEPT: [(&[&str], &[&str], &str); 11] = [
    (&["sqlx"], &["artifice-core/ledger"], "SQL is the ledger's"),
    (&["reqwest"], &["artifice-core/collect", "plugins/openerp"], "servers are asked by sources and by backends"),
    (
        &["rustls"],
        &["artifice-core/collect", "artifice-core/ledger", "plugins/openerp"],
        "certificates are explained by who talks to a server",
    ),
    (&["postcard", "memchr", "flate2", "zstd"], &["artifice-core/collect"], "samples are read by collect"),
    (&["saphyr-parser", "serde_yaml", "yaml_serde"], &["artifice-core/settings"], "YAML is the settings'"),
    (
        &["num-bigint", "num-integer", "num-rational", "num-traits"],
        &["artifice-core/model"],
        "arithmetic is the model's",
    ),
    (&["chrono-tz"], &["artifice-core/model", "plugins/csv-invoice"], "local time is the model's, and a backend's own"),
    (&["libloading", "object"], &["plugin-host"], "libraries are loaded by plugin-host"),
    (&["abi_stable"], &["plugin-api", "plugin-host", "tests/backends"], "a layout's checks are plugin-api's"),
    (
        &["clap", "clap_complete", "comfy-table", "tracing-subscriber", "whoami"],
        &["artifice-cli"],
        "the terminal is the command's",
    ),
    (&["syn", "proc-macro2"], &["xtask"], "Rust is read by xtask"),
];

/// Directories whose crates may depend on everything: the stories and the benches see what a user
/// sees, and more.
const FREE: [&str; 4] = ["tests", "tests/fuzz", "tests/fuzz/openerp", "benches"];

/// Every dependency that points the other way, or is another crate's alone.
pub fn check(sources: &[Source]) -> Vec<String> {
    let manifests = || sources.iter().filter(|source| source.path.ends_with("Cargo.toml"));
    let own: Vec<&str> = manifests().filter_map(|source| manifest::package(&source.text)).collect();
    let mut found = Vec::new();
    for source in manifests() {
        let directory = source.path.trim_end_matches("Cargo.toml").trim_end_matches('/');
        if FREE.contains(&directory) {
            continue;
        }
        for dependency in manifest::dependencies(&source.text) {
            let name = dependency.name.as_str();
            let why =
                if own.contains(&name) { why_not_own(directory, &dependency) } else { why_not_kept(directory, name) };
            if let Some(why) = why {
                found.push(format!("{}:{}: {directory} may not depend on {name}; {why}", source.path, dependency.line));
            }
        }
    }
    found
}

/// Why a directory's crates may not depend on one of the workspace.
fn why_not_own(directory: &str, dependency: &Dependency) -> Option<&'static str> {
    let (_, building, testing) = RULES.iter().find(|(start, ..)| directory.starts_with(start))?;
    let name = dependency.name.as_str();
    let allowed = building.contains(&name) || (dependency.needed_for == For::Testing && testing.contains(&name));
    (!allowed).then_some("dependencies point one way")
}

/// Why a directory's crates may not depend on one of others' making.
fn why_not_kept(directory: &str, name: &str) -> Option<&'static str> {
    let (_, places, why) = KEPT.iter().find(|(names, ..)| names.contains(&name))?;
    (!places.iter().any(|start| directory.starts_with(start))).then_some(*why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(directory: &str, name: &str, rest: &str) -> Source {
        let text = format!("[package]\nname = \"{name}\"\n{rest}");
        Source { path: format!("{directory}/Cargo.toml"), text }
    }

    fn on(names: &[&str]) -> String {
        let lines = names.iter().map(|name| format!("{name}.workspace = true\n"));
        format!("[dependencies]\n{}", lines.collect::<String>())
    }

    #[test]
    fn what_points_the_right_way_passes() {
        let found = check(&[
            manifest("artifice-core/model", MODEL, &on(&["chrono-tz", "num-bigint", "serde"])),
            manifest("artifice-core/settings", SETTINGS, &on(&[MODEL, "saphyr-parser"])),
            manifest("artifice-core/collect", COLLECT, &on(&[SETTINGS, MODEL, "reqwest", "zstd"])),
            manifest("artifice-core/ledger", LEDGER, &on(&[SETTINGS, MODEL, "sqlx"])),
            manifest("artifice-core/engine", ENGINE, &on(&[COLLECT, LEDGER, SETTINGS, MODEL, HOST])),
            manifest("plugin-api", API, &on(&["abi_stable"])),
            manifest("plugin-host", HOST, &on(&[API, "libloading", "abi_stable"])),
            manifest("plugins/odoo", "artifice-odoo", "[dev-dependencies]\nartifice-plugin-host.workspace = true\n"),
            manifest("artifice-cli", "artifice-cli", &on(&[ENGINE, "clap"])),
            manifest("tests", "artifice-tests", &on(&[LEDGER, COLLECT, "sqlx", "zstd"])),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn what_points_the_other_way_is_found() {
        let all = [MODEL, SETTINGS, COLLECT, LEDGER, ENGINE, API, HOST];
        let own = all.map(|name| manifest("tests", name, ""));
        for (directory, name) in [
            ("artifice-core/model", SETTINGS),
            ("artifice-core/settings", LEDGER),
            ("artifice-core/collect", LEDGER),
            ("artifice-core/ledger", COLLECT),
            ("artifice-core/ledger", ENGINE),
            ("artifice-core/engine", API),
            ("artifice-core/collect", HOST),
            ("plugin-api", MODEL),
            ("plugin-host", MODEL),
            ("plugins/csv-invoice", HOST),
            ("artifice-cli", COLLECT),
            ("xtask", MODEL),
            ("artifice-new", MODEL),
        ] {
            let planted = manifest(directory, "planted", &on(&["serde", name]));
            let mut sources = vec![planted];
            sources.extend(own.iter().map(|source| Source { path: source.path.clone(), text: source.text.clone() }));
            let expected =
                format!("{directory}/Cargo.toml:5: {directory} may not depend on {name}; dependencies point one way");
            assert_eq!(check(&sources), [expected]);
        }
    }

    #[test]
    fn what_is_kept_is_used_at_its_place_only() {
        for (names, places, why) in KEPT {
            for name in names {
                for place in places {
                    assert_eq!(check(&[manifest(place, "right", &on(&[name]))]), [""; 0]);
                }
                let expected =
                    format!("artifice-core/engine/Cargo.toml:4: artifice-core/engine may not depend on {name}; {why}");
                assert_eq!(check(&[manifest("artifice-core/engine", "planted", &on(&[name]))]), [expected]);
            }
        }
    }
}
