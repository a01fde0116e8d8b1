//! As much of a `Cargo.toml` as it takes to see what a crate depends on.

/// In which way a crate depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// To be built.
    Building,
    /// To be tested.
    Testing,
}

/// A crate that another depends on.
#[derive(Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The crate's own name.
    pub name: String,
    /// What it is needed for.
    pub needed_for: For,
    /// Where it says so.
    pub line: usize,
}

/// The name of a manifest's crate; none if it has no `[package]`.
pub fn package(text: &str) -> Option<&str> {
    let mut lines = text.lines().skip_while(|line| line.trim() != "[package]").skip(1);
    let name = lines.by_ref().take_while(|line| !line.starts_with('[')).find_map(|line| value(line, "name"))?;
    Some(name)
}

/// What a manifest says that its crate depends on.
pub fn dependencies(text: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut section: Option<For> = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        let line = index + 1;
        if let Some(header) = trimmed.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or_default();
            // [dependencies], [target.'cfg(unix)'.dev-dependencies], or [dependencies.NAME].
            let (mut needed_for, mut own_section) = (None, None);
            for part in header.split('.') {
                match (needed_for, part) {
                    (None, "dependencies" | "build-dependencies") => needed_for = Some(For::Building),
                    (None, "dev-dependencies") => needed_for = Some(For::Testing),
                    (Some(needed_for), name) => own_section = Some((needed_for, name)),
                    _ => {}
                }
            }
            // What stands in [workspace.dependencies] is only offered.
            let offered = header.starts_with("workspace");
            section = if offered || own_section.is_some() { None } else { needed_for };
            if let Some((needed_for, name)) = own_section.filter(|_| !offered) {
                found.push(Dependency { name: name.trim_matches(['"', '\'']).to_owned(), needed_for, line });
            }
        } else if let (Some(needed_for), Some((key, rest))) = (section, trimmed.split_once('=')) {
            let key = key.trim().split('.').next().unwrap_or_default().trim_matches('"');
            // A crate may be used under another name.
            let name = rest.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1)).unwrap_or(key);
            if !key.starts_with('#') {
                found.push(Dependency { name: name.to_owned(), needed_for, line });
            }
        }
    }
    found
}

fn value<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    line.trim().strip_prefix(key)?.trim_start().strip_prefix('=')?.trim().strip_prefix('"')?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_depend_is_seen() {
        let text = "[workspace.dependencies]\nno = \"1\"\n[package]\nname = \"a\"\n[dependencies]\n# c = 1\nb.workspace = true\n\
                    c = { package = \"d\", version = \"1\" }\n\n[dependencies.e]\nversion = \"1\"\n\
                    [target.'cfg(unix)'.dev-dependencies]\nf = \"1\"\n[features]\ng = []\n";
        assert_eq!(package(text), Some("a"));
        let found: Vec<_> = dependencies(text).into_iter().map(|d| (d.name, d.needed_for, d.line)).collect();
        let expected =
            [("b", For::Building, 7), ("d", For::Building, 8), ("e", For::Building, 10), ("f", For::Testing, 13)];
        assert_eq!(found, expected.map(|(name, needed_for, line)| (name.to_owned(), needed_for, line)));
    }
}
