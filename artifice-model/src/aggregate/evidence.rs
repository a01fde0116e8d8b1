//! What a volume rests on: kept with the lines it is charged in, for whoever asks where they come from.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What is known of the samples behind a volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How many samples of this service and location were considered, repetitions left out.
    pub samples: u64,
    /// The first of them.
    pub first: Option<Timestamp>,
    /// The last of them.
    pub last: Option<Timestamp>,
}
