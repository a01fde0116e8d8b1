//! What goes wrong, and when.

use std::process;
use std::thread;
use std::time::Duration;

use artifice_plugin_api::Error;

use crate::office::Office;
use crate::settings::{Deed, Fault, Place};

/// What is left to do for a call that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// What it is for.
    Usual,
    /// Answer a receipt without a reference.
    EmptyReceipt,
    /// Make the document after that time, and do not say so.
    CommitLater(Duration),
}

/// Does what the settings say goes wrong in this call, for this tenant.
pub fn strike(office: &Office, faults: &[Fault], place: Place, tenant: &str) -> Result<Rest, Error> {
    let fits = |fault: &&(usize, &Fault)| {
        let (index, fault) = *fault;
        fault.at == place
            && fault.tenant.as_deref().is_none_or(|only| only == tenant)
            && fault.first.is_none_or(|times| office.count_up_to(*index, times))
    };
    let numbered: Vec<(usize, &Fault)> = faults.iter().enumerate().collect();
    match numbered.iter().find(fits) {
        Some((_, fault)) => happen(fault),
        None => Ok(Rest::Usual),
    }
}

#[expect(clippy::panic, reason = "what this backend is for")]
fn happen(fault: &Fault) -> Result<Rest, Error> {
    let Fault { at, does, .. } = fault;
    let millis = Duration::from_millis(fault.millis);
    match does {
        Deed::Panic => panic!("told to panic at {at:?}"),
        Deed::Refuse => Err(Error::refused(format_args!("told to refuse at {at:?}"))),
        Deed::Unavailable => Err(Error::unavailable(format_args!("told to be unavailable at {at:?}"))),
        Deed::TimeOut => Err(Error::unknown(format_args!("told to time out at {at:?}"))),
        Deed::Abort => process::abort(),
        Deed::Exit => process::exit(7),
        Deed::Kill => kill(),
        Deed::Sleep => {
            thread::sleep(millis);
            Ok(Rest::Usual)
        }
        Deed::EmptyReceipt => Ok(Rest::EmptyReceipt),
        Deed::CommitLater => Ok(Rest::CommitLater(millis)),
    }
}

fn kill() -> ! {
    // A shell has its own `kill`, where there is no program of that name.
    let _ = process::Command::new("sh").args(["-c", "kill -9 $PPID"]).status();
    // The signal comes while this sleeps.
    thread::sleep(Duration::from_secs(60));
    process::abort()
}
