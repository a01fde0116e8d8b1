//! `rates:`: where prices come from, and how they are read.

use std::path::{Path, PathBuf};

use artifice_model::rate::RateRules;

use super::main::Main;
use artifice_settings::duration_us;
use artifice_settings::{Map, Node};

/// The default of `rates.time_slice`.
const TIME_SLICE_US: i64 = 600_000_000;

/// `rates:`
#[derive(Debug, Clone)]
pub struct RatesConfig {
    /// `file`: the rates file.
    pub file: Option<PathBuf>,
    /// `names`: the names file.
    pub names: Option<PathBuf>,
    /// `cards`: rate cards, as files, patterns with `*` and `?`, or directories.
    pub cards: Vec<String>,
    /// `source`: who decides what things cost.
    pub source: PricesFrom,
    /// How the rates file is read.
    pub rules: RateRules,
    /// `missing: zero`: whether what has no rate costs nothing.
    pub missing_is_zero: bool,
}

/// Who decides what things cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PricesFrom {
    /// The rates file and the rate cards.
    File,
    /// The backend's price list. (Taxes and minimum charge are the cards'.)
    Backend,
}

/// The rates and names files where the original has them, in the backend's configuration.
#[derive(Default)]
pub(super) struct OriginalRates {
    pub file: Option<String>,
    pub names: Option<String>,
}

/// Reads the section.
pub(super) fn rates(directory: &Path, main: &Main, mut rates: Map<'_>, original: OriginalRates) -> RatesConfig {
    let path = |text: String| directory.join(text);
    let file = rates.text("file").map(path);
    let names = rates.text("names").map(path);
    let cards = rates.get("cards").map(|cards| cards.list()).unwrap_or_default();
    let time_slice_us = rates.parse("time_slice", duration_us).unwrap_or(TIME_SLICE_US);
    let words = [("true", true), ("false", false)];
    // The original's documented files say `region` in the region column, whatever the region is.
    let in_original_place = file.is_none() && original.file.is_some();
    let ignore_region = rates.word("ignore_region", &words).unwrap_or(in_original_place);
    let missing_is_zero = rates.word("missing", &[("error", false), ("zero", true)]).unwrap_or(false);
    let source = rates.word("source", &[("file", PricesFrom::File), ("backend", PricesFrom::Backend)]);
    rates.end();
    RatesConfig {
        file: file.or(original.file.map(path)),
        names: names.or(original.names.map(path)),
        cards: cards.iter().filter_map(Node::text).collect(),
        source: source.unwrap_or(PricesFrom::File),
        rules: RateRules { currency: main.currency, time_slice_us: time_slice_us.unsigned_abs(), ignore_region },
        missing_is_zero,
    }
}
