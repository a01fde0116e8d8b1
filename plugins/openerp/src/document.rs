//! A statement becomes a document, exactly once.
//!
//! The way, each step of which may be taken again by anybody:
//! 1. search by key: what is posted is answered, and never written to;
//! 2. `load` with external ids, on the document and on each line, so that however often it is sent there is
//!    one of each; whoever loses a race is told so and tries again;
//! 3. compare the number of lines, subtotal, tax and total with the statement's; if they differ, the draft is
//!    removed and nothing is posted;
//! 4. post, and believe the state that is read then, whatever posting answered.

mod cells;
mod commit;
mod found;
pub mod head;
pub mod lines;
mod list;
pub mod load;
mod origin;
mod parties;
mod verify;

use std::sync::Arc;

use artifice_plugin_api::{Decimal, Error, Header, Invoice, Line, Receipt, Totals};

use crate::client::Clock;
use crate::decimals;
use crate::erp::Erp;
pub use head::Head;
use lines::{Charged, Row};

/// A document under way.
pub struct Document {
    erp: Arc<Erp>,
    clock: Clock,
    head: Head,
    rows: Vec<Row>,
    totals: Option<Sums>,
}

/// What a statement comes to.
pub struct Sums {
    /// Σ of the lines' costs.
    pub subtotal: Decimal,
    /// The taxes: name, percentage, amount.
    pub taxes: Vec<(String, Decimal, Decimal)>,
    /// Subtotal and taxes.
    pub total: Decimal,
}

impl Document {
    /// Begins a document. Nothing is sent yet.
    pub fn new(erp: Arc<Erp>, clock: Clock, header: &Header<'_>) -> Self {
        Document { erp, clock, head: Head::of(header), rows: Vec::new(), totals: None }
    }
}

impl Invoice for Document {
    fn section(&mut self, name: &str) -> Result<(), Error> {
        self.rows.push(Row::Section(name.to_owned()));
        Ok(())
    }

    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        self.rows.extend(lines.iter().map(|line| Row::Line(Box::new(Charged::of(line)))));
        Ok(())
    }

    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        let taxes = totals.taxes.iter().map(|tax| (tax.name.to_string(), tax.percent, tax.amount)).collect();
        let all = decimals::sum(totals.taxes.iter().map(|tax| tax.amount).chain([totals.subtotal]));
        let mut agrees = all == Some(totals.total);
        let mut costs = self.rows.iter().filter_map(Row::line).map(|line| line.cost);
        agrees &= decimals::sum(&mut costs) == Some(totals.subtotal);
        if !agrees {
            return Err(Error::refused(format_args!(
                "statement {}: its lines and taxes do not add up to its totals; report this to artifice's authors",
                self.head.number
            )));
        }
        for (at, tax) in totals.taxes.iter().enumerate() {
            let bears = |line: &&Charged| line.taxes.iter().any(|one| usize::try_from(*one) == Ok(at));
            let base = decimals::sum(self.rows.iter().filter_map(Row::line).filter(bears).map(|line| line.cost));
            if base != Some(tax.base) {
                return Err(Error::refused(format_args!(
                    "statement {}: the tax {} is on {}, but its lines come to {}; it cannot be said which lines bear it",
                    self.head.number,
                    tax.name,
                    tax.base,
                    base.map_or_else(|| "too much".to_owned(), |base| base.to_string())
                )));
            }
        }
        self.totals = Some(Sums { subtotal: totals.subtotal, taxes, total: totals.total });
        Ok(())
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        self.bring_about()
    }
}
