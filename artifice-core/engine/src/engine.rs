//! The engine itself. What it does stands in its wings.

use std::sync::Arc;

use crate::config::Config;

/// The commands' work, for one configuration.
#[derive(Debug, Clone)]
pub struct Engine {
    config: Arc<Config>,
}

impl Engine {
    /// An engine for a configuration.
    pub fn new(config: Config) -> Engine {
        Engine { config: Arc::new(config) }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }
}
