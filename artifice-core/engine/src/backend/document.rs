//! A stored statement becomes a document of its backend.

mod facts;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use artifice_model::statement::{Line, Tax, TaxRounding};
use artifice_model::{Calendar, Decimal, Timestamp};
use artifice_plugin_host::api::{self, ErrorKind, RSlice, Standing};
use artifice_plugin_host::{Backend, Invoice};

use self::facts::{Factors, date};
use crate::backend::deadlines;
use crate::crash;
use crate::sound;
use artifice_ledger::{Body, Kind, Receipt, Statement};

/// Lines of one call: enough that the call costs nothing, few enough for the processor's cache.
const BATCH: usize = 64;

/// A document under way failed; whether the backend may have it all the same.
pub(crate) struct SendError {
    pub unknown: bool,
    pub message: String,
}

impl SendError {
    /// An error before `commit`: nothing outside has changed.
    fn before(error: api::Error) -> Self {
        SendError { unknown: false, message: error.message().to_owned() }
    }

    fn in_commit(error: api::Error) -> Self {
        let unknown = matches!(error.kind(), ErrorKind::Unknown | ErrorKind::Panicked);
        SendError { unknown, message: error.message().to_owned() }
    }
}

/// Hands a whole statement over, and commits it.
pub(crate) async fn send(
    backend: Arc<dyn Backend>,
    time: Duration,
    statement: &Statement,
    body: Arc<Body>,
) -> Result<Receipt, SendError> {
    crash::point("before send").await;
    let statement = statement.clone();
    let sent = blocking(time, move |call| commit(backend.as_ref(), call, &statement, &body)).await;
    crash::point("after send").await;
    // What a call has done whose end nobody heard, nobody knows.
    sent.unwrap_or_else(|message| Err(SendError { unknown: true, message }))
}

/// How long after a broken connection a commit may still happen.
pub(crate) async fn longest_delay(backend: Arc<dyn Backend>) -> Result<Duration, String> {
    asked(move |call| backend.longest_delay(call)).await
}

/// A document that a backend has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What the backend calls it.
    pub receipt: Receipt,
    /// What somebody has changed there since, if anything.
    pub changed: Option<String>,
}

/// The receipt of the document under a statement's key, if there is one. What people have changed in it
/// since makes no difference.
pub(crate) async fn find(backend: Arc<dyn Backend>, statement: &Statement) -> Result<Option<Receipt>, String> {
    Ok(look(backend, statement).await?.map(|kept| kept.receipt))
}

/// The document under a statement's key, if there is one. One that people have cancelled is for people to settle.
pub(crate) async fn look(backend: Arc<dyn Backend>, statement: &Statement) -> Result<Option<Kept>, String> {
    crash::point("before find").await;
    let statement = statement.clone();
    let standing = asked(move |call| with_header(&statement, |header| backend.find(call, header))).await?;
    crash::point("after find").await;
    match standing {
        Standing::Absent => Ok(None),
        Standing::Stands(receipt) => Ok(Some(Kept { receipt: own(receipt), changed: None })),
        Standing::Changed { receipt, what } => {
            Ok(Some(Kept { receipt: own(receipt), changed: Some(what.into_string()) }))
        }
        Standing::Cancelled(receipt) => Err(format!(
            "{}: it is this statement's document, and was cancelled there; delete it there to have it made again, or void the \
             statement",
            receipt.reference
        )),
    }
}

/// Has a backend remove what tries have left of a statement that is taken back.
pub(crate) async fn discard(backend: Arc<dyn Backend>, statement: &Statement) -> Result<(), String> {
    let statement = statement.clone();
    asked(move |call| with_header(&statement, |header| backend.discard(call, header))).await
}

/// Whether what is behind a backend can be reached and is prepared.
pub(crate) async fn health(backend: Arc<dyn Backend>) -> Result<(), String> {
    asked(move |call| backend.health(call)).await
}

/// The documents that a backend has, at least since an instant, and since when none is missing; `None` if
/// it cannot list them.
pub(crate) async fn list(
    backend: Arc<dyn Backend>,
    since: Timestamp,
) -> Result<(Vec<api::Document>, Option<Timestamp>), String> {
    let since = api::Timestamp { micros: since.micros() };
    let listing = blocking(deadlines::LIST, move |call| {
        let mut all = Vec::new();
        let listing = backend.documents(call, since, &mut |document| {
            all.push(document);
            ControlFlow::Continue(())
        });
        listing.map(|listing| (all, listing.complete_since.into_option()))
    });
    let (all, complete) = listing.await?.map_err(|error| error.message().to_owned())?;
    Ok((all, complete.map(|at| Timestamp::from_micros(at.micros))))
}

