//! Checking the ledger, and comparing it with what the backend has.
//!
//! Workers go on meanwhile. Each part of the ledger is read as it is at one instant, but a backend is
//! asked at another; and whatever is found is looked at once more, at the end: what is gone by then was
//! no finding.

mod backend;
mod months;

use std::sync::Arc;

use crate::Engine;
use crate::clock::now;
use crate::error::EngineError;
use crate::limits;
use artifice_ledger::{Checked, Finding, Gravity, Ledger, LedgerError, Part};

pub use backend::Compared;

/// What was found in a ledger.
#[derive(Debug, Default)]
pub struct Verified {
    /// What is not as it must be.
    pub findings: Vec<Finding>,
    /// How many further findings are not among them.
    pub left_out: usize,
    /// What somebody should know beside that.
    pub notes: Vec<String>,
    /// How many tenants were looked at.
    pub tenants: u64,
    /// How many statements.
    pub statements: u64,
}

impl Verified {
    /// How many findings are as grave as that.
    pub fn count(&self, gravity: Gravity) -> usize {
        self.findings.iter().filter(|finding| finding.gravity == gravity).count()
    }

    /// Adds findings, as many as there is room for.
    pub fn add(&mut self, findings: Vec<Finding>) {
        let room = limits::MOST_FINDINGS.saturating_sub(self.findings.len());
        self.left_out += findings.len().saturating_sub(room);
        self.findings.extend(findings.into_iter().take(room));
    }
}

impl Engine {
    /// Checks everything that is stored. Changes nothing.
    pub async fn verify(&self, ledger: &Arc<dyn Ledger>) -> Result<Verified, EngineError> {
        let mut verified = Verified::default();
        let mut suspected: Vec<(Part, Vec<Finding>)> = Vec::new();
        let mut room = limits::MOST_FINDINGS;
        let parts = match ledger.verify_parts().await {
            Ok(parts) => parts,
            // What is missing is told by the schema's own check.
            Err(error) if is_of_the_ledger(ledger.as_ref(), &error).await => {
                verified.add(vec![unreadable("which tenants there are", &error)]);
                vec![Part::Schema]
            }
            Err(error) => return Err(error.into()),
        };
        for part in parts {
            let checked = check(ledger.as_ref(), part).await?;
            verified.tenants += u64::from(matches!(part, Part::Tenant(_)));
            verified.statements += checked.statements;
            verified.notes.extend(checked.notes);
            let mut findings = checked.findings;
            verified.left_out += findings.len().saturating_sub(room);
            findings.truncate(room);
            room -= findings.len();
            if !findings.is_empty() {
                suspected.push((part, findings));
            }
        }
        if !suspected.is_empty() {
            tokio::time::sleep(limits::VERIFY_PAUSE).await;
        }
        for (part, mut findings) in suspected {
            let again = check(ledger.as_ref(), part).await?.findings;
            findings.retain(|finding| again.contains(finding));
            verified.add(findings);
        }
        self.months_in_parts(ledger.as_ref(), &mut verified).await;
        Ok(verified)
    }
}

/// Checks a part. What cannot be read at all is a finding, as long as the ledger can be used.
async fn check(ledger: &dyn Ledger, part: Part) -> Result<Checked, LedgerError> {
    match ledger.verify_part(part, now()).await {
        Err(error) if is_of_the_ledger(ledger, &error).await => {
            let what = match part {
                Part::Schema => "the schema".to_owned(),
                Part::Numbers => "the documents' numbers".to_owned(),
                Part::Resources => "the resources of several tenants".to_owned(),
                Part::Tenant(number) => format!("what is stored of tenant number {number}"),
            };
            Ok(Checked { findings: vec![unreadable(&what, &error)], ..Checked::default() })
        }
        checked => checked,
    }
}

/// Whether an error comes of what is stored, and not of the way to it.
async fn is_of_the_ledger(ledger: &dyn Ledger, error: &LedgerError) -> bool {
    !error.concerns_all() && ledger.check().await.is_ok()
}

fn unreadable(what: &str, error: &LedgerError) -> Finding {
    let advice = "if it stays so, restore the ledger from a backup, then run `artifice db verify --backend`";
    Finding::of_all("unreadable", format!("{what} cannot be read: {error}"), advice)
}
