//! The engine's own limits, in one place, and how they relate. (What a backend may take is in
//! `backend/deadlines.rs`; what an operator may set is in `config/`.)

use std::time::Duration;

use crate::backend::deadlines;

/// For how long a worker that is no longer heard of keeps its tenants, where nobody can see that it is gone.
pub const TENANT_LEASE: Duration = Duration::from_secs(60);
/// How often a worker is heard of.
pub const TENANT_KEEP: Duration = Duration::from_secs(15);
/// How often one looks whether another worker is done.
pub const TENANT_POLL: Duration = Duration::from_millis(200);
/// How many findings of a verification are kept and told. Of a ledger that has more, these say enough.
pub const MOST_FINDINGS: usize = 10_000;
/// How long a worker is given to end what looked wrong in its middle.
pub const VERIFY_PAUSE: Duration = Duration::from_millis(300);
/// How many keys in a row a backend may fail to answer for before a verification asks it no more.
pub const VERIFY_PATIENCE: usize = 3;

const _: () = {
    // A worker that is heard of late, or not once, or twice, has not lost its tenants.
    assert!(TENANT_KEEP.as_millis() * 3 < TENANT_LEASE.as_millis());
    assert!(TENANT_POLL.as_millis() < TENANT_KEEP.as_millis());
    // An answer is had before what asks for many of them ends.
    assert!(deadlines::ASK.as_millis() < deadlines::PRICES.as_millis());
    assert!(deadlines::ASK.as_millis() < deadlines::LIST.as_millis());
    // A claim outlives its sending; that this holds for any sending, a test says.
    assert!(deadlines::lease(deadlines::ASK).as_millis() > deadlines::ASK.as_millis());
};