/// Asks a backend something that it knows soon.
async fn asked<T: Send + 'static>(
    question: impl FnOnce(&api::Call<'_>) -> Result<T, api::Error> + Send + 'static,
) -> Result<T, String> {
    blocking(deadlines::ASK, question).await?.map_err(|error| error.message().to_owned())
}

/// Calls a backend on a thread that may block. A call that takes too long goes on there, unheard.
pub(crate) async fn blocking<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce(&api::Call<'_>) -> T + Send + 'static,
) -> Result<T, String> {
    let call = api::Call::within(time);
    let (deadline, working) = (call.deadline.into(), tokio::task::spawn_blocking(move || work(&call)));
    match tokio::time::timeout_at(deadline, working).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(format!("the call to the backend ended: {error}")),
        Err(_) => Err(format!("the backend did not answer within {} s", time.as_secs())),
    }
}

/// The same, on a thread that may block.
fn commit(
    backend: &dyn Backend,
    call: &api::Call<'_>,
    statement: &Statement,
    body: &Body,
) -> Result<Receipt, SendError> {
    let mut invoice = with_header(statement, |header| backend.open(call, header)).map_err(SendError::before)?;
    fill(invoice.as_mut(), statement, body).map_err(SendError::before)?;
    let _phase = tracing::debug_span!("commit").entered();
    invoice.commit().map(own).map_err(SendError::in_commit)
}

/// Writes a committed document once more; `None` if its backend keeps it elsewhere.
pub(crate) async fn rewrite(
    backend: Arc<dyn Backend>,
    statement: Statement,
    body: Body,
    receipt: Receipt,
) -> Result<Option<Receipt>, String> {
    sound::check(&statement, &body);
    let writing = blocking(deadlines::sending(body.lines.len()), move |call| {
        let mut invoice = with_header(&statement, |header| backend.open(call, header))?;
        fill(invoice.as_mut(), &statement, &body)?;
        invoice.rewrite(&lend(&receipt))
    });
    writing.await?.map(|receipt| receipt.map(own)).map_err(|error| error.message().to_owned())
}

/// Sections, lines, totals.
fn fill(invoice: &mut dyn Invoice, statement: &Statement, body: &Body) -> Result<(), api::Error> {
    let _phase = tracing::debug_span!("hand over").entered();
    hand_over_lines(invoice, &body.lines, &body.taxes)?;
    let taxes: Vec<api::Tax<'_>> = body.taxes.iter().map(tax).collect();
    let taxes = RSlice::from_slice(&taxes);
    let (subtotal, total) = (decimal(statement.subtotal), decimal(statement.total));
    invoice.totals(&api::Totals { subtotal, taxes, total, extra: RSlice::EMPTY })
}

/// Hands a statement's lines, which are in their order, to its document: section by section, in batches.
pub fn hand_over_lines(invoice: &mut dyn Invoice, lines: &[Line], taxes: &[Tax]) -> Result<(), api::Error> {
    // One for all batches: the views stay in the processor's cache.
    let mut views = Vec::with_capacity(BATCH.min(lines.len()));
    let mut factors = Factors::default();
    let on = sections_taxes(lines, taxes);
    let mut rest = lines;
    while let Some(first) = rest.first() {
        // Lines stand in the order of their sections, so its end can be searched for.
        let name = &first.usage.section;
        let section;
        (section, rest) = rest.split_at(rest.partition_point(|line| line.usage.section == *name));
        invoice.section(name)?;
        let its_taxes = on.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        for batch in section.chunks(BATCH) {
            views.clear();
            views.extend(batch.iter().map(|one| line(one, factors.of(one), its_taxes)));
            invoice.lines(&views)?;
        }
    }
    Ok(())
}

/// The places of the taxes that each section's lines bear.
fn sections_taxes<'l>(lines: &'l [Line], taxes: &[Tax]) -> HashMap<&'l str, Vec<u32>> {
    let mut sections: Vec<&str> = lines.iter().map(|line| line.usage.section.as_str()).collect();
    sections.dedup();
    let on = |section: &str| (0..).zip(taxes).filter(|(_, tax)| tax.is_on(section)).map(|(place, _)| place).collect();
    sections.into_iter().map(|section| (section, on(section))).collect()
}

