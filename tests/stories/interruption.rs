//! A bill that is interrupted: nothing is lost, and nothing is sent twice.

mod at_once;
mod ctrl_c;
mod death;
mod doubt;
mod workers;
