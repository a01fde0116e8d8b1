//! The backends there are.

use std::path::PathBuf;

use artifice_plugin_host::{ClassInfo, Found};
use serde_json::{Value, json};

/// The backends that were found, and where.
pub fn document(directories: &[PathBuf], found: &[Found]) -> Value {
    json!({ "directories": directories, "plugins": found.iter().map(plugin).collect::<Vec<_>>() })
}

fn plugin(found: &Found) -> Value {
    match &found.module {
        Ok(module) => {
            let class = |class: &ClassInfo| {
                json!({
                    "name": format!("{}:{}", module.name, class.name),
                    "version": class.version.as_str(),
                    "description": class.description.as_str(),
                })
            };
            let classes: Vec<_> = module.classes.iter().map(class).collect();
            json!({ "file": found.path, "hidden": found.hidden, "interface": module.interface, "classes": classes, "error": null })
        }
        Err(error) => {
            json!({ "file": found.path, "hidden": found.hidden, "interface": null, "classes": [], "error": error.to_string() })
        }
    }
}
