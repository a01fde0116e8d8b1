//! A cloud, as a configuration says where it is.

use std::any::Any;
use std::path::Path;

use artifice_collect::sources::ceilometer::CeilometerSettings;
use artifice_engine::config::fuzzing;

use crate::seal::PASSWORD;

/// A cloud whose Keystone is at that path.
pub fn cloud(path: &str) -> CeilometerSettings {
    // A text of JSON's is one of YAML's.
    let password = serde_json::json!(PASSWORD);
    let text = format!(
        "openstack:\n  authentication_url: https://keystone.example.org/{path}\n  \
         ceilometer_url: https://ceilometer.example.org\n  default_tenant: service\n  username: billing\n  \
         password: {password}\nsource: {{kind: ceilometer, limit: 10}}\n"
    );
    let config = fuzzing::config(Path::new("artifice.yaml"), text).unwrap();
    let source = config.source.unwrap();
    let source: &dyn Any = &*source;
    source.downcast_ref::<CeilometerSettings>().unwrap().clone()
}
