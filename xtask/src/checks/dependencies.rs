//! Dependencies point one way:
//! `cli, web → core → model, plugin-host → plugin-api ← plugins`.

use super::manifest::{self, For};
use super::source::Source;

const MODEL: &str = "artifice-model";
const CORE: &str = "artifice-core";
const API: &str = "artifice-plugin-api";
const HOST: &str = "artifice-plugin-host";
const TESTKIT: &str = "artifice-plugin-testkit";

/// Which crates of the workspace a directory's crates may depend on; their tests may also use the
/// second list. The first directory that fits decides.
const RULES: [(&str, &[&str], &[&str]); 12] = [
    (MODEL, &[], &[]),
    ("plugin-api", &[], &[]),
    ("plugin-host", &[API], &[]),
    ("plugin-testkit", &[API, HOST], &[]),
    ("plugins/", &[API], &[HOST, TESTKIT]),
    (CORE, &[MODEL, HOST], &[]),
    ("artifice-cli", &[CORE, MODEL, HOST, TESTKIT], &[]),
    ("artifice-web", &[CORE, MODEL, HOST], &[]),
    ("tests/backends/", &[API], &[]),
    ("benches/backends/", &[API], &[]),
    ("xtask", &[], &[]),
    // Whatever is new is told here first what it may depend on.
    ("", &[], &[]),
];

/// Directories whose crates may depend on every other: the stories and the benches see what a user
/// sees, and more.
const FREE: [&str; 2] = ["tests", "benches"];

/// Every dependency that points the other way.
pub fn check(sources: &[Source]) -> Vec<String> {
    let manifests = || sources.iter().filter(|source| source.path.ends_with("Cargo.toml"));
    let own: Vec<&str> = manifests().filter_map(|source| manifest::package(&source.text)).collect();
    let mut found = Vec::new();
    for source in manifests() {
        let directory = source.path.trim_end_matches("Cargo.toml").trim_end_matches('/');
        let Some((_, building, testing)) = RULES.iter().find(|(start, ..)| directory.starts_with(start)) else {
            continue;
        };
        if FREE.contains(&directory) {
            continue;
        }
        for dependency in manifest::dependencies(&source.text) {
            let name = dependency.name.as_str();
            let allowed =
                building.contains(&name) || (dependency.needed_for == For::Testing && testing.contains(&name));
            if own.contains(&name) && !allowed {
                let (path, line) = (&source.path, dependency.line);
                found.push(format!("{path}:{line}: {directory} may not depend on {name}; dependencies point one way"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(directory: &str, name: &str, rest: &str) -> Source {
        let text = format!("[package]\nname = \"{name}\"\n{rest}");
        Source { path: format!("{directory}/Cargo.toml"), text }
    }

    #[test]
    fn only_what_points_the_other_way_is_found() {
        let found = check(&[
            manifest("artifice-model", MODEL, "[dependencies]\nserde = \"1\"\nartifice-core.workspace = true\n"),
            manifest("artifice-core", CORE, "[dependencies]\nartifice-model.workspace = true\n"),
            manifest("plugin-host", HOST, ""),
            manifest("plugins/odoo", "artifice-odoo", "[dev-dependencies]\nartifice-plugin-host.workspace = true\n"),
            manifest("tests", "artifice-tests", "[dependencies]\nartifice-core.workspace = true\n"),
        ]);
        let expected =
            "artifice-model/Cargo.toml:5: artifice-model may not depend on artifice-core; dependencies point one way";
        assert_eq!(found, [expected]);
    }
}
