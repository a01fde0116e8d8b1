//! What a backend is handed: a statement, as borrowed, ABI-safe parts.
//!
//! Texts are [`RStr`], which dereferences to `str`; lists are [`RSlice`], which dereferences to a
//! slice; what may be absent is [`ROption`], which `into_option()` turns into an `Option`.

use abi_stable::StableAbi;
use abi_stable::std_types::{ROption, RSlice, RStr, RString, RVec};

use crate::values::{Date, Decimal, Fraction, Pair, Timestamp};

/// What a document is. Amounts are signed whatever the kind: a negative total is money that the
/// tenant gets back.
#[repr(u8)]
#[derive(StableAbi, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What a tenant owes for a period.
    Invoice,
    /// What late metering changes in an invoice; may be negative.
    Adjustment,
    /// Takes an invoice back.
    Credit,
}

/// The head of a statement: everything but its lines.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Header<'a> {
    /// The statement's id, under which the backend keeps the document: for one key there is one
    /// document, however often it is asked for.
    pub key: RStr<'a>,
    /// A digest of the content. The same key with another digest is not the same statement, and an error.
    pub digest: RStr<'a>,
    /// The statement's number: from 1, without gaps.
    pub number: u64,
    /// What the document is.
    pub kind: Kind,
    /// The invoice that a credit takes back or an adjustment changes.
    pub refers_to: ROption<Reference<'a>>,
    /// Who pays.
    pub tenant: Tenant<'a>,
    /// The period's first instant.
    pub start: Timestamp,
    /// The first instant after the period.
    pub end: Timestamp,
    /// The IANA name of the timezone that bills are made by.
    pub timezone: RStr<'a>,
    /// The period's first day in that timezone.
    pub first_day: Date,
    /// The period's last day in that timezone: the one in which its last instant lies.
    pub last_day: Date,
    /// The day in that timezone on which the statement was made. It stays the same on every try.
    pub issued: Date,
    /// The currency's ISO 4217 code.
    pub currency: RStr<'a>,
    /// Digits after the point of its minor unit.
    pub currency_digits: u8,
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
}

/// Another statement that this one is about.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// Its key.
    pub key: RStr<'a>,
    /// Its number.
    pub number: u64,
    /// What the backend answered for it.
    pub receipt: &'a Receipt,
}

/// Who pays.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Tenant<'a> {
    /// Keystone's id of the project.
    pub id: RStr<'a>,
    /// Its name, if known.
    pub name: ROption<RStr<'a>>,
    /// What else is known of it, by key.
    pub attributes: RSlice<'a, Pair<'a>>,
}

impl<'a> Tenant<'a> {
    /// The name if it is known, else the id.
    pub fn label(&self) -> &'a str {
        self.name.into_option().filter(|name| !name.is_empty()).unwrap_or(self.id).as_str()
    }
}

/// One line of a statement.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The part of the statement it stands in.
    pub section: RStr<'a>,
    /// Where the service was used.
    pub location: RStr<'a>,
    /// The service's internal name.
    pub service: RStr<'a>,
    /// What people call the service.
    pub name: RStr<'a>,
    /// The resource's id.
    pub resource_id: RStr<'a>,
    /// What people call the resource; empty if nobody knows.
    pub resource_name: RStr<'a>,
    /// The meter that was read.
    pub meter: RStr<'a>,
    /// How samples became the volume (`uptime`, `increase`, …).
    pub aggregate: RStr<'a>,
    /// The line's first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// How much was used, in `unit`.
    pub volume: Decimal,
    /// The volume's unit.
    pub unit: RStr<'a>,
    /// What one `rate_unit` costs; none where several prices apply or there is none.
    pub rate: ROption<Decimal>,
    /// What one price buys; empty without a rate.
    pub rate_unit: RStr<'a>,
    /// How many `rate_unit`s one `unit` is, exactly: what the volume has to be multiplied by to be
    /// a quantity at the rate. None without a rate, and where it is not known.
    pub factor: ROption<Fraction>,
    /// What the line costs. Where units were free or several prices applied, it is not quantity × rate.
    pub cost: Decimal,
    /// The taxes that this line bears: positions in [`Totals::taxes`], ascending. The costs of all
    /// lines with a tax are its base.
    pub taxes: RSlice<'a, u32>,
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
}

/// One tax of a statement.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Tax<'a> {
    /// Its name.
    pub name: RStr<'a>,
    /// How many hundredths.
    pub percent: Decimal,
    /// The sum of the lines it applies to.
    pub base: Decimal,
    /// What it adds.
    pub amount: Decimal,
}

/// What the lines come to.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Totals<'a> {
    /// Σ of the lines' costs.
    pub subtotal: Decimal,
    /// The taxes.
    pub taxes: RSlice<'a, Tax<'a>>,
    /// Subtotal and taxes.
    pub total: Decimal,
}

/// What a backend calls the document that it has.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What a person would look for: an invoice's number, a file's path.
    pub reference: RString,
    /// What the backend itself wants to know again, by key: the ledger keeps it.
    pub details: RVec<Detail>,
}

/// A fact of a receipt.
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
}

/// What is asked of a backend's price list.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct PriceQuery<'a> {
    /// Who pays: Keystone's id of the project.
    pub tenant: RStr<'a>,
    /// Where the service is used.
    pub location: RStr<'a>,
    /// The service's internal name.
    pub service: RStr<'a>,
    /// The unit of the volume.
    pub unit: RStr<'a>,
    /// When it is used.
    pub at: Timestamp,
    /// How much.
    pub quantity: Decimal,
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
}

/// What a backend is told when it is created.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The directory of the configuration file: relative paths in the configuration start there.
    pub directory: RStr<'a>,
    /// How long a document may take, from `open` to the end of `commit`, in seconds. Then the host
    /// no longer listens and holds it to be in doubt: a backend must send nothing after that.
    pub deadline_s: u64,
    /// The IANA name of the timezone that bills are made by.
    pub timezone: RStr<'a>,
}
