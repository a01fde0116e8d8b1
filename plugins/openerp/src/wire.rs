//! XML-RPC: how a request is written, and how an answer is read.

mod answer;
mod http;
mod number;
#[cfg(fuzzing)]
pub mod offline;
mod read;
mod tls;
mod write;

pub use answer::{Answer, Fault, FaultCode};
pub use http::{Http, Lost};
#[cfg(fuzzing)]
pub use number::decimal;
#[cfg(any(test, fuzzing))]
pub use read::read;
pub use write::{Args, Value, int, list, record, request, text, texts};
