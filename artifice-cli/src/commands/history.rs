//! `artifice history`: what has been billed, line by line or summed up.

use std::ops::ControlFlow;
use std::path::Path;

use artifice_engine::EngineError;
use artifice_engine::config::Config;
use artifice_ledger::{Group, Grouping, Ledger, LedgerError, TooLarge, Wanted, all_tenants, tenants_named};
use artifice_text::json;

use super::open::{ledger_to_read, load};
use crate::args::{By, Format, PeriodArgs, dimensions};
use crate::ending::{CommandError, Ending};
use crate::output::history::{Lines, groups};
use crate::output::{self, print};
use crate::say;
use artifice_engine::view;

pub async fn run(
    file: &Path,
    tenants: &[String],
    period: &PeriodArgs,
    by: &[By],
    format: Format,
) -> Result<Ending, CommandError> {
    let config = load(file)?;
    let calendar = config.main.calendar;
    let period = period.period(&calendar, artifice_engine::now())?;
    let ledger = ledger_to_read(&config).await?;
    let tenants = match &ledger {
        Some(ledger) if !tenants.is_empty() => {
            let known = all_tenants(ledger.as_ref()).await.map_err(EngineError::from)?;
            let named = tenants_named(&known, tenants);
            Some(named.map_err(|why| CommandError::Arguments(format!("--tenant: {why}")))?)
        }
        _ => None,
    };
    let wanted = Wanted { tenants, period };
    let count = if by.is_empty() {
        lines(ledger.as_deref(), &wanted, Lines::new(format, calendar)).await?
    } else {
        sums(&config, ledger.as_deref(), &wanted, by, format).await?
    };
    if let Some(ledger) = ledger {
        ledger.close().await;
        if count == 0 {
            let when = period.map(|period| format!(" in the period {}", output::period(period, Some(calendar))));
            say::note(&format!("nothing was billed{}", when.unwrap_or_default()));
        }
    }
    Ok(Ending::Done)
}

/// Writes every line as it is read. Says how many.
async fn lines(ledger: Option<&dyn Ledger>, wanted: &Wanted, mut writer: Lines) -> Result<usize, CommandError> {
    let mut written = Ok(());
    if let Some(ledger) = ledger {
        let read = ledger
            .history_lines(wanted, &mut |line| {
                written = writer.line(&line);
                if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
            .await;
        if let Err(error) = read {
            let begun = writer.cut();
            return Err(if begun { CommandError::Incomplete(error) } else { EngineError::from(error).into() });
        }
    }
    let count = writer.count();
    match written.and_then(|()| writer.end()) {
        // Whoever closed it has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(count),
        written => Ok(written.map(|()| count)?),
    }
}

/// Writes sums. Says of how many groups.
async fn sums(
    config: &Config,
    ledger: Option<&dyn Ledger>,
    wanted: &Wanted,
    by: &[By],
    format: Format,
) -> Result<usize, CommandError> {
    let by = dimensions(by);
    let grouping = Grouping { by: &by, calendar: &config.main.calendar };
    let found: Vec<Group> = match ledger {
        Some(ledger) => ledger.history_groups(wanted, grouping).await.map_err(EngineError::from)?,
        None => Vec::new(),
    };
    let too_large = |TooLarge| EngineError::from(LedgerError::TooLarge { database: config.database.to_string() });
    let text = match format {
        Format::Table => groups::table(&by, &found).map_err(too_large)?,
        Format::Json => json(&view::history::sums(&by, &found).map_err(too_large)?).into_owned(),
        Format::Csv => groups::csv(&by, &found)?,
    };
    print(&text)?;
    Ok(found.len())
}
