//! `source: {kind: ceilometer}`. Where the cloud is, and who asks it, stands in `openstack:`.

use artifice_settings::{Map, Node};

use crate::openstack::settings::OpenStack;
use crate::source::{Around, SourceKind, SourceSettings};

/// The default of `limit`: some five megabytes.
const LIMIT: usize = 5000;
/// The least `limit`: with fewer, nearly every answer is full.
const LEAST_LIMIT: usize = 10;

/// The kind of source.
pub struct Kind;

/// Its settings.
#[derive(Debug, Clone)]
pub struct CeilometerSettings {
    /// Where the cloud is, and who asks it.
    pub cloud: OpenStack,
    /// `limit`: how many samples are asked for at a time.
    pub limit: usize,
}

impl SourceKind for Kind {
    fn name(&self) -> &'static str {
        "ceilometer"
    }

    fn asks_a_cloud(&self, _: &Node<'_>) -> bool {
        true
    }

    fn read(&self, section: &mut Map<'_>, around: &Around<'_>) -> Option<Box<dyn SourceSettings>> {
        let limit = |text: &str| match text.parse::<usize>() {
            Ok(limit) if limit >= LEAST_LIMIT => Ok(limit),
            _ => Err(format!("'{text}' is not a number of samples from 10 on; write for example {LIMIT}")),
        };
        let limit = section.parse("limit", limit).unwrap_or(LIMIT);
        let cloud = around.openstack.clone()?;
        Some(Box::new(CeilometerSettings { cloud, limit }))
    }
}
