//! What a backend answers: owned, ABI-safe parts.

use abi_stable::StableAbi;
use abi_stable::std_types::{ROption, RString, RVec};

use crate::values::{Decimal, Timestamp};

/// What a backend calls the document that it has.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What a person would look for: an invoice's number, a file's path.
    pub reference: RString,
    /// What the backend itself wants to know again, by key: the ledger keeps it.
    pub details: RVec<Detail>,
}

/// A fact that a backend answers.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The key.
    pub key: RString,
    /// The value.
    pub value: RString,
}

impl Receipt {
    /// A receipt without details.
    pub fn new(reference: impl Into<String>) -> Self {
        Receipt { reference: reference.into().into(), details: RVec::new() }
    }

    /// The receipt, with one more detail.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.push(Detail { key: key.into().into(), value: value.into().into() });
        self
    }

    /// A detail's value.
    pub fn detail(&self, key: &str) -> Option<&str> {
        self.details.iter().find(|detail| detail.key == key).map(|detail| detail.value.as_str())
    }
}

/// How the document of a statement stands, when the backend is asked for it.
#[repr(u8)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is none, for certain.
    Absent,
    /// It is there, as it was committed.
    Stands(Receipt),
    /// It was committed, and somebody has cancelled it there since.
    Cancelled(Receipt),
    /// It was committed and counts still, but somebody has changed it there since.
    Changed {
        /// What the backend calls it.
        receipt: Receipt,
        /// What was changed, for people.
        what: RString,
    },
}

impl Standing {
    /// The receipt of the document, unless there is none.
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Standing::Absent => None,
            Standing::Stands(receipt) | Standing::Cancelled(receipt) | Standing::Changed { receipt, .. } => {
                Some(receipt)
            }
        }
    }
}

impl From<Option<Receipt>> for Standing {
    /// For backends that only know whether it is there.
    fn from(receipt: Option<Receipt>) -> Self {
        receipt.map_or(Standing::Absent, Standing::Stands)
    }
}

/// A document that a backend has: what it lists of it, beside the statement's content.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The statement's id, under which the document was committed.
    pub key: RString,
    /// The digest that the document was committed with; empty if the backend does not know it any more.
    pub digest: RString,
    /// What `commit` answered for it.
    pub receipt: Receipt,
    /// The id of the ledger that the document was made for, if the backend was told one; else empty.
    pub ledger_id: RString,
    /// Further facts, by key.
    pub extra: RVec<Detail>,
}

impl Document {
    /// A document of a ledger without an id.
    pub fn new(key: impl Into<String>, digest: impl Into<String>, receipt: Receipt) -> Self {
        let (key, digest) = (key.into().into(), digest.into().into());
        Document { key, digest, receipt, ledger_id: RString::new(), extra: RVec::new() }
    }

    /// The document, as one of that ledger.
    #[must_use]
    pub fn of_ledger(mut self, id: impl Into<String>) -> Self {
        self.ledger_id = id.into().into();
        self
    }

    /// The document, as one of that tenant, by its id, and that period: so it can be told what one of another ledger
    /// is for.
    #[must_use]
    pub fn about(mut self, tenant_id: impl Into<String>, start: Timestamp, end: Timestamp) -> Self {
        let facts =
            [("tenant", tenant_id.into()), ("start", start.micros.to_string()), ("end", end.micros.to_string())];
        self.extra.extend(facts.map(|(key, value)| Detail { key: key.into(), value: value.into() }));
        self
    }

    /// Whose it is, by id, and the first instant of its period and the first one after it, if the backend says so.
    pub fn is_about(&self) -> Option<(&str, Timestamp, Timestamp)> {
        let fact = |key: &str| self.extra.iter().find(|fact| fact.key == key).map(|fact| fact.value.as_str());
        let instant = |key: &str| fact(key)?.parse().ok().map(|micros| Timestamp { micros });
        Some((fact("tenant")?, instant("start")?, instant("end")?))
    }
}

/// How far a list of documents goes, once all of them have been handed over.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// From when on every document was handed over that was committed; none if the backend cannot list what
    /// it has.
    pub complete_since: ROption<Timestamp>,
    /// Further facts, by key.
    pub extra: RVec<Detail>,
}

impl Listing {
    /// The backend cannot list its documents.
    pub fn impossible() -> Self {
        Listing { complete_since: ROption::RNone, extra: RVec::new() }
    }

    /// Every document that was committed since then.
    pub fn since(at: Timestamp) -> Self {
        Listing { complete_since: ROption::RSome(at), extra: RVec::new() }
    }

    /// Every document there ever was.
    pub fn whole() -> Self {
        Listing::since(Timestamp { micros: i64::MIN })
    }
}

/// A price of a backend's price list.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// What `per` costs.
    pub amount: Decimal,
    /// What one price buys, as a rates file writes it: `hour`, `GB per month`.
    pub per: RString,
    /// The currency's ISO 4217 code.
    pub currency: RString,
    /// Where the price stands, for people.
    pub origin: RString,
    /// From when on it holds.
    pub from: ROption<Timestamp>,
    /// Until when it holds, exclusive.
    pub until: ROption<Timestamp>,
    /// Further facts, by key.
    pub extra: RVec<Detail>,
}
