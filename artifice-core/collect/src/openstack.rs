//! What a cloud's services have in common: how to log in, and which services and projects there are.

pub mod keystone;
pub mod settings;
