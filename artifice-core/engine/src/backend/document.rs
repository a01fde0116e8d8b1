//! A stored statement becomes a document of its backend.

mod facts;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use artifice_model::statement::{Line, Tax};
use artifice_model::{Calendar, Decimal, Timestamp};
use artifice_plugin_host::Backend;
use artifice_plugin_host::api::{self, ErrorKind, RSlice};
use async_trait::async_trait;
use tracing::Instrument;

use self::facts::{Factors, date};
use crate::lifecycle::crash;
use crate::lifecycle::deliver::{Courier, Sent};
use artifice_ledger::{Body, Kind, Ledger, Receipt, Statement};

/// How long a backend may take for one statement. A claim's lease is longer.
pub const SEND_DEADLINE: Duration = Duration::from_secs(300);
/// How long a backend may take to answer a question.
const ASK_DEADLINE: Duration = Duration::from_secs(120);
/// How long a backend may take to list its documents.
const LIST_DEADLINE: Duration = Duration::from_secs(3600);

/// Lines of one call: enough that the call costs nothing, few enough for the processor's cache.
const BATCH: usize = 64;

/// The backend of a loaded library, which blocks, as a courier, which does not.
pub struct BackendCourier<'l> {
    /// The backend.
    backend: Arc<Backend>,
    /// Where the lines are.
    ledger: &'l dyn Ledger,
    /// Whether a call met a backend that had panicked before.
    met_a_panic: AtomicBool,
}

impl<'l> BackendCourier<'l> {
    pub fn new(backend: Arc<Backend>, ledger: &'l dyn Ledger) -> Self {
        BackendCourier { backend, ledger, met_a_panic: AtomicBool::new(false) }
    }

    /// Whether the backend answered nothing because it had panicked in somebody else's call.
    pub fn met_a_panic_of_others(&self) -> bool {
        self.met_a_panic.load(Ordering::Acquire)
    }

    /// Takes note of a backend that has panicked, before it is called.
    fn look(&self) {
        self.met_a_panic.fetch_or(self.backend.has_panicked(), Ordering::AcqRel);
    }
}

/// A document under way failed; whether the backend may have it all the same.
struct SendError {
    unknown: bool,
    message: String,
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

#[async_trait]
impl Courier for BackendCourier<'_> {
    async fn send(&self, statement: &Statement) -> Sent {
        let reading = self.ledger.statement_body(statement).instrument(tracing::debug_span!("read back"));
        let body = match reading.await {
            Ok(body) => body,
            Err(error) => return Sent::NotSent(error.to_string()),
        };
        self.look();
        crash::point("before send").await;
        let (backend, statement) = (self.backend.clone(), statement.clone());
        let sending = blocking(SEND_DEADLINE, move || send(&backend, &statement, &body));
        let sent = sending.await;
        crash::point("after send").await;
        match sent {
            Ok(Ok(receipt)) => Sent::Received(receipt),
            Ok(Err(SendError { unknown: false, message })) => Sent::NotSent(message),
            Ok(Err(SendError { unknown: true, message })) | Err(message) => Sent::Unknown(message),
        }
    }

    async fn find(&self, statement: &Statement) -> Result<Option<Receipt>, String> {
        self.look();
        crash::point("before find").await;
        let (backend, statement) = (self.backend.clone(), statement.clone());
        let finding = blocking(ASK_DEADLINE, move || with_header(&statement, |header| backend.find(header)));
        let found = finding.await?.map_err(|error| error.message().to_owned())?;
        crash::point("after find").await;
        Ok(found.map(own))
    }

    async fn longest_delay_us(&self) -> Result<i64, String> {
        let backend = self.backend.clone();
        let asking = blocking(ASK_DEADLINE, move || backend.longest_delay_s());
        let seconds = asking.await?.map_err(|error| error.message().to_owned())?;
        Ok(i64::try_from(seconds).ok().and_then(|s| s.checked_mul(1_000_000)).unwrap_or(i64::MAX))
    }
}

impl BackendCourier<'_> {
    /// Has the backend remove what tries have left of a statement that is taken back.
    pub async fn discard(&self, statement: &Statement) -> Result<(), String> {
        let (backend, statement) = (self.backend.clone(), statement.clone());
        let discarding = blocking(ASK_DEADLINE, move || with_header(&statement, |header| backend.discard(header)));
        discarding.await?.map_err(|error| error.message().to_owned())
    }
}

