//! What the fuzz targets reach, and nobody else: files that people write, from memory.

use std::path::Path;

use artifice_model::Calendar;
use artifice_model::position::Mistake;
use artifice_model::rate::{Card, Fit, Names, RateRules, RateTable};

use super::cards::{CardRules, card};
use super::{Config, ConfigError, pairs, whole};

/// A configuration.
pub fn config(file: &Path, text: String) -> Result<Config, ConfigError> {
    Config::of_text(file, text).and_then(whole)
}

/// A names file, as a table or in the original's YAML.
pub fn names(text: String, is_yaml: bool) -> Result<Names, Vec<Mistake>> {
    if is_yaml { pairs::names("names.yaml", text) } else { Names::parse("names.csv", &text) }
}

/// A rates file, as a table or in the original's YAML.
pub fn rates(text: String, is_yaml: bool, rules: RateRules, fit: Fit<'_>) -> Result<RateTable, Vec<Mistake>> {
    if is_yaml {
        pairs::rates("rates.yaml", text, rules)
    } else {
        RateTable::parse_for("rates.csv", &text, rules, Some(fit))
    }
}

/// A rate card.
pub fn rate_card(text: String, rates: RateRules, calendar: Calendar, fit: Fit<'_>) -> Result<Card, Vec<Mistake>> {
    card("card.yaml", text, CardRules { rates, calendar, fit: Some(fit) })
}
