//! `artifice bill`: store, price, hand to the backend.

use std::path::Path;
use std::sync::{Arc, mpsc};

use artifice_engine::{Cancel, EngineError, How, Purpose, Selection, Told, Watch};

use super::open::{engine, existing_ledger, open_ledger};
use crate::args::{Format, PeriodArgs, TableOrJson};
use crate::ending::{CommandError, Ending};
use crate::interrupt::{anywhere, between_steps};
use crate::listening::{Listening, Noticing};
use crate::output;
use crate::output::bills;
use crate::output::statements::Writer;
use crate::progress::Shown;
use crate::say;
use crate::words::numbered;

/// How to bill.
pub struct Options {
    pub dry_run: bool,
    pub purpose: Purpose,
    pub accept_incomplete: bool,
    pub format: TableOrJson,
}

pub async fn run(
    file: &Path,
    selection: &Selection,
    period: &PeriodArgs,
    options: Options,
) -> Result<Ending, CommandError> {
    let engine = engine(file)?;
    let calendar = engine.config().main.calendar;
    let Some(period) = period.period(&calendar, artifice_engine::now())? else {
        return Err(CommandError::Arguments(
            "which period? add --month YYYY-MM (or `previous`), or --from and --to".to_owned(),
        ));
    };
    if !options.accept_incomplete {
        engine.check_settled(period)?;
    }
    let (format, run) = (options.format, Shown::new());
    if options.dry_run {
        let ledger = existing_ledger(engine.config()).await?;
        let notices = Noticing::default();
        let mut writer =
            Writer::new(&notices, if format == TableOrJson::Json { Format::Json } else { Format::Table }, calendar);
        let listening = Listening::of(&run, &notices, |told| writer.told(told));
        let showed = run.show(&Cancel::default());
        anywhere(engine.preview(ledger.as_deref(), selection, period, Some(options.purpose), &listening)).await??;
        drop(showed);
        if let Some(ledger) = ledger {
            ledger.close().await;
        }
        let ending = writer.end()?;
        run.sum_up();
        say::note("dry run: nothing was stored");
        return Ok(if ending.failed { Ending::Failed } else { Ending::Done });
    }
    // What is wrong with the backend is found before anything is stored.
    let backend = engine.load_backend()?;
    let ledger = open_ledger(engine.config()).await?;
    let (telling, told) = mpsc::channel();
    let notices = Noticing::default();
    let listening = Listening::of(&run, &notices, move |told| {
        if let Told::Failed(failed) = &told {
            output::failure(failed);
        }
        // It is listened to as long as this command runs.
        let _ = telling.send(told);
    });
    let watch = Watch::of(Arc::new(listening));
    let cancel = watch.cancel.clone();
    let billing = engine.bill(ledger.clone(), backend, selection, period, options.purpose, watch);
    let showed = run.show(&cancel);
    let (done, wish) = between_steps(&cancel, billing).await;
    drop(showed);
    notices.tell();
    let (mut billed, mut failed) = (Vec::new(), Vec::new());
    for told in told.try_iter() {
        match told {
            Told::Billed(bill) => billed.push(*bill),
            Told::Failed(failure) => failed.push(failure),
            // Nothing is previewed by a bill.
            Told::Previewed(_) => {}
        }
    }
    // Several tenants are billed at once; what is written does not depend on who was ready first.
    billed.sort_by(|a, b| {
        (&a.statement.tenant.id, a.statement.number).cmp(&(&b.statement.tenant.id, b.statement.number))
    });
    failed.sort_by(|a, b| a.tenant.id.cmp(&b.tenant.id));
    for bill in billed.iter().filter(|bill| bill.how == How::Finished) {
        say::note(&bills::finished(&bill.statement));
    }
    for bill in billed.iter().filter(|bill| bill.how == How::Before) {
        say::note(&bills::billed_before(&bill.statement));
    }
    if let Err(lost @ EngineError::LedgerLost(_)) = done {
        // What was billed is stored; to show it, it would have to be read.
        return Err(lost.into());
    }
    let written = bills::write(ledger.as_ref(), &billed, &failed, format).await;
    ledger.close().await;
    if let (Err(EngineError::Cancelled { unsent }), Some(wish)) = (&done, wish) {
        let sent = billed.iter().filter(|bill| bill.how != How::Before);
        let sent: Vec<u64> = sent.map(|bill| bill.statement.number).collect();
        let why = format!(
            "interrupted: sent by this run: {}; stored and not sent yet: {}; the same command goes on with what is left",
            numbered(&sent),
            numbered(unsent)
        );
        return Err(CommandError::Interrupted { why, wish });
    }
    // (Of a terminal that was closed nothing can be written any more.)
    written?;
    run.sum_up();
    done?;
    if billed.is_empty() && failed.is_empty() {
        let what = match options.purpose {
            Purpose::Invoice => "nothing to bill",
            Purpose::Adjustment => "nothing to adjust",
        };
        say::note(&format!("{what} in the period {}", output::period(period, Some(calendar))));
    }
    Ok(if failed.is_empty() { Ending::Done } else { Ending::Failed })
}
