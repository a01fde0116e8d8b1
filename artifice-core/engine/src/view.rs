//! What has been billed, would be billed, and is known of it, as JSON: the shapes that scripts depend on.
//!
//! Money is text with its currency's digits, other decimals are text with theirs; instants are RFC 3339 in UTC.

pub mod explain;
pub mod history;
pub mod lines;
pub mod plugins;
pub mod rates;
pub mod statements;
pub mod tenants;
pub mod verify;

pub use lines::money;
