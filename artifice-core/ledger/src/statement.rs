//! Statements as the ledger takes them, and as it gives them back.

use std::sync::Arc;

use artifice_model::statement::{Draft, Line, Rules, Tax, TaxRounding, Usage, adds_up, taxes_agree};
use artifice_model::{Currency, Decimal, Period, StatementId, Tenant, TenantId, Timestamp};

use crate::ids::{Digest, StatementRef, TenantNo};
use crate::life::{Basis, Claim, Receipt, State};

/// What kind of document a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What a tenant owes for a period.
    Invoice,
    /// What late metering changes in an invoice.
    Adjustment,
    /// Takes an invoice back.
    Credit,
}

impl Kind {
    /// Its name in the ledger and in output.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invoice => "invoice",
            Kind::Adjustment => "adjustment",
            Kind::Credit => "credit",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Kind::Invoice, Kind::Adjustment, Kind::Credit].into_iter().find(|kind| kind.name() == name)
    }
}

/// A statement to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewStatement<'a> {
    /// What it says; complete and adding up.
    pub draft: &'a Draft,
    /// What kind of document it is, and what it is about.
    pub kind: NewKind<'a>,
    /// Why a person has to look at it first, if one has to.
    pub held: Option<&'a str>,
    /// The IANA name of the timezone that bills are made by.
    pub timezone: &'a str,
    /// By which rules it was made; of a credit, what it takes back. None is the first edition.
    pub rules: Option<&'a Rules>,
    /// What documents and tables call the tenant, where its name is not its own.
    pub label: Option<&'a str>,
    /// The backend it is for.
    pub backend: &'a str,
    /// The version of the backend's class.
    pub backend_version: &'a str,
    /// The backend's configuration without its secrets, as JSON.
    pub settings: Option<&'a str>,
    /// Beside what it was worked out, where prices count the units of a month or a minimum is to be reached.
    pub month: Option<&'a Month>,
    /// Now.
    pub created: Timestamp,
}

/// The live statements that a new one was worked out beside. If others are by now, it is refused: both
/// would have begun to count the month's units where those before them ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// The whole months that the statement's period lies in.
    pub months: Period,
    /// The ids of the tenant's invoices and adjustments that are neither void nor being taken back and overlap them, in
    /// order.
    pub beside: Vec<StatementId>,
}

impl NewStatement<'_> {
    /// The state that it begins in.
    pub(crate) fn state(&self) -> State {
        if self.held.is_some() { State::Held } else { State::Pending }
    }

    /// The tenant's name, if this tells it. (A credit has the name of then.)
    pub(crate) fn name_of_today(&self) -> Option<&String> {
        match self.kind {
            NewKind::Credit { .. } => None,
            NewKind::Invoice | NewKind::Adjustment { .. } => self.draft.tenant.name.as_ref(),
        }
    }
}

/// The number of an invoice's next adjustment: `all` of them have an id, a number and a state. `None` if those that are
/// live are not the ones `beside` which it was worked out, or one is being taken back: that one would have a live
/// adjustment behind it, and could not become void.
pub(crate) fn next_revision(all: &[(String, i64, String)], beside: &[StatementId]) -> Option<i64> {
    let is = |text: &str, state: State| text == state.to_string();
    if all.iter().any(|(.., state)| is(state, State::Voiding)) {
        return None;
    }
    let live = all.iter().filter(|(.., state)| !is(state, State::Void));
    let mut live: Vec<&str> = live.map(|(id, ..)| id.as_str()).collect();
    let mut beside: Vec<&str> = beside.iter().map(StatementId::as_str).collect();
    live.sort();
    beside.sort();
    (live == beside).then(|| all.iter().map(|(_, revision, _)| *revision).max().unwrap_or(0) + 1)
}

/// What kind of document a new statement is, and what it is about.
#[derive(Debug, Clone, Copy)]
pub enum NewKind<'a> {
    /// What a tenant owes for a period.
    Invoice,
    /// What late metering changes in an invoice.
    Adjustment {
        /// The invoice.
        of: &'a Statement,
        /// The ids of the adjustments that it was worked out beside: those that are live. If others are
        /// by now, it is refused.
        beside: &'a [StatementId],
        /// For each of the draft's usages the id of the statement whose usage it corrects, if it does.
        corrects: &'a [Option<StatementId>],
    },
    /// Takes a committed statement back, which begins `voiding` with it.
    Credit {
        /// The statement.
        of: &'a Statement,
        /// Why.
        reason: &'a str,
    },
}

impl NewKind<'_> {
    /// The kind alone.
    pub fn kind(&self) -> Kind {
        match self {
            NewKind::Invoice => Kind::Invoice,
            NewKind::Adjustment { .. } => Kind::Adjustment,
            NewKind::Credit { .. } => Kind::Credit,
        }
    }

    /// The statement that it is about.
    pub fn refers_to(&self) -> Option<&Statement> {
        match self {
            NewKind::Invoice => None,
            NewKind::Adjustment { of, .. } | NewKind::Credit { of, .. } => Some(of),
        }
    }

    /// The id of the statement whose usage the usage at `index` corrects.
    pub(crate) fn corrects(&self, index: usize) -> Option<&str> {
        match self {
            NewKind::Adjustment { corrects, .. } => corrects.get(index)?.as_deref(),
            NewKind::Invoice | NewKind::Credit { .. } => None,
        }
    }
}

