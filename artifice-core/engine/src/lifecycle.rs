//! A statement's life from its storing to its end: delivered, taken back, written again.

pub(crate) mod crash;
pub mod deliver;
#[cfg(test)]
mod explore;
pub(crate) mod machine;
pub(crate) mod owner;
mod regenerate;
mod void;
pub(crate) mod worker;
