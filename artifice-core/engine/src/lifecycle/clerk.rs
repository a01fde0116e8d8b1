//! What is done for one statement: finishing it, sending it, taking it back.

use std::sync::Arc;

use artifice_model::statement::{Draft, Rules};
use artifice_plugin_host::{Backend, public_settings};
use tracing::Instrument;

use crate::Engine;
use crate::backend::backends::Backends;
use crate::backend::load::check_backend;
use crate::backend::{deadlines, document};
use crate::clock::now;
use crate::crash;
use crate::error::EngineError;
use crate::lifecycle::courier::BackendCourier;
use crate::lifecycle::deliver::{Aim, Delivered, Desk, deliver};
use crate::lifecycle::later::stand_in_the_way;
use crate::lifecycle::machine::{LedgerDesk, Machine};
use crate::lifecycle::owner::Owner;
use crate::sound;
use crate::tell::{Advice, Billed, How, Notice, Progress, Watch};
use crate::trouble::{Trouble, is_held};
use artifice_ledger::{
    Change, Filter, Kind, Ledger, LedgerError, Month, NewKind, NewStatement, Refusal, State, Statement, StatementRef,
    TenantNo, all_statements, only,
};

/// What everything that is done for a statement needs: a ledger and a backend. One serves a whole run and
/// all its tasks.
pub(crate) struct Clerk {
    pub engine: Engine,
    pub ledger: Arc<dyn Ledger>,
    pub watch: Watch,
    backends: Arc<Backends>,
}

/// What a statement says of the backend that it is for.
pub(crate) struct BackendNamed {
    class: String,
    version: String,
    /// Its settings without their secrets, as JSON.
    settings: String,
}

impl Clerk {
    pub fn new(engine: Engine, ledger: Arc<dyn Ledger>, backends: Arc<Backends>, watch: Watch) -> Clerk {
        Clerk { engine, ledger, watch, backends }
    }

    /// The backend. One that answers nothing any more is made anew: one tenant's panic is not the next one's.
    pub fn backend(&self) -> Result<Arc<dyn Backend>, EngineError> {
        self.backends.get()
    }

