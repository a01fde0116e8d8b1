//! A statement's life from its storing to its end: delivered, taken back, written again.

mod clerk;
mod courier;
pub mod deliver;
#[cfg(test)]
mod explore;
mod later;
mod machine;
mod named;
mod newer;
mod owner;
mod regenerate;
mod void;

pub(crate) use clerk::Clerk;
pub(crate) use owner::Owner;
pub use void::TakenBack;
