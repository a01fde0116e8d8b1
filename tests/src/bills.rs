//! A bill, read from JSON.

use serde_json::Value;

/// A tenant's part of `usage --format json` and `bill --format json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill(pub Value);

impl Bill {
    #[track_caller]
    fn text(value: &Value) -> &str {
        value.as_str().unwrap_or_else(|| panic!("a text belongs here: {value}"))
    }

    pub fn tenant(&self) -> &str {
        Bill::text(&self.0["tenant"]["id"])
    }

    pub fn lines(&self) -> &[Value] {
        self.0["lines"].as_array().unwrap()
    }

    /// A field of all lines.
    pub fn all(&self, field: &str) -> Vec<&str> {
        self.lines().iter().map(|line| Bill::text(&line[field])).collect()
    }

    pub fn total(&self) -> &str {
        Bill::text(&self.0["total"])
    }

    pub fn id(&self) -> &str {
        Bill::text(&self.0["statement"]["id"])
    }

    pub fn status(&self) -> &str {
        Bill::text(&self.0["statement"]["status"])
    }

    pub fn receipt(&self) -> &str {
        Bill::text(&self.0["statement"]["receipt"])
    }

    /// What a preview would say: the bill without its statement.
    pub fn preview(&self) -> Bill {
        let mut preview = self.clone();
        preview.0.as_object_mut().unwrap().shift_remove("statement");
        preview
    }
}