/// A statement that another one is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// Its id.
    pub id: StatementId,
    /// Its number.
    pub number: u64,
    /// What the backend calls it. (Nothing is about a statement without one.)
    pub receipt: Receipt,
}

/// A usage as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUsage {
    /// What was used; a correction's volume is what it adds.
    pub usage: Usage,
    /// The id of the statement whose usage of the same series and period it corrects.
    pub corrects: Option<StatementId>,
}

/// A stored statement, without its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its id, the key under which the backend commits.
    pub id: StatementId,
    /// Its number: from 1 for each backend, without gaps.
    pub number: u64,
    /// What kind of document it is.
    pub kind: Kind,
    /// What a credit takes back, or the invoice that an adjustment changes.
    pub refers_to: Option<Referred>,
    /// Which of its invoice's adjustments it is, from 1.
    pub revision: Option<u64>,
    /// Who pays, named as when it was billed.
    pub tenant: Tenant,
    /// What documents and tables call the tenant, where its name was not its own.
    pub label: Option<String>,
    /// For which period.
    pub period: Period,
    /// The timezone that bills were made by.
    pub timezone: String,
    /// By which rules it was made; none if these were the first edition's.
    pub rules: Option<Arc<Rules>>,
    /// The id of its ledger.
    pub ledger_id: String,
    /// In which money.
    pub currency: Currency,
    /// Σ of the lines' costs.
    pub subtotal: Decimal,
    /// Subtotal and taxes.
    pub total: Decimal,
    /// The digest of its content.
    pub digest: Digest,
    /// The backend it is for.
    pub backend: String,
    /// The version of the backend's class.
    pub backend_version: String,
    /// The backend's configuration without its secrets, as JSON. (Older programs stored none.)
    pub settings: Option<String>,
    /// When it was stored.
    pub created: Timestamp,
    /// How far it has got.
    pub state: State,
    /// The worker that has it, or had it last.
    pub claim: Option<Claim>,
    /// Since when nobody knows whether the backend has it.
    pub doubted: Option<Timestamp>,
    /// How often sending it was tried.
    pub tries: u64,
    /// Why the last try failed, or why it is held.
    pub error: Option<String>,
    /// What the backend calls it.
    pub receipt: Option<Receipt>,
    /// Why it was taken back.
    pub void_reason: Option<String>,
    /// The tenant's number, which begins every key.
    pub tenant_no: TenantNo,
}

impl Statement {
    /// Which statement it is.
    pub fn reference(&self) -> StatementRef {
        StatementRef { tenant: self.tenant_no, id: self.id.clone() }
    }

    /// Where its taxes were rounded.
    pub fn tax_rounding(&self) -> TaxRounding {
        self.rules.as_ref().map(|rules| rules.tax_rounding).unwrap_or_default()
    }

    /// What people call its tenant.
    pub fn called(&self) -> &str {
        self.label.as_deref().unwrap_or_else(|| self.tenant.called())
    }

    /// Whether it was stored before another one of the same tenant: has a lower number. (Numbers are a backend's own;
    /// of several backends' statements the times tell.)
    pub fn is_before(&self, other: &Statement) -> bool {
        if self.backend == other.backend {
            return self.number < other.number;
        }
        (self.created, &self.id) < (other.created, &other.id)
    }

    /// What a change of this statement, as it was read, is based on.
    pub fn basis(&self) -> Basis {
        Basis { state: self.state, token: self.claim.as_ref().map(|claim| claim.token.clone()) }
    }
}

/// A statement's lines and taxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// The taxes, in order.
    pub taxes: Vec<Tax>,
}

impl Body {
    /// Whether it comes to its statement's subtotal and total, and its taxes are those on its own lines. (An adjustment
    /// of the first edition has what its taxes had changed by.)
    pub fn adds_up(&self, of: &Statement) -> bool {
        let taxes = || taxes_agree(&self.taxes, &self.lines, of.currency, of.tax_rounding());
        adds_up(&self.lines, &self.taxes, (Some(of.subtotal), Some(of.total))) && (of.rules.is_none() || taxes())
    }
}

/// Which statements are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this tenant, by id.
    pub tenant: Option<TenantId>,
    /// In this state.
    pub state: Option<State>,
    /// About this statement.
    pub refers_to: Option<StatementRef>,
    /// Those that a run for this period has to know: what is unfinished or held, whenever it is of; and
    /// what is not void and overlaps the period.
    pub concerns: Option<Period>,
}

impl Filter {
    /// Whether it asks for one tenant's.
    pub(crate) fn is_narrow(&self) -> bool {
        self.tenant.is_some() || self.refers_to.is_some()
    }
}
