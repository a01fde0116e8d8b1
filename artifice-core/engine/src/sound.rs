//! What is checked right before money goes on to a backend. (The ledger checks what it stores.)
//!
//! What was read was checked then, and is an error of its tenant. So only a fault of our own can be found here, and
//! with such a fault nothing goes on, also in what is built for use.

use artifice_ledger::{Body, Statement};

/// Checks what is about to be handed to a backend.
pub(crate) fn check(statement: &Statement, body: &Body) {
    let number = statement.number;
    assert!(body.adds_up(statement), "statement {number}: its lines and taxes do not come to its subtotal and total");
}
