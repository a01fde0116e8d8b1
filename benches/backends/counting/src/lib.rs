//! A backend that adds up its lines and does nothing else: what is left is the way to it.

use artifice_plugin_api::schemars::JsonSchema;
use artifice_plugin_api::serde::Deserialize;
use artifice_plugin_api::{Backend, Call, Context, Error, Header, Invoice, Line, Receipt, Standing, Totals};
use artifice_plugin_api::{export, schemars};

/// Makes documents that are a number.
pub struct Counting;

/// It has no settings.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
pub struct Settings {}

/// A document: how many lines, and the sum of something of each.
#[derive(Default)]
pub struct Counted {
    lines: u64,
    sum: i128,
}

impl Backend for Counting {
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DESCRIPTION: &'static str = "adds up lines, to measure how they get here";
    type Config = Settings;
    type Invoice = Counted;

    fn new(_: Settings, _: &Context<'_>) -> Result<Self, Error> {
        Ok(Counting)
    }

    fn find(&self, _: &Call<'_>, _: &Header<'_>) -> Result<Standing, Error> {
        Ok(Standing::Absent)
    }

    fn open(&self, _: &Call<'_>, _: &Header<'_>) -> Result<Counted, Error> {
        Ok(Counted::default())
    }
}

impl Counted {
    /// Takes a line: its cost, and what tells that its texts arrived.
    pub fn add(&mut self, cost: i128, resource_id: &str) {
        self.lines += 1;
        self.sum =
            self.sum.wrapping_add(cost).wrapping_add(i128::from(resource_id.as_bytes().first().copied().unwrap_or(0)));
    }

    /// What came of it.
    pub fn sum(&self) -> String {
        format!("{} lines, {}", self.lines, self.sum)
    }
}

impl Invoice for Counted {
    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        lines.iter().for_each(|line| self.add(line.cost.mantissa(), line.resource_id.as_str()));
        Ok(())
    }

    fn totals(&mut self, _: &Totals<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        Ok(Receipt::new(self.sum()))
    }
}

export! { module: "bench.counting", classes: [Counting] }
