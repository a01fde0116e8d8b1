//! What is asked of the engine.

/// Whom a command is for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Tenants by id or name; everybody if empty.
    pub tenants: Vec<String>,
    /// Sections of the statement; all if empty.
    pub sections: Vec<String>,
}

/// What is to be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A period that was not billed before.
    Invoice,
    /// What late metering changes in a period that was.
    Adjustment,
}
