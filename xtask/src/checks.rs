//! Style as a test: the rules of the house that no compiler and no clippy knows.

mod circles;
mod dependencies;
mod floats;
mod leftovers;
mod manifest;
mod mask;
mod paths;
mod source;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Result, failed};
use crate::run::{Workspace, capture};
use source::Source;

/// Looks through the whole project. Fails with every place that breaks a rule, as `file:line: what`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let sources = sources(&workspace.root)?;
    let mut found = Vec::new();
    for check in [floats::check, leftovers::check, dependencies::check, paths::check, circles::check] {
        found.extend(check(&sources));
    }
    if found.is_empty() { Ok(()) } else { Err(Failure(found.join("\n"))) }
}

/// The project's text files: what git tracks or would track; without git, all but what is built.
fn sources(root: &Path) -> Result<Vec<Source>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let mut paths: Vec<String> = match capture(&mut git) {
        Ok(listed) if listed.code == Some(0) => listed.stdout.split_terminator('\0').map(str::to_owned).collect(),
        _ => walk(root)?,
    };
    paths.sort();
    paths.dedup();
    // A file that git tracks may be gone, and one that is no text says nothing.
    let read = |path: String| fs::read_to_string(root.join(&path)).ok().map(|text| Source { path, text });
    Ok(paths.into_iter().filter_map(read).collect())
}

fn walk(root: &Path) -> Result<Vec<String>> {
    let (mut found, mut directories) = (Vec::new(), vec![root.to_owned()]);
    while let Some(directory) = directories.pop() {
        let cannot = |why: std::io::Error| failed(directory.display(), &why);
        for entry in fs::read_dir(&directory).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let (path, name) = (entry.path(), entry.file_name());
            if entry.file_type().map_err(cannot)?.is_dir() {
                if name != ".git" && name != "target" {
                    directories.push(path);
                }
            } else if let Ok(inside) = path.strip_prefix(root) {
                let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
                found.push(parts.join("/"));
            }
        }
    }
    Ok(found)
}
