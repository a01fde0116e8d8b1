//! What things cost is configuration, and every cent can be explained.

mod backend;
pub mod cards;
mod example;
mod explaining;
mod mistakes;
mod months;
