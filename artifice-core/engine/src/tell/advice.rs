//! What somebody can do about it.

/// What somebody can do about what is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Do the same again.
    RunAgain,
    /// Bill again: that sends it.
    BillSends,
    /// Bill again: that asks the backend.
    BillAsks,
    /// Bill again: that finishes it.
    BillFinishes,
    /// Bill again the period of what was taken back.
    BillPeriod,
    /// Bill when metering is complete, or say that what there is will do.
    BillLater,
    /// Bill, instead of adjusting.
    BillFirst,
    /// Look at a statement that is held; then release it, or void it.
    Release {
        /// Its number.
        number: u64,
    },
    /// Take back what has gone on from it, too.
    WithLater,
    /// Take a statement back and bill its period again, or leave it.
    VoidOrLeave {
        /// Its number.
        number: u64,
    },
    /// Look which statements there are.
    ListStatements,
    /// Bring the ledger's schema up to date.
    Migrate,
}
