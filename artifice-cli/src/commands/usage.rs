//! `artifice usage`: what a bill would say now.

use std::path::Path;

use artifice_core::engine::{self, Selection};

use super::existing_ledger;
use crate::args::{Format, PeriodArgs, this_month};
use crate::output::statements::Writer;
use crate::{CommandError, Ending, output};

pub async fn run(
    file: &Path,
    selection: Selection,
    period: &PeriodArgs,
    format: Format,
) -> Result<Ending, CommandError> {
    let engine = super::engine(file)?;
    let calendar = &engine.config().main.calendar;
    let period = match period.period(calendar)? {
        Some(period) => period,
        None => this_month(calendar, engine::now())?,
    };
    let ledger = existing_ledger(engine.config()).await?;
    let mut writer = Writer::new(format);
    engine.preview(ledger.as_deref(), &selection, period, false, |result| writer.preview(result)).await?;
    let ending = writer.end()?;
    if ending.count == 0 && !ending.failed {
        output::note(&format!("nothing was used in the period {period}"));
    }
    Ok(if ending.failed { Ending::Failed } else { Ending::Done })
}
