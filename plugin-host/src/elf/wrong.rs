//! What is wrong with a library.

/// What is wrong with a library, within "damaged: …".
pub type Wrong = &'static str;
