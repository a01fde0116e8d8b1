//! What is shown of a run while it lasts and in its end, on a terminal and elsewhere.

mod elsewhere;
mod summary;
mod terminal;
