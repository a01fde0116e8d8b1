//! How a configuration is read: the mechanism, and no section of it.
//!
//! A [`Document`] is a YAML file whose values know their places. A section is read by the crate where its
//! type lives, key by key through a [`Map`]; whatever is wrong is reported to the document, so that all
//! mistakes of a file are told at once, each with its line and column.

mod error;
mod file;
mod json;
mod links;
mod mode;
mod text;
mod yaml;

pub use error::{ConfigError, read};
pub use file::{is_open_to_others, read_bytes};
pub use json::{expand_all, json, key_places};
pub use links::ends;
pub use mode::FileMode;
pub use text::{Secret, bytes, duration_us, expand};
pub use yaml::{Document, Map, Node, nearest, no_key, one_of};
