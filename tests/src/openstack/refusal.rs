//! How the services say no.

use serde_json::Value;

use super::server::Response;

/// An error in the shape of Keystone's.
pub fn keystone_error(status: u16, title: &str, message: &str) -> Response {
    let error = serde_json::json!({ "error": { "code": status, "message": message, "title": title } });
    Response::json(status, error)
}

/// What Keystone, and what checks tokens for the others, says to whoever has none.
pub fn unauthorized() -> Response {
    keystone_error(401, "Unauthorized", "The request you have made requires authentication.")
}

/// An error in the shape of Ceilometer's.
pub fn ceilometer_error(status: u16, says: &str) -> Response {
    let error: Value = serde_json::json!({ "faultcode": "Client", "faultstring": says, "debuginfo": null });
    Response::json(status, serde_json::json!({ "error_message": error }))
}
