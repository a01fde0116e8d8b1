//! What is charged is configuration: `meters:` decides, and nothing that it leaves out is silent.

mod ends;
mod entries;
mod forms;
mod mistakes;
mod noticed;
mod places;
mod plausible;
mod recorded;
