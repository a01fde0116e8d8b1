//! XML-RPC: how a request is written, and how an answer is read.

mod answer;
mod http;
mod number;
mod read;
mod tls;
mod write;

pub use answer::{Answer, Fault, FaultCode};
pub use http::{Http, Lost};
#[cfg(test)]
pub use read::read;
pub use write::{Args, Value, int, list, record, request, text, texts};
