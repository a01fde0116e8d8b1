//! What the checks look at.

use std::path::Path;

/// A text file of the project.
pub struct Source {
    /// Its path in the workspace, with `/` on every system.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl Source {
    /// Whether it is code.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// Each line with its number from 1.
    pub fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
        text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}
