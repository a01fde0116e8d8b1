//! `module:Class`, what a backend is called in the configuration.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fmt;
use std::str::FromStr;

use crate::error::LoadError;

/// The name of a class of a module: `billing.csv_invoice:Csv`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassPath {
    module: String,
    class: String,
}

impl ClassPath {
    /// The module's name, with dots.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The class's name.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The name of the module's file: `libbilling_csv_invoice.so`.
    pub fn file_name(&self) -> String {
        format!("{DLL_PREFIX}{}{DLL_SUFFIX}", self.module.replace('.', "_"))
    }
}

impl FromStr for ClassPath {
    type Err = LoadError;

    fn from_str(text: &str) -> Result<Self, LoadError> {
        let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match text.split_once(':') {
            Some((module, class)) if module.split('.').all(word) && word(class) => {
                Ok(ClassPath { module: module.to_owned(), class: class.to_owned() })
            }
            _ => Err(LoadError::NotAClassPath { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for ClassPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.module, self.class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_path_names_a_file_and_a_class() {
        let path: ClassPath = "billing.csv_invoice:Csv".parse().unwrap();
        assert_eq!(
            (path.module(), path.class(), path.to_string().as_str()),
            ("billing.csv_invoice", "Csv", "billing.csv_invoice:Csv")
        );
        assert!(path.file_name().contains("billing_csv_invoice"));
        for wrong in ["", "billing", "billing:", ":Csv", "a..b:C", "../x:C", "a/b:C", "a:b:C", "a b:C", "a.b:C d"] {
            assert!(wrong.parse::<ClassPath>().is_err(), "{wrong}");
        }
    }
}
