//! What is charged is configuration: `meters:` decides, and nothing that it leaves out is silent.

mod entries;
mod mistakes;
mod noticed;
mod recorded;
