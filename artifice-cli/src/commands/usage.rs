//! `artifice usage`: what a bill would say now.

use std::collections::BTreeSet;
use std::path::Path;

use artifice_engine::config::Config;
use artifice_engine::{Cancel, Selection};

use super::open::{self, existing_ledger};
use crate::args::{Format, PeriodArgs, this_month};
use crate::ending::{CommandError, Ending};
use crate::interrupt::anywhere;
use crate::listening::{Listening, Noticing};
use crate::output;
use crate::output::statements::Writer;
use crate::progress::Shown;
use crate::say;

pub async fn run(
    file: &Path,
    selection: Selection,
    period: &PeriodArgs,
    explain: bool,
    format: Format,
) -> Result<Ending, CommandError> {
    let engine = open::engine(file)?;
    let calendar = &engine.config().main.calendar;
    let period = match period.period(calendar, artifice_engine::now())? {
        Some(period) => period,
        None => this_month(calendar, artifice_engine::now())?,
    };
    check_sections(&selection.sections, engine.config())?;
    let ledger = existing_ledger(engine.config()).await?;
    if explain && format == Format::Csv {
        let why = "--explain does not fit a table of CSV; choose --format table or json";
        return Err(CommandError::Arguments(why.to_owned()));
    }
    let notices = Noticing::default();
    let mut writer = Writer::new(&notices, format, *calendar).explaining(explain);
    let run = Shown::new();
    let listening = Listening::of(&run, &notices, |told| writer.told(told));
    let showed = run.show(&Cancel::default());
    anywhere(engine.preview(ledger.as_deref(), &selection, period, None, &listening)).await??;
    drop(showed);
    if let Some(ledger) = ledger {
        ledger.close().await;
    }
    let ending = writer.end()?;
    run.sum_up();
    if ending.count == 0 && !ending.failed {
        say::note(&format!("nothing was used in the period {}", output::period(period, Some(*calendar))));
    }
    if !selection.sections.is_empty() && ending.count > 0 {
        let sections = selection.sections.join(", ");
        say::note(&format!("only {sections} is shown: totals are of that alone, without the minimum charge"));
    }
    Ok(if ending.failed { Ending::Failed } else { Ending::Done })
}

/// A misspelt section must not look like one in which nothing was used.
fn check_sections(asked: &[String], config: &Config) -> Result<(), CommandError> {
    let fees = config.fees.iter().map(|fee| fee.section.as_str());
    let known: BTreeSet<&str> = config.entries.iter().map(|entry| entry.section.as_str()).chain(fees).collect();
    match asked.iter().find(|section| !known.contains(section.as_str())) {
        None => Ok(()),
        Some(section) => {
            let known: Vec<&str> = known.into_iter().collect();
            Err(CommandError::Arguments(format!(
                "--section: there is no section '{section}'; there are {}",
                known.join(", ")
            )))
        }
    }
}
