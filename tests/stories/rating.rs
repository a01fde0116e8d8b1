//! What things cost is configuration, and every cent can be explained.

mod backend;
mod cards;
mod example;
mod explaining;
mod mistakes;
mod months;
