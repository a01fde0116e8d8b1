//! The operator's own names and prices, as the configured files have them.

use std::path::{Path, PathBuf};

use artifice_model::position::{Mistake, Position};
use artifice_model::rate::{Card, Cards, Fit, Names, PriceList, RateTable};

use super::cards::{CardRules, card};
use super::{Config, ConfigError, read};

/// Names and prices.
#[derive(Debug, Clone)]
pub struct OwnPrices {
    /// What people call the services.
    pub names: Names,
    /// Cards and rates file; `None` if neither is configured.
    pub list: Option<PriceList>,
}

impl Config {
    /// Reads the rates file, the names file and the rate cards. All their mistakes are reported at once.
    /// Without them there are no prices and no names.
    pub fn load_prices(&self) -> Result<OwnPrices, ConfigError> {
        const ADVICE: &str = "correct rates.file, rates.names or rates.cards, or leave the key out";
        let rules = self.rates.rules;
        let mut mistakes = Vec::new();
        let mut names = Names::default();
        if let Some(path) = &self.rates.names {
            let (file, text) = (path.display().to_string(), read(path, ADVICE)?);
            match if is_yaml(path) { super::pairs::names(&file, text) } else { Names::parse(&file, &text) } {
                Ok(found) => names = found,
                Err(found) => mistakes.extend(found),
            }
        }
        // Of names that could not be read nobody can say what they are for.
        let fit = mistakes.is_empty().then_some(Fit { entries: &self.entries, names: &names });
        let mut table = None;
        if let Some(path) = &self.rates.file {
            let (file, text) = (path.display().to_string(), read(path, ADVICE)?);
            let parsed = if is_yaml(path) {
                super::pairs::rates(&file, text, rules)
            } else {
                RateTable::parse_for(&file, &text, rules, fit)
            };
            match parsed {
                Ok(found) => table = Some(found),
                Err(found) => mistakes.extend(found),
            }
        }
        let mut cards: Vec<Card> = Vec::new();
        for path in self.card_files()? {
            let rules = CardRules { rates: rules, calendar: self.main.calendar, fit };
            match card(&path.display().to_string(), read(&path, ADVICE)?, rules) {
                Ok(found) => cards.push(found),
                Err(found) => mistakes.extend(found),
            }
        }
        if !mistakes.is_empty() {
            return Err(ConfigError::Mistakes(mistakes));
        }
        let none = table.is_none() && cards.is_empty();
        let cards = Cards::new(cards, &names).map_err(ConfigError::Mistakes)?;
        Ok(OwnPrices { names, list: (!none).then_some(PriceList { cards, table }) })
    }

    /// The files of the rate cards: in the order in which they are named, those of a pattern or directory by
    /// their names, each once.
    fn card_files(&self) -> Result<Vec<PathBuf>, ConfigError> {
        let mut files: Vec<PathBuf> = Vec::new();
        for pattern in &self.rates.cards {
            let wrong = |what: String| {
                let at = Position { file: self.file.display().to_string(), line: 1, column: 1 };
                ConfigError::Mistakes(vec![Mistake { at, what: format!("rates.cards: '{pattern}': {what}") }])
            };
            let path = self.directory.join(pattern);
            let pattern = if path.is_dir() { path.join("*.y*ml") } else { path };
            let found = glob::glob(&pattern.to_string_lossy()).map_err(|error| wrong(error.to_string()))?;
            let found: Vec<PathBuf> = found.collect::<Result<_, _>>().map_err(|error| wrong(error.to_string()))?;
            if found.is_empty() {
                return Err(wrong("no such file; name a card, a pattern or a directory of cards".to_owned()));
            }
            for file in found {
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        Ok(files)
    }
}

/// Whether a names or rates file is the original's YAML rather than its table.
fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}
