//! `main:`: what holds for the whole configuration.

use std::str::FromStr;

use artifice_model::aggregate::MaxGap;
use artifice_model::statement::{Lines, TaxRounding};
use artifice_model::{Calendar, Currency};
use artifice_plugin_host::ClassPath;
use artifice_settings::{FileMode, Map, bytes, duration_us};

/// `main:`
#[derive(Debug, Clone)]
pub struct Main {
    /// `invoice:object`: the backend.
    pub invoice_object: Option<ClassPath>,
    /// `timezone`: where months begin at midnight.
    pub calendar: Calendar,
    /// `currency`
    pub currency: Currency,
    /// `settle`: how long metering may be late, in microseconds.
    pub settle_us: i64,
    /// `memory`: how much of it collecting may use, in bytes.
    pub memory_bytes: u64,
    /// `workers`: on how many tenants one command works at once, if that is configured.
    pub workers: Option<usize>,
    /// `zero_lines: show`: whether a usage of 0 makes a line.
    pub zero_lines: bool,
    /// `newer_documents: refuse`: whether nothing is billed where the backend has documents of this ledger that the
    /// ledger does not know. Otherwise they are told.
    pub refuses_newer_documents: bool,
    /// `lines`: for what there is a line.
    pub lines: Lines,
    /// `tax_rounding`: where taxes are rounded.
    pub tax_rounding: TaxRounding,
    /// `file_mode`: what may be done with the files that are made.
    pub file_mode: FileMode,
}

/// The words of `main.tax_rounding`.
const ROUNDINGS: [(&str, TaxRounding); 2] = [("document", TaxRounding::Document), ("line", TaxRounding::Line)];
/// The default of `main.settle`.
const SETTLE_US: i64 = 2 * 3_600_000_000;
/// The default of `main.memory`.
const MEMORY_BYTES: u64 = 256_000_000;
/// The least that collecting can do with.
const LEAST_MEMORY_BYTES: u64 = 16_000_000;
/// More than this is a mistake: each has usage in memory, and connections.
const MOST_WORKERS: u16 = 64;
// Each has a connection to the ledger; what is left looks and keeps leases.
const _: () = assert!(MOST_WORKERS < artifice_ledger::MOST_CONNECTIONS);

/// A length of time after which a sample holds no more.
pub(super) fn max_gap(text: &str) -> Result<MaxGap, String> {
    match text {
        "unlimited" => Ok(MaxGap::Unlimited),
        text => duration_us(text).map(MaxGap::Micros),
    }
}

/// Reads the section.
pub(super) fn settings(mut main: Map<'_>) -> Option<Main> {
    let settle = |text: &str| if text == "0" { Ok(0) } else { duration_us(text) };
    let memory = |text: &str| match bytes(text) {
        Ok(bytes) if bytes < LEAST_MEMORY_BYTES => Err(format!("{text} is too little; give at least 16MB")),
        other => other,
    };
    let workers = |text: &str| match text.parse() {
        Ok(workers @ 1..=MOST_WORKERS) => Ok(usize::from(workers)),
        _ => Err(format!("'{text}' is no number of workers; give 1 to {MOST_WORKERS}")),
    };
    let settings = Main {
        invoice_object: main.parse("invoice:object", ClassPath::from_str),
        calendar: main.parse("timezone", Calendar::new).or_else(|| Calendar::new("UTC").ok())?,
        currency: main.parse("currency", Currency::from_str).or_else(|| "NZD".parse().ok())?,
        settle_us: main.parse("settle", settle).unwrap_or(SETTLE_US),
        memory_bytes: main.parse("memory", memory).unwrap_or(MEMORY_BYTES),
        workers: main.parse("workers", workers),
        zero_lines: main.word("zero_lines", &[("show", true), ("hide", false)]).unwrap_or(false),
        refuses_newer_documents: main.word("newer_documents", &[("refuse", true), ("warn", false)]).unwrap_or(true),
        lines: main.word("lines", &[("resource", Lines::Resource), ("service", Lines::Service)]).unwrap_or_default(),
        tax_rounding: main.word("tax_rounding", &ROUNDINGS).unwrap_or_default(),
        file_mode: main.parse("file_mode", FileMode::parse).unwrap_or_default(),
    };
    // Read before this, for all entries.
    for key in ["region", "slice", "max_gap", "stale_after"] {
        main.get(key);
    }
    main.end();
    Some(settings)
}
