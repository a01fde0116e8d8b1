//! The head of a statement.

use artifice_plugin_api::{Header, Kind, Pair};

use super::origin;

/// The head of a statement, kept.
pub struct Head {
    /// The statement's key.
    pub key: String,
    /// The id of its ledger, if that has one.
    pub ledger_id: String,
    /// The digest of its content.
    pub digest: String,
    /// Its number.
    pub number: u64,
    /// What it is.
    pub kind: Kind,
    /// The ERP's name and id of the document that this one is about.
    pub refers_to: Option<(String, Option<i64>)>,
    /// The tenant's id.
    pub tenant: String,
    /// What people call the tenant.
    pub label: String,
    /// First and last day, and the day of issue.
    pub days: [String; 3],
    /// The currency.
    pub currency: String,
    /// Digits of its minor unit.
    pub digits: u8,
    /// Whether its taxes are rounded for each line, and not once.
    pub rounds_lines: bool,
}

/// Whether taxes are rounded for each line (`tax_rounding`), as a header or a context says.
pub fn rounds_lines(extra: &[Pair<'_>]) -> bool {
    extra.iter().any(|pair| pair.key == "tax_rounding" && pair.value == "line")
}

/// How the ERP calls that it rounds taxes as a statement does.
pub fn method(rounds_lines: bool) -> &'static str {
    if rounds_lines { "per line" } else { "globally" }
}

impl Head {
    /// Copies what a header says.
    pub fn of(header: &Header<'_>) -> Self {
        let about = header.refers_to.into_option();
        Head {
            key: header.key.to_string(),
            ledger_id: header.ledger_id.to_string(),
            digest: header.digest.to_string(),
            number: header.number,
            kind: header.kind,
            refers_to: about.map(|about| {
                let id = about.receipt.detail("id").and_then(|id| id.parse().ok());
                (about.receipt.reference.to_string(), id)
            }),
            tenant: header.tenant.id.to_string(),
            label: header.tenant.label().to_owned(),
            days: [header.first_day, header.last_day, header.issued].map(|day| day.to_string()),
            currency: header.currency.to_string(),
            digits: header.currency_digits,
            rounds_lines: rounds_lines(&header.extra),
        }
    }

    /// Number, digest and ledger, as the document's origin has them.
    pub fn origin(&self) -> String {
        origin::origin(self.number, &self.digest, &self.ledger_id)
    }

    /// What stands for a placeholder of the note.
    pub fn part(&self, name: &str) -> String {
        let [first, last, issued] = &self.days;
        match name {
            "number" => self.number.to_string(),
            "key" => self.key.clone(),
            "tenant" => self.label.clone(),
            "tenant_id" => self.tenant.clone(),
            "start" => first.clone(),
            "end" => last.clone(),
            "issued" => issued.clone(),
            "refers_to" => self.refers_to.as_ref().map(|(name, _)| name.clone()).unwrap_or_default(),
            _ => String::new(),
        }
    }
}