/// What a backend is told of where taxes are rounded, if not once on the sum of the lines.
pub(crate) fn rounding(rounding: TaxRounding) -> &'static [api::Pair<'static>] {
    const LINE: &[api::Pair<'_>] =
        &[api::Pair { key: api::RStr::from_str("tax_rounding"), value: api::RStr::from_str("line") }];
    match rounding {
        TaxRounding::Document => &[],
        TaxRounding::Line => LINE,
    }
}

fn with_header<T>(
    statement: &Statement,
    work: impl FnOnce(&api::Header<'_>) -> Result<T, api::Error>,
) -> Result<T, api::Error> {
    let calendar = Calendar::new(&statement.timezone).map_err(api::Error::refused)?;
    let day = |at| {
        let no_date = || api::Error::refused(format_args!("statement {}: {at} is beyond all dates", statement.number));
        date(&calendar, at).ok_or_else(no_date)
    };
    let about = statement.refers_to.as_ref().map(|referred| (referred, lend(&referred.receipt)));
    let label = statement.label.iter().map(|label| api::Pair { key: "label".into(), value: label.as_str().into() });
    let attributes: Vec<api::Pair<'_>> = label.collect();
    work(&api::Header {
        key: statement.id.as_str().into(),
        ledger_id: statement.ledger_id.as_str().into(),
        digest: statement.digest.as_str().into(),
        number: statement.number,
        kind: match statement.kind {
            Kind::Invoice => api::Kind::Invoice,
            Kind::Adjustment => api::Kind::Adjustment,
            Kind::Credit => api::Kind::Credit,
        },
        refers_to: about
            .as_ref()
            .map(|(referred, receipt)| api::Reference {
                key: referred.id.as_str().into(),
                number: referred.number,
                receipt,
                extra: RSlice::EMPTY,
            })
            .into(),
        tenant: api::Tenant {
            id: statement.tenant.id.as_str().into(),
            name: statement.tenant.name.as_deref().map(Into::into).into(),
            attributes: RSlice::from_slice(&attributes),
        },
        start: api::Timestamp { micros: statement.period.start().micros() },
        end: api::Timestamp { micros: statement.period.end().micros() },
        timezone: statement.timezone.as_str().into(),
        first_day: day(statement.period.start())?,
        last_day: day(statement.period.end().plus(-1))?,
        issued: day(statement.created)?,
        currency: statement.currency.code().into(),
        currency_digits: statement.currency.digits(),
        extra: RSlice::from_slice(rounding(statement.tax_rounding())),
    })
}

fn line<'l>(line: &'l Line, factor: Option<api::Fraction>, taxes: &'l [u32]) -> api::Line<'l> {
    let usage = &line.usage;
    // The numbers first: the texts are then mere copies of places and lengths.
    let (quantity, cost) = (decimal(usage.volume), decimal(line.cost.unwrap_or_default()));
    let rate = line.rate.as_ref().map(|rate| decimal(rate.amount)).into();
    api::Line {
        section: usage.section.as_str().into(),
        location: usage.location.as_str().into(),
        service: usage.service.as_str().into(),
        name: line.name.as_str().into(),
        resource_id: usage.resource_id.as_str().into(),
        resource_name: usage.resource_name.as_str().into(),
        meter: usage.meter.as_str().into(),
        aggregate: usage.aggregate_name().into(),
        start: api::Timestamp { micros: usage.period.start().micros() },
        end: api::Timestamp { micros: usage.period.end().micros() },
        quantity,
        unit: usage.unit.as_str().into(),
        rate,
        rate_unit: line.rate.as_ref().map_or("", |rate| &rate.per).into(),
        factor: factor.into(),
        cost,
        taxes: RSlice::from_slice(taxes),
        extra: RSlice::EMPTY,
    }
}

fn tax(tax: &Tax) -> api::Tax<'_> {
    api::Tax {
        name: tax.name.as_str().into(),
        percent: decimal(tax.percent),
        base: decimal(tax.base),
        amount: decimal(tax.amount),
        extra: RSlice::EMPTY,
    }
}

fn decimal(value: Decimal) -> api::Decimal {
    api::Decimal::new(value.mantissa(), value.scale())
}

/// A receipt as the ledger keeps it.
fn own(receipt: api::Receipt) -> Receipt {
    let details = receipt.details.into_iter().map(|detail| (detail.key.into_string(), detail.value.into_string()));
    Receipt { reference: receipt.reference.into_string(), details: details.collect() }
}

/// A receipt as the backend made it.
fn lend(receipt: &Receipt) -> api::Receipt {
    let empty = api::Receipt::new(receipt.reference.as_str());
    receipt.details.iter().fold(empty, |receipt, (key, value)| receipt.with(key.as_str(), value.as_str()))
}
