//! What things cost is configuration, and every cent can be explained.

mod backend;
mod by_day;
mod capped;
pub mod cards;
mod example;
mod explaining;
mod mistakes;
mod months;
mod whole_service;
