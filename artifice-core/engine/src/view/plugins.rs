//! The backends there are.

use std::path::PathBuf;

use artifice_plugin_host::{ClassInfo, Found};
use serde_json::{Value, json};

/// The backends that were found, and where.
pub fn document(directories: &[PathBuf], found: &[Found]) -> Value {
    json!({ "directories": directories, "plugins": found.iter().map(plugin).collect::<Vec<_>>() })
}

fn plugin(found: &Found) -> Value {
    match &found.library {
        Ok(library) => {
            let class = |class: &ClassInfo| {
                json!({
                    "name": format!("{}:{}", library.module_name(), class.name),
                    "version": class.version.as_str(),
                    "description": class.description.as_str(),
                })
            };
            let classes: Vec<_> = library.classes().iter().map(class).collect();
            json!({ "file": found.path, "hidden": found.hidden, "interface": library.interface(), "classes": classes, "error": null })
        }
        Err(error) => {
            json!({ "file": found.path, "hidden": found.hidden, "interface": null, "classes": [], "error": error.to_string() })
        }
    }
}