    /// A draft as a new statement for the configured backend.
    pub fn new_statement<'a>(
        &'a self,
        draft: &'a Draft,
        kind: NewKind<'a>,
        rules: Option<&'a Rules>,
        backend: &'a BackendNamed,
    ) -> NewStatement<'a> {
        NewStatement {
            draft,
            kind,
            held: None,
            timezone: self.engine.config().main.calendar.timezone(),
            rules,
            label: None,
            backend: &backend.class,
            backend_version: &backend.version,
            settings: Some(&backend.settings),
            month: None,
            created: now(),
        }
    }

    /// Stores a statement.
    pub async fn store(&self, new: NewStatement<'_>) -> Result<Statement, LedgerError> {
        let kind = new.kind.kind().name();
        crash::point(&format!("before storing {kind}")).await;
        let new = [new];
        let storing = self.ledger.statement_insert(&new, self.engine.act());
        let stored = only(storing.instrument(tracing::debug_span!("store")).await?)?;
        crash::point(&format!("after storing {kind}")).await;
        Ok(stored)
    }

    /// What is stored of the configured backend.
    pub fn backend_named(&self) -> Result<BackendNamed, Trouble> {
        let backend = self.backend().map_err(|error| error.to_string())?;
        let settings = public_settings(&self.engine.config().invoice_as_written, &backend.schema());
        Ok(BackendNamed {
            class: backend.class().to_string(),
            version: backend.info().version.to_string(),
            settings: settings.to_string(),
        })
    }

    /// Hands a stored statement to its backend, or finds out that it has it.
    pub async fn send(&self, statement: Statement, how: How) -> Result<Billed, Trouble> {
        let number = statement.number;
        match self.deliver(&statement, Aim::Send).await? {
            Delivered::Committed(statement) => Ok(Billed { statement, how }),
            Delivered::Void(_) => {
                Err(Trouble::with(format!("statement {number} was voided meanwhile"), Advice::RunAgain))
            }
            Delivered::Held(statement) => Err(is_held(&statement)),
            Delivered::NotSent(statement) => {
                let why = statement.error.unwrap_or_default();
                let why = format!("statement {number} is stored, but not sent: {why}");
                Err(Trouble::with(why, Advice::BillSends))
            }
            Delivered::InDoubt { why, .. } => Err(in_doubt(number, &why)),
        }
    }

    /// Goes on with a statement that an earlier run has begun.
    pub async fn finish(&self, statement: Statement) -> Result<Billed, Trouble> {
        if statement.state != State::Voiding {
            return self.send(statement, How::Finished).await;
        }
        let credit = self.credit_of(&statement).await?;
        self.take_back(&statement.reference(), None).await?;
        Ok(Billed { statement: self.read(&credit.reference()).await?, how: How::Finished })
    }

    /// Takes a statement back: stops what the backend surely has not, issues a credit for what it has.
    /// Without a reason it only finishes what was begun. Answers the statement as it is then.
    ///
    /// Nothing is taken back on which its month has gone on: that is looked at before it begins, and the ledger
    /// refuses if it has changed by then.
    pub async fn take_back(&self, of: &StatementRef, reason: Option<&str>) -> Result<Statement, Trouble> {
        loop {
            let statement = self.read(of).await?;
            if statement.state != State::Void {
                self.look()?;
            }
            match (statement.state, reason) {
                (State::Void, _) => {
                    if reason.is_some() {
                        self.discard(&statement).await;
                    }
                    return Ok(statement);
                }
                (State::Voiding, _) => {
                    let credit = self.credit_of(&statement).await?;
                    self.send(credit, How::New).await?;
                    if let Err(refused) = self.change(&statement, &Change::Void(None)).await {
                        let meanwhile = self.engine.stored_meanwhile(self.ledger.as_ref(), &statement).await?;
                        let in_the_way = (!meanwhile.is_empty()).then(|| stand_in_the_way(&statement, &meanwhile));
                        return Err(in_the_way.unwrap_or(refused));
                    }
                }
                (_, None) => return Ok(statement),
                (State::Held | State::Pending, Some(reason)) => {
                    let month = self.nothing_goes_on(&statement).await?;
                    self.stop(&statement, reason, &month).await?;
                }
                (State::Sending | State::InDoubt, Some(_)) => {
                    if let Delivered::InDoubt { why, .. } = self.deliver(&statement, Aim::Settle).await? {
                        return Err(in_doubt(statement.number, &why));
                    }
                }
                (State::Committed, Some(reason)) => self.credit(&statement, reason).await?,
            }
        }
    }

    /// Has the backend remove what tries have left of a statement that it never had. Nobody sends it any
    /// more, so whatever is there is left over; if it stays, it is in nobody's books.
    async fn discard(&self, statement: &Statement) {
        if statement.tries == 0 || statement.receipt.is_some() {
            return;
        }
        let backend = self.backend().and_then(|backend| check_backend(backend.as_ref(), statement).map(|()| backend));
        let discarded = match backend {
            Ok(backend) => document::discard(backend, statement).await,
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = discarded {
            self.watch.listener.notice(&Notice::LeftOver { number: statement.number, why });
        }
    }

    /// Ends a statement that the backend never had, if its month is still as it was looked at.
    async fn stop(&self, statement: &Statement, reason: &str, month: &Month) -> Result<(), Trouble> {
        let change = Change::Void(Some(reason.to_owned()));
        match self.desk(statement.tenant_no).change_beside(&statement.id, &statement.basis(), &change, month).await {
            // It is looked at once more.
            Ok(_) | Err(LedgerError::Refused(Refusal::Outdated { .. })) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The live statements of a statement's months, none of which stands in the way of taking it back.
    async fn nothing_goes_on(&self, statement: &Statement) -> Result<Month, Trouble> {
        let (month, later) = self.engine.later(self.ledger.as_ref(), statement).await?;
        if later.is_empty() { Ok(month) } else { Err(stand_in_the_way(statement, &later)) }
    }

    /// Stores the credit that takes a committed statement back.
    async fn credit(&self, of: &Statement, reason: &str) -> Result<(), Trouble> {
        let month = self.nothing_goes_on(of).await?;
        let backend = self.backend_named()?;
        let body = self.ledger.statement_body(of).await?;
        let taken_back = Draft {
            tenant: of.tenant.clone(),
            period: of.period,
            currency: of.currency,
            usage: Vec::new(),
            lines: body.lines,
            subtotal: Some(of.subtotal),
            taxes: body.taxes,
            total: Some(of.total),
            tax_rounding: of.tax_rounding(),
        };
        let draft = taken_back.negated().map_err(|error| error.to_string())?;
        let mut new = self.new_statement(&draft, NewKind::Credit { of, reason }, of.rules.as_deref(), &backend);
        // Its dates, and what it calls the tenant, are those of what it takes back.
        new.timezone = &of.timezone;
        (new.label, new.month) = (of.label.as_deref(), Some(&month));
        match self.store(new).await {
            // What has changed meanwhile is looked at once more.
            Ok(_) | Err(LedgerError::Refused(Refusal::Changed { .. })) => Ok(()),
            // Somebody else was faster: then the statement is no longer committed.
            Err(LedgerError::Refused(_)) if self.read(&of.reference()).await?.state != State::Committed => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The credit of a statement that is being taken back.
    async fn credit_of(&self, statement: &Statement) -> Result<Statement, Trouble> {
        let filter = Filter { refers_to: Some(statement.reference()), ..Filter::default() };
        let mut about = all_statements(self.ledger.as_ref(), &filter).await?.into_iter();
        let without = || format!("statement {} is voiding, but has no credit", statement.number);
        Ok(about.find(|other| other.kind == Kind::Credit).ok_or_else(without)?)
    }

    /// Changes a statement, unless somebody else has meanwhile: whoever looks again sees what it is then.
    async fn change(&self, statement: &Statement, change: &Change) -> Result<(), Trouble> {
        self.desk(statement.tenant_no).change(&statement.id, &statement.basis(), change).await?;
        Ok(())
    }

    async fn read(&self, of: &StatementRef) -> Result<Statement, Trouble> {
        Ok(self.desk(of.tenant).read(&of.id).await?)
    }

    fn desk(&self, tenant: TenantNo) -> LedgerDesk<'_> {
        LedgerDesk { ledger: self.ledger.as_ref(), engine: &self.engine, tenant }
    }

    /// Goes on only if nobody wishes the run to end: asked before each step.
    pub fn look(&self) -> Result<(), Trouble> {
        if self.watch.cancel.is_cancelled() { Err(Trouble::Cancelled) } else { Ok(()) }
    }

    async fn deliver(&self, statement: &Statement, aim: Aim) -> Result<Delivered, Trouble> {
        let (tenant, number) = (statement.tenant.id.clone(), statement.number);
        self.watch.listener.progress(&Progress::Sending { tenant, number });
        // Read before it is claimed: how long a claim holds depends on how much there is to send.
        let reading = self.ledger.statement_body(statement).instrument(tracing::debug_span!("read back"));
        let body = reading.await.map(Arc::new).map_err(|error| error.to_string());
        if let Ok(body) = &body {
            sound::check(statement, body);
        }
        let sending = deadlines::sending(body.as_ref().map_or(0, |body| body.lines.len()));
        loop {
            self.look()?;
            let backend = self.backend().map_err(|error| error.to_string())?;
            check_backend(backend.as_ref(), statement).map_err(|error| error.to_string())?;
            let courier = BackendCourier::new(backend, body.clone(), sending);
            let listener = self.watch.listener.as_ref();
            let (desk, world) = (self.desk(statement.tenant_no), Machine { owner: Owner::this(), listener, sending });
            let delivered = deliver(&desk, &courier, &world, &statement.id, aim).await?;
            // Where another tenant's document has spent the backend, this one is tried once more.
            let unlucky = matches!(delivered, Delivered::NotSent(_) | Delivered::InDoubt { .. });
            if !(unlucky && courier.was_spent_by_others()) {
                return Ok(delivered);
            }
        }
    }
}

fn in_doubt(number: u64, why: &str) -> Trouble {
    let why = format!("statement {number} is in doubt: the backend cannot be asked whether it has it: {why}");
    Trouble::with(why, Advice::BillAsks)
}
