//! What a backend is handed: a statement, as borrowed, ABI-safe parts.
//!
//! Texts are [`RStr`], which dereferences to `str`; lists are [`RSlice`], which dereferences to a
//! slice; what may be absent is [`ROption`], which `into_option()` turns into an `Option`.
//!
//! Every type has room to grow: pairs of key and value, `extra` mostly. Whoever reads them passes over keys
//! that he does not know. Two keys have a meaning: `label`, of a [`Tenant`]'s attributes; and `tax_rounding`, of a header
//! and of the context, which is `line` where a tax is the sum of what it is on each line, each rounded. Elsewhere it is
//! rounded once, on the sum of its lines.

use abi_stable::StableAbi;
use abi_stable::std_types::{ROption, RSlice, RStr};

use crate::answers::Receipt;
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
    /// The id of the ledger that the statement is in, the same for all its statements; empty if the ledger
    /// has none yet. A backend that keeps it can tell its documents from those of other ledgers.
    pub ledger_id: RStr<'a>,
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
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
}

/// Who pays.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Tenant<'a> {
    /// Keystone's id of the project.
    pub id: RStr<'a>,
    /// Its name, if known.
    pub name: ROption<RStr<'a>>,
    /// What else is known of it, by key: `label` is what people call it where its name is also another tenant's
    /// ([`label`](Tenant::label) answers it).
    pub attributes: RSlice<'a, Pair<'a>>,
}

impl<'a> Tenant<'a> {
    /// What tells it from all others: its name if that is known and its own, the name with a part of the id if it is
    /// another tenant's, too, and else the id.
    pub fn label(&self) -> &'a str {
        let label = self.attributes.as_slice().iter().find(|pair| pair.key.as_str() == "label");
        if let Some(label) = label.filter(|label| !label.value.is_empty()) {
            return label.value.as_str();
        }
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
    /// How samples became the quantity (`uptime`, `increase`, …).
    pub aggregate: RStr<'a>,
    /// The line's first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// How much was used, in `unit`.
    pub quantity: Decimal,
    /// The quantity's unit.
    pub unit: RStr<'a>,
    /// What one `rate_unit` costs; none where several prices apply or there is none.
    pub rate: ROption<Decimal>,
    /// What one price buys; empty without a rate.
    pub rate_unit: RStr<'a>,
    /// How many `rate_unit`s one `unit` is, exactly: what the quantity has to be multiplied by to
    /// be one at the rate. None without a rate, and where it is not known.
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
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
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
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
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
    /// The unit of the quantity.
    pub unit: RStr<'a>,
    /// When it is used.
    pub at: Timestamp,
    /// How much.
    pub quantity: Decimal,
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
}

/// What a backend is told when it is created.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The directory of the configuration file: relative paths in the configuration start there.
    pub directory: RStr<'a>,
    /// The IANA name of the timezone that bills are made by.
    pub timezone: RStr<'a>,
    /// Further facts, by key.
    pub extra: RSlice<'a, Pair<'a>>,
}

impl<'a> Context<'a> {
    /// A context without further facts.
    pub fn new(directory: &'a str, timezone: &'a str) -> Self {
        Context { directory: directory.into(), timezone: timezone.into(), extra: RSlice::EMPTY }
    }
}
