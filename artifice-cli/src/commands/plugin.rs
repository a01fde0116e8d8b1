//! `artifice plugin`: the backends there are.

use std::path::Path;

use artifice_plugin_host::{Found, Libraries, SearchPath};

use super::open::load;
use crate::args::{PluginCommand, TableOrJson};
use crate::ending::{CommandError, Ending};
use crate::output::{print, print_json, table};
use crate::say;
use artifice_engine::view;

/// Without a configuration, the directories that need none are listed.
pub fn run(file: Option<&Path>, command: PluginCommand) -> Result<Ending, CommandError> {
    let PluginCommand::List { format } = command;
    let configured = file.map(load).transpose()?.map(|config| config.plugin_path).unwrap_or_default();
    let path = SearchPath::new(&configured);
    let found = path.list(&Libraries(path.clone()));
    match format {
        TableOrJson::Json => {
            print_json(&format!("{:#}\n", view::plugins::document(path.directories(), &found)))?;
        }
        TableOrJson::Table => {
            let rows = found.iter().flat_map(rows).collect();
            print(&table(&["Backend", "Version", "File", "What it is"], rows))?;
        }
    }
    if found.is_empty() {
        let directories: Vec<_> = path.directories().iter().map(|path| path.display().to_string()).collect();
        say::note(&format!("no backends in {}", directories.join(", ")));
    }
    Ok(Ending::Done)
}

fn rows(found: &Found) -> Vec<Vec<String>> {
    let file = found.path.display().to_string();
    let hidden = if found.hidden { " (not used: an earlier directory has this file, too)" } else { "" };
    match &found.module {
        Ok(module) => module
            .classes
            .iter()
            .map(|class| {
                let name = format!("{}:{}", module.name, class.name);
                vec![name, class.version.to_string(), file.clone(), format!("{}{hidden}", class.description)]
            })
            .collect(),
        Err(error) => vec![vec!["(broken)".to_owned(), String::new(), file, format!("{error}{hidden}")]],
    }
}
