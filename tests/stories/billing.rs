//! Metering goes in, invoices come out.

mod again;
mod edges;
mod exports;
mod failures;
mod once;
mod shapes;
