//! What is seen of a source that answers.

use std::path::Path;

use artifice_engine::Observation;

use super::count::many;

/// What is seen of a source that answers.
pub fn observation(observation: &Observation) -> String {
    match observation {
        Observation::LoggedIn { identity, keystone, region, metering } => {
            let region = region.as_ref().map(|region| format!(", region {region}")).unwrap_or_default();
            format!("logged in at {keystone} as {identity}{region}; metering is at {metering}")
        }
        Observation::Tenants { known, chosen } if known == chosen => format!("{} to be billed", many(*known, "tenant")),
        Observation::Tenants { known, chosen } => {
            format!("{}, of whom {chosen} to be billed (openstack.tenants)", many(*known, "tenant"))
        }
    }
}

/// A file with secrets in it that anybody may read.
pub fn open_secret(file: &Path) -> String {
    let file = file.display();
    format!("{file}: anybody on this machine may read it, and there is a secret in it; `chmod o-r {file}`")
}
