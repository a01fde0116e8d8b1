//! The backend, as a run sees it: made once, handed stored statements, asked what became of them.

pub(crate) mod backends;
pub(crate) mod deadlines;
pub(crate) mod document;
pub(crate) mod load;
