//! What was measured, for people and for programs.

use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};

/// One thing that was measured, and what it is compared to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// A letter, `a` to `i`.
    pub part: String,
    pub name: String,
    pub subject: Measure,
    /// What it is compared to, measured in the same run.
    pub reference: Option<Reference>,
    /// How fast the subject is, compared to the reference, by the best times of both.
    pub ratio: Option<f64>,
    /// The least and the greatest ratio of a round.
    pub spread: Option<(f64, f64)>,
    /// How much of the whole it is, if it is a part of one.
    pub share: Option<f64>,
    pub target: Option<Target>,
    /// Whether the target is met.
    pub holds: Option<bool>,
    /// The most memory that the process had while the subject worked, beside what is its input in (a)
    /// and (c). What a server takes is not in it.
    pub peak_bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub value: f64,
    pub unit: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub what: String,
    #[serde(flatten)]
    pub measure: Measure,
}

/// What must be so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    RatioAtLeast(f64),
    /// The subject's value, in its unit.
    ValueAtMost(f64),
    /// The subject's value less the reference's, in their unit.
    DifferenceAtMost(f64),
}

impl Measure {
    pub fn new(value: f64, unit: &str) -> Self {
        Measure { value, unit: unit.to_owned() }
    }
}

impl Row {
    /// A row with nothing but what was measured.
    pub fn new(part: &str, name: impl Into<String>, subject: Measure) -> Self {
        Row {
            part: part.to_owned(),
            name: name.into(),
            subject,
            reference: None,
            ratio: None,
            spread: None,
            share: None,
            target: None,
            holds: None,
            peak_bytes: None,
        }
    }

    /// What it is compared to, in the same unit.
    #[must_use]
    pub fn against(mut self, what: &str, measure: Measure, spread: Option<(f64, f64)>) -> Self {
        let (subject, reference) = (self.subject.value, measure.value);
        // A rate says how fast, a time how slow.
        let is_rate = measure.unit.ends_with("/s");
        self.ratio = Some(if is_rate { subject / reference } else { reference / subject });
        self.spread = spread;
        self.reference = Some(Reference { what: what.to_owned(), measure });
        self
    }

    /// What must be so of it.
    #[must_use]
    pub fn must(mut self, target: Target) -> Self {
        let reference = self.reference.as_ref().map(|reference| reference.measure.value);
        self.holds = Some(match target {
            Target::RatioAtLeast(least) => self.ratio.is_some_and(|ratio| ratio >= least),
            Target::ValueAtMost(most) => self.subject.value <= most,
            Target::DifferenceAtMost(most) => reference.is_some_and(|reference| self.subject.value - reference <= most),
        });
        self.target = Some(target);
        self
    }

    /// How much memory it took.
    #[must_use]
    pub fn with_peak(mut self, peak_bytes: Option<u64>) -> Self {
        self.peak_bytes = peak_bytes;
        self
    }
}

impl Target {
    fn shown(self, unit: &str) -> String {
        match self {
            Target::RatioAtLeast(least) if least < 0.4 => format!("ratio ≥ 1/{:.0}", 1.0 / least),
            Target::RatioAtLeast(least) => format!("ratio ≥ {least}"),
            Target::ValueAtMost(most) => format!("≤ {most} {unit}"),
            Target::DifferenceAtMost(most) => format!("+ ≤ {most} {unit}"),
        }
    }
}

/// All rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(["", "what", "measured", "compared to", "", "ratio", "rounds", "share", "target", "", "peak"]);
    for row in rows {
        let of = |measure: &Measure| format!("{} {}", short(measure.value), measure.unit);
        let reference = row.reference.as_ref();
        table.add_row([
            row.part.clone(),
            row.name.clone(),
            of(&row.subject),
            reference.map(|reference| reference.what.clone()).unwrap_or_default(),
            reference.map(|reference| of(&reference.measure)).unwrap_or_default(),
            row.ratio.map(short).unwrap_or_default(),
            row.spread.map(|(least, most)| format!("{}–{}", short(least), short(most))).unwrap_or_default(),
            row.share.map(|share| format!("{:.1} %", 100.0 * share)).unwrap_or_default(),
            row.target.map(|target| target.shown(&row.subject.unit)).unwrap_or_default(),
            row.holds.map(|holds| if holds { "holds" } else { "MISSED" }).unwrap_or_default().to_owned(),
            row.peak_bytes.map(memory).unwrap_or_default(),
        ]);
    }
    for column in [2, 4, 5, 6, 7, 10] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn memory(bytes: u64) -> String {
    if bytes < 1 << 20 { "< 1 MiB".to_owned() } else { format!("{} MiB", bytes >> 20) }
}

/// Three digits that mean something.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{:.2} M", value / 1e6),
        size if size >= 1e4 => format!("{:.0} k", value / 1e3),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_or_missed() {
        let rate = |value| Measure::new(value, "rows/s");
        let row = || Row::new("a", "x", rate(50.0)).against("y", rate(100.0), Some((0.4, 0.6)));
        assert_eq!(row().ratio, Some(0.5));
        assert_eq!(row().must(Target::RatioAtLeast(0.5)).holds, Some(true));
        assert_eq!(row().must(Target::RatioAtLeast(0.51)).holds, Some(false));
        let time = |value| Measure::new(value, "ns a line");
        let row = || Row::new("c", "x", time(12.0)).against("y", time(3.0), Some((0.2, 0.3)));
        assert_eq!(row().ratio, Some(0.25));
        assert_eq!(row().must(Target::DifferenceAtMost(9.0)).holds, Some(true));
        assert_eq!(row().must(Target::DifferenceAtMost(8.5)).holds, Some(false));
        assert_eq!(row().must(Target::ValueAtMost(11.0)).holds, Some(false));
    }

    #[test]
    fn numbers_are_short() {
        let of = [0.0416, 0.516, 12.34, 345.6, 45_678.0, 1_234_567.0].map(short);
        assert_eq!(of, ["0.042", "0.52", "12.3", "346", "46 k", "1.23 M"]);
    }
}
