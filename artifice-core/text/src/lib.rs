//! Texts from outside, as people may see them: without harm, and without secrets.
//!
//! What tenants call their things, and what servers and backends say, is anybody's text. It is kept as it is, and
//! made harmless where a person reads it: [`line()`] is the one rule for that, in tables, headings, explanations,
//! messages and logs alike. JSON keeps every character, and [`json`] writes those escaped that do harm.
//!
//! A secret is hidden in two ways. Whoever knows what he has sent hides it in what comes back ([`Mask`]); and what was
//! a secret anywhere in this process ([`know`]) is hidden in whatever is shown or stored in words ([`hide`]).

mod known;
mod mask;
mod names;
mod shown;
mod unquoted;
mod views;
mod within;

pub use known::{hide, know};
pub use mask::Mask;
pub use names::is_secret;
pub use shown::{LONGEST_LINE, LONGEST_NAME, bounded, is_harmful, json, line, name, visible};
pub use unquoted::unquoted;
pub use within::{filled, hidden, without_passwords};

/// What stands for a secret.
pub const HIDDEN: &str = "***";
