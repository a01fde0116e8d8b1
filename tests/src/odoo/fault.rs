//! What goes wrong in a server, and how its endpoints say so.

use super::value::Value;

/// Why a call fails; its changes are undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An exception that nobody expected: the last line of its traceback.
    Server(String),
    /// What a person is told.
    User(String),
    /// Who asks is not known.
    Denied,
    /// Who asks may not do this.
    Access(String),
    /// A method without a result: what it did stays done.
    None,
}

pub type Result<T> = std::result::Result<T, Fault>;

/// Fails with what a person is told.
pub fn user<T>(says: impl Into<String>) -> Result<T> {
    Err(Fault::User(says.into()))
}

/// Fails with the last line of a traceback.
pub fn server<T>(says: impl Into<String>) -> Result<T> {
    Err(Fault::Server(says.into()))
}

const NONE: &str = "TypeError: cannot marshal None unless allow_none is enabled";

impl Fault {
    /// As `/xmlrpc/2` says it: code and text.
    pub fn by_number(&self) -> (Value, String) {
        match self {
            Fault::Server(last) => (Value::Int(1), traceback(last)),
            Fault::None => (Value::Int(1), traceback(NONE)),
            Fault::User(says) => (Value::Int(2), says.clone()),
            Fault::Denied => (Value::Int(3), "Access Denied".to_owned()),
            Fault::Access(says) => (Value::Int(4), says.clone()),
        }
    }

    /// As `/xmlrpc` says it: the code is a text.
    pub fn by_text(&self) -> (Value, String) {
        match self {
            Fault::Server(last) => (last.as_str().into(), traceback(last)),
            Fault::None => (NONE.into(), traceback(NONE)),
            Fault::User(says) => (format!("warning -- UserError\n\n{says}").into(), String::new()),
            Fault::Denied => ("AccessDenied".into(), "Access denied.".to_owned()),
            Fault::Access(says) => (format!("warning -- AccessError\n\n{says}").into(), String::new()),
        }
    }
}

fn traceback(last: &str) -> String {
    let frames =
        ["odoo/addons/base/controllers/rpc.py\", line 155, in xmlrpc_2", "odoo/http.py\", line 370, in dispatch_rpc"];
    let frames = frames.map(|frame| format!("  File \"/opt/odoo/{frame}\n    response = self.dispatch(service)\n"));
    format!("Traceback (most recent call last):\n{}{last}\n", frames.concat())
}
