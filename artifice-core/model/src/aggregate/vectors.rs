//! Aggregation worked by hand: each test is a story of one resource, the rule it checks, and what
//! the rule comes to.

mod attribution;
mod built_in;
mod counters;
mod cuts;
mod days;
mod entries;
mod evidence;
mod gone;
mod life;
mod location;
mod marker;
mod numbers;
mod order;
mod over_time;
mod plausible;
mod slices;
mod state;
mod story;
mod told;
mod whole;
