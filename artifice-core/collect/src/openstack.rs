//! What a cloud's services have in common: how to log in, and which services and projects there are.

mod clouds;
pub mod credentials;
pub mod keystone;
mod said;
pub mod settings;
