//! How an Odoo is asked.

use artifice_plugin_api::Error;
use artifice_plugin_api::serde_json::Value;

pub type Answer = Value;
pub enum RpcError {
    NotSent(String),
    Fault(i32, String),
    TimedOut(String),
}
pub trait Rpc: Send + Sync {
    fn call(&self, model: &str, method: &str, args: Value) -> Result<Answer, RpcError>;
}
// A question changed nothing, whatever went wrong; a command may have.
pub fn asked(error: RpcError) -> Error {
    match error {
        RpcError::NotSent(text) | RpcError::TimedOut(text) => Error::unavailable(text),
        RpcError::Fault(_, text) => Error::refused(text),
    }
}
pub fn told(error: RpcError) -> Error {
    match error {
        RpcError::TimedOut(text) => Error::unknown(text),
        RpcError::Fault(1, text) if text.contains("serialize") => Error::unavailable(text),
        other => asked(other),
    }
}
