//! Why a call came to nothing, and what that means.

use artifice_plugin_api::{Error, ErrorKind};

use crate::secret::Secret;
use crate::settings::Endpoint;
use crate::text::plain;
use crate::wire::{Fault, FaultCode, Lost};

/// A call that came to nothing.
#[derive(Debug, Clone)]
pub struct Failed {
    /// In which way.
    pub failure: Failure,
    /// What happened, where, and what to do.
    pub message: String,
}

/// In which way a call came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It surely never reached the ERP; whether the same may succeed later.
    Unsent(bool),
    /// Nobody knows whether it was done; whether the same may succeed later.
    Lost(bool),
    /// It was done, but its result is one that XML-RPC cannot say.
    NoneAnswered,
    /// Somebody else changed the same at the same time; nothing was done.
    Conflict,
    /// The ERP refuses it; nothing was done.
    Refused,
    /// The user has no right to it; nothing was done.
    NoRight,
    /// There is no such method, model or field there; nothing was done.
    Missing,
}

impl Failed {
    /// An error before anything was sent.
    pub fn before(error: Error) -> Self {
        Failed { failure: Failure::Unsent(error.kind() == ErrorKind::Unavailable), message: error.message().to_owned() }
    }

    /// There is no time left for it.
    pub fn out_of_time(place: &str) -> Self {
        let message = format!(
            "{place}: not sent, because the time for it is over; look why the ERP is slow, or lower lines_per_request"
        );
        Failed { failure: Failure::Unsent(true), message }
    }

    /// There was no answer.
    pub fn lost(place: &str, lost: Lost, secret: &Secret) -> Self {
        let failure = if lost.unsent { Failure::Unsent(lost.passes) } else { Failure::Lost(lost.passes) };
        Failed { failure, message: secret.hide_in(&format!("{place}: {}", lost.why)) }
    }

    /// The ERP answered a fault.
    pub fn fault(place: &str, fault: &Fault, endpoint: &Endpoint) -> Self {
        // Before anything of it is cut.
        let fault = &fault.without(&endpoint.password);
        let (failure, says) = classified(fault);
        let (user, database) = (&endpoint.username, &endpoint.database);
        let advice = match failure {
            Failure::Conflict => "somebody else works on the same; run the command again".to_owned(),
            Failure::NoRight if is_denied(fault) => format!(
                "the ERP denies access to the user '{user}' of the database '{database}'; correct username and password"
            ),
            Failure::NoRight => format!("give the user '{user}' the right to it in the ERP"),
            Failure::Missing => {
                "is this release of the ERP supported, and are the names in the settings right?".to_owned()
            }
            _ if says.contains("does not exist") && says.contains("database") => {
                format!("there is no database '{database}'; correct database")
            }
            _ => "correct it in the ERP or in the settings, and run the command again".to_owned(),
        };
        let message = format!("{place}: the ERP says: {says}; {advice}");
        Failed { failure, message: endpoint.password.hide_in(&message) }
    }

    /// Whether the same may succeed in a moment.
    pub fn passes(&self) -> bool {
        matches!(self.failure, Failure::Unsent(true) | Failure::Lost(true))
    }

    /// Whether it never reached the ERP.
    pub fn is_unsent(&self) -> bool {
        matches!(self.failure, Failure::Unsent(_))
    }

    /// The error of a question, which changed nothing whatever became of it.
    pub fn asked(self) -> Error {
        let passes = matches!(self.failure, Failure::Unsent(true) | Failure::Lost(true) | Failure::Conflict);
        if passes { Error::unavailable(self.message) } else { Error::refused(self.message) }
    }

    /// The error of a command: where nobody knows whether it was done, it says so.
    pub fn told(self) -> Error {
        match self.failure {
            Failure::Lost(_) | Failure::NoneAnswered => Error::unknown(self.message),
            _ => self.asked(),
        }
    }
}

fn is_denied(fault: &Fault) -> bool {
    match &fault.code {
        FaultCode::Number(code) => *code == 3,
        FaultCode::Text(code) => {
            code.contains("AccessDenied") || code.contains("Access Denied") || code.contains("Access denied")
        }
    }
}

/// What a fault means, and what it says.
fn classified(fault: &Fault) -> (Failure, String) {
    let code_text = match &fault.code {
        FaultCode::Number(_) => "",
        FaultCode::Text(code) => code.as_str(),
    };
    // At `/xmlrpc` the sentence is in the code: `warning -- UserError\n\nYou need to …`.
    let sentence = code_text.split_once("\n\n").map_or(code_text, |(_, sentence)| sentence);
    let says = match (sentence.trim().is_empty(), fault.text.trim().is_empty()) {
        (false, _) if code_text.starts_with("warning") || fault.text.trim().is_empty() => plain::line(sentence),
        (_, false) => plain::last_of_traceback(&fault.text),
        _ => plain::line(sentence),
    };
    let all = format!("{code_text}\n{}", fault.text);
    let any = |words: &[&str]| words.iter().any(|word| all.contains(word));
    let failure = if any(&["cannot marshal None"]) {
        Failure::NoneAnswered
    } else if is_conflict(&all) {
        Failure::Conflict
    } else if is_denied(fault)
        || matches!(fault.code, FaultCode::Number(4))
        || any(&["AccessError", "warn -- Access"])
        || code_text.starts_with("AccessError")
    {
        Failure::NoRight
    } else if any(&["AttributeError", "KeyError", "Invalid field", "doesn't exist", "unknown object", "Object "]) {
        Failure::Missing
    } else {
        Failure::Refused
    };
    (failure, if says.is_empty() { "nothing".to_owned() } else { says })
}

/// Whether PostgreSQL refused one of two transactions that did the same at the same time. Two that both make an
/// external id meet the uniqueness of these; tried again, the second finds it.
pub fn is_conflict(says: &str) -> bool {
    const WORDS: [&str; 7] = [
        "could not serialize",
        "deadlock detected",
        "could not obtain lock",
        "SerializationFailure",
        "LockNotAvailable",
        "ir_model_data_module_name_uniq",
        "ir_model_data_name_uniq",
    ];
    WORDS.iter().any(|word| says.contains(word))
}
