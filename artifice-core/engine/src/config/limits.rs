//! `limits:`: beyond which a statement is held until a person has looked at it.

use artifice_model::Decimal;

use artifice_settings::Map;

/// The bounds that a statement is compared with. Nothing is bounded unless it is configured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// `total`: the largest total, in the statement's currency.
    pub total: Option<Decimal>,
    /// `change`: by how many hundredths a total may differ from the month before.
    pub change_percent: Option<Decimal>,
}

/// Reads the section.
pub(super) fn limits(mut section: Map<'_>) -> Limits {
    let total = section.parse("total", |text| positive(text, text, "an amount, such as 10000.00"));
    let change_percent = section.parse("change", |text| {
        positive(text, text.trim_end_matches('%').trim_end(), "a change in percent, such as 200%")
    });
    section.end();
    Limits { total, change_percent }
}

fn positive(text: &str, number: &str, what: &str) -> Result<Decimal, String> {
    let value = number.parse::<Decimal>().ok().filter(|value| !value.is_negative());
    value.ok_or_else(|| format!("'{text}' is not {what}"))
}