/// The documents that a backend has, at least since an instant; `None` if it cannot list them.
pub(crate) async fn list(backend: Arc<Backend>, since: Timestamp) -> Result<Option<Vec<api::Document>>, String> {
    let since = api::Timestamp { micros: since.micros() };
    let listed = blocking(LIST_DEADLINE, move || backend.documents(since)).await?;
    listed.map_err(|error| error.message().to_owned())
}

/// Calls a backend on a thread that may block. A call that takes too long goes on there, unheard.
pub(crate) async fn blocking<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    match tokio::time::timeout(deadline, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(format!("the call to the backend ended: {error}")),
        Err(_) => Err(format!("the backend did not answer within {} s", deadline.as_secs())),
    }
}

/// Hands a whole statement over and commits it.
fn send(backend: &Backend, statement: &Statement, body: &Body) -> Result<Receipt, SendError> {
    let mut invoice = with_header(statement, |header| backend.open(header)).map_err(SendError::before)?;
    fill(&mut invoice, statement, body).map_err(SendError::before)?;
    let _phase = tracing::debug_span!("commit").entered();
    invoice.commit().map(own).map_err(SendError::in_commit)
}

/// Writes a committed document once more; `None` if its backend keeps it elsewhere.
pub(crate) async fn rewrite(
    backend: Arc<Backend>,
    statement: Statement,
    body: Body,
    receipt: Receipt,
) -> Result<Option<Receipt>, String> {
    let writing = blocking(SEND_DEADLINE, move || {
        let mut invoice = with_header(&statement, |header| backend.open(header))?;
        fill(&mut invoice, &statement, &body)?;
        invoice.rewrite(&lend(&receipt))
    });
    writing.await?.map(|receipt| receipt.map(own)).map_err(|error| error.message().to_owned())
}

/// Sections, lines, totals.
fn fill(invoice: &mut artifice_plugin_host::Invoice, statement: &Statement, body: &Body) -> Result<(), api::Error> {
    let _phase = tracing::debug_span!("hand over").entered();
    hand_over_lines(invoice, &body.lines, &body.taxes)?;
    let taxes: Vec<api::Tax<'_>> = body.taxes.iter().map(tax).collect();
    let taxes = RSlice::from_slice(&taxes);
    invoice.totals(&api::Totals { subtotal: decimal(statement.subtotal), taxes, total: decimal(statement.total) })
}

/// Hands a statement's lines, which are in their order, to its document: section by section, in batches.
pub fn hand_over_lines(
    invoice: &mut artifice_plugin_host::Invoice,
    lines: &[Line],
    taxes: &[Tax],
) -> Result<(), api::Error> {
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
    work(&api::Header {
        key: statement.id.as_str().into(),
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
            })
            .into(),
        tenant: api::Tenant {
            id: statement.tenant.id.as_str().into(),
            name: statement.tenant.name.as_deref().map(Into::into).into(),
            attributes: RSlice::EMPTY,
        },
        start: api::Timestamp { micros: statement.period.start().micros() },
        end: api::Timestamp { micros: statement.period.end().micros() },
        timezone: statement.timezone.as_str().into(),
        first_day: day(statement.period.start())?,
        last_day: day(statement.period.end().plus(-1))?,
        issued: day(statement.created)?,
        currency: statement.currency.code().into(),
        currency_digits: statement.currency.digits(),
        extra: RSlice::EMPTY,
    })
}

fn line<'l>(line: &'l Line, factor: Option<api::Fraction>, taxes: &'l [u32]) -> api::Line<'l> {
    let usage = &line.usage;
    // The numbers first: the texts are then mere copies of places and lengths.
    let (volume, cost) = (decimal(usage.volume), decimal(line.cost.unwrap_or_default()));
    let rate = line.rate.as_ref().map(|rate| decimal(rate.amount)).into();
    api::Line {
        section: usage.section.as_str().into(),
        location: usage.location.as_str().into(),
        service: usage.service.as_str().into(),
        name: line.name.as_str().into(),
        resource_id: usage.resource_id.as_str().into(),
        resource_name: usage.resource_name.as_str().into(),
        meter: usage.meter.as_str().into(),
        aggregate: usage.aggregate.name().into(),
        start: api::Timestamp { micros: usage.period.start().micros() },
        end: api::Timestamp { micros: usage.period.end().micros() },
        volume,
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
