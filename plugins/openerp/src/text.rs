//! Texts: those of documents, and those of errors.

pub mod plain;
pub mod template;
