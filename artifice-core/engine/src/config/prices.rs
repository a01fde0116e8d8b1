//! The operator's own names and prices, as the configured files have them.

use std::collections::HashSet;
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
        let rules = self.rates.rules;
        let mut wrong = Wrong::default();
        let mut names = Names::default();
        if let Some(path) = &self.rates.names
            && let Some((file, text)) = wrong.read(path)
        {
            match if is_yaml(path) { super::pairs::names(&file, text) } else { Names::parse(&file, &text) } {
                Ok(found) => names = found,
                Err(found) => wrong.mistakes.extend(found),
            }
        }
        // Of names that could not be read nobody can say what they are for.
        let fit = wrong.is_nothing().then_some(Fit { entries: &self.entries, names: &names });
        let mut table = None;
        if let Some(path) = &self.rates.file
            && let Some((file, text)) = wrong.read(path)
        {
            let parsed = if is_yaml(path) {
                super::pairs::rates(&file, text, rules)
            } else {
                RateTable::parse_for(&file, &text, rules, fit)
            };
            match parsed {
                Ok(found) => table = Some(found),
                Err(found) => wrong.mistakes.extend(found),
            }
        }
        let mut cards: Vec<Card> = Vec::new();
        for path in self.card_files(&mut wrong) {
            let rules = CardRules { rates: rules, calendar: self.main.calendar, fit };
            let Some((file, text)) = wrong.read(&path) else { continue };
            match card(&file, text, rules) {
                Ok(found) => cards.push(found),
                Err(found) => wrong.mistakes.extend(found),
            }
        }
        wrong.end()?;
        let none = table.is_none() && cards.is_empty();
        let cards = Cards::new(cards, &names).map_err(ConfigError::Mistakes)?;
        Ok(OwnPrices { names, list: (!none).then_some(PriceList { cards, table }) })
    }

    /// The files of the rate cards: in the order in which they are named, those of a pattern or directory by
    /// their names, each once.
    fn card_files(&self, wrong: &mut Wrong) -> Vec<PathBuf> {
        let (mut files, mut known): (Vec<PathBuf>, HashSet<PathBuf>) = Default::default();
        for pattern in &self.rates.cards {
            match self.card_files_of(pattern) {
                Ok(found) => {
                    for file in found {
                        if known.insert(file.clone()) {
                            files.push(file);
                        }
                    }
                }
                Err(what) => {
                    let at = Position { file: self.file.display().to_string(), line: 1, column: 1 };
                    wrong.mistakes.push(Mistake { at, what: format!("rates.cards: '{pattern}': {what}") });
                }
            }
        }
        files
    }

    fn card_files_of(&self, pattern: &str) -> Result<Vec<PathBuf>, String> {
        artifice_settings::ends(&self.directory, pattern, |_| true)?;
        let path = self.directory.join(pattern);
        let pattern = if path.is_dir() { path.join("*.y*ml") } else { path };
        let found = glob::glob(&pattern.to_string_lossy()).map_err(|error| error.to_string())?;
        let found: Vec<PathBuf> = found.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        if found.is_empty() {
            return Err("no such file; name a card, a pattern or a directory of cards".to_owned());
        }
        Ok(found)
    }
}

/// What is wrong with the files: all of it is told at once.
#[derive(Default)]
struct Wrong {
    mistakes: Vec<Mistake>,
    unreadable: Vec<ConfigError>,
}

impl Wrong {
    fn is_nothing(&self) -> bool {
        self.mistakes.is_empty() && self.unreadable.is_empty()
    }

    /// A file, by its name, and what is in it, if it can be read.
    fn read(&mut self, path: &Path) -> Option<(String, String)> {
        match read(path, "correct rates.file, rates.names or rates.cards, or leave the key out") {
            Ok(text) => Some((path.display().to_string(), text)),
            Err(ConfigError::Mistakes(mistakes)) => {
                self.mistakes.extend(mistakes);
                None
            }
            Err(error) => {
                self.unreadable.push(error);
                None
            }
        }
    }

    fn end(mut self) -> Result<(), ConfigError> {
        if let (true, [_]) = (self.mistakes.is_empty(), &self.unreadable[..]) {
            return self.unreadable.pop().map_or(Ok(()), Err);
        }
        // Beside others, one that cannot be read is a mistake at its beginning.
        for error in self.unreadable {
            if let ConfigError::Unreadable { path, why, advice } = error {
                let at = Position { file: path.display().to_string(), line: 1, column: 1 };
                self.mistakes.push(Mistake { at, what: format!("{why}; {advice}") });
            }
        }
        if self.mistakes.is_empty() { Ok(()) } else { Err(ConfigError::Mistakes(self.mistakes)) }
    }
}

/// Whether a names or rates file is the original's YAML rather than its table.
fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}
