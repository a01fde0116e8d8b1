//! Stories of the pieces: what is read, what is sent, and what becomes of faults.

mod lines;
mod protocol;
mod reading;
mod recordings;
mod server;
mod settings;
