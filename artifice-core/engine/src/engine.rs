//! The engine itself. What it does stands in its wings.

use std::sync::Arc;

use artifice_ledger::{Act, Author};

use crate::clock::now;
use crate::config::Config;

/// The commands' work, for one configuration, on somebody's behalf.
#[derive(Debug, Clone)]
pub struct Engine {
    config: Arc<Config>,
    author: Arc<Author>,
}

impl Engine {
    /// An engine for a configuration. What it changes, it changes on the author's behalf.
    pub fn new(config: Config, author: Author) -> Engine {
        Engine { config: Arc::new(config), author: Arc::new(author) }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is done now: on whose behalf, and when.
    pub(crate) fn act(&self) -> Act<'_> {
        Act { author: &self.author, at: now() }
    }
}
