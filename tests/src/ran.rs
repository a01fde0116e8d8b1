//! What came of a command.

use std::os::unix::process::ExitStatusExt;
use std::process::Output;

use serde_json::Value;

use crate::Bill;

/// A command that ended.
#[derive(Debug)]
pub struct Ran {
    pub command: String,
    pub status: Option<i32>,
    pub signal: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn new(command: String, output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
        let (status, signal) = (output.status.code(), output.status.signal());
        Ran { command, status, signal, out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn ended(self, status: i32) -> Ran {
        assert!(!self.err.contains("panicked at"), "it panicked: {self:#?}");
        self.ended_whatever_it_said(status)
    }

    /// As the others, for plugins that panic: the runtime inside them says so on standard error.
    #[track_caller]
    pub fn ended_whatever_it_said(self, status: i32) -> Ran {
        assert_eq!((self.status, self.signal), (Some(status), None), "{self:#?}");
        self
    }

    /// It did all it was for.
    #[track_caller]
    pub fn done(self) -> Ran {
        self.ended(0)
    }

    /// It failed for some tenants.
    #[track_caller]
    pub fn failed(self) -> Ran {
        self.ended(1)
    }

    /// It could not start.
    #[track_caller]
    pub fn refused(self) -> Ran {
        self.ended(2)
    }

    /// It said this on standard error.
    #[track_caller]
    pub fn says(self, text: &str) -> Ran {
        assert!(self.err.contains(text), "'{text}' is not in {self:#?}");
        self
    }

    #[track_caller]
    pub fn says_not(self, text: &str) -> Ran {
        assert!(!self.err.contains(text), "'{text}' is in {self:#?}");
        self
    }

    /// It said one line, with a cause and no backtrace; that a ledger was made before is another matter.
    #[track_caller]
    pub fn says_one_line(self) -> Ran {
        let lines: Vec<&str> =
            self.err.trim_end().lines().filter(|line| !line.contains("there was no ledger, and")).collect();
        assert!(matches!(lines[..], [line] if line.starts_with("error: ")), "{self:#?}");
        assert!(self.err.len() < 1000, "too long to be read: {self:#?}");
        self
    }

    /// Its output, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Its output, as bills.
    #[track_caller]
    pub fn bills(&self) -> Vec<Bill> {
        self.json()["tenants"].as_array().unwrap().iter().cloned().map(Bill).collect()
    }

    /// Its output, as the bill of a tenant.
    #[track_caller]
    pub fn bill_of(&self, tenant: &str) -> Bill {
        let found = self.bills().into_iter().find(|bill| bill.tenant() == tenant);
        found.unwrap_or_else(|| panic!("no bill of '{tenant}': {self:#?}"))
    }

    /// The ids of the tenants that failed, in the output as JSON.
    #[track_caller]
    pub fn failures(&self) -> Vec<String> {
        let id = |failed: &Value| failed["tenant"]["id"].as_str().unwrap().to_owned();
        let mut ids: Vec<String> = self.json()["failed"].as_array().unwrap().iter().map(id).collect();
        ids.sort();
        ids
    }
}
