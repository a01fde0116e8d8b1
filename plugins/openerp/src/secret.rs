//! A password or an API key: something that no error and no log contains.

use std::fmt;

use artifice_plugin_api::text::{self, Mask};

/// A password or an API key. It prints as `***`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps a secret.
    pub fn new(secret: String) -> Self {
        text::know(&secret);
        Secret(secret)
    }

    /// The secret itself, for the request that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// A text without the secret, should it be in it, however it is written: servers repeat what they were sent.
    pub fn hide_in(&self, said: &str) -> String {
        Mask::of([self.0.as_str()]).hide(said).into_owned()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
