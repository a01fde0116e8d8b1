//! What stands under `invoice:config`.

use artifice_plugin_api::{schemars, serde};

/// The settings of `test.misbehaving:Erp`. They cannot be printed, because of their secret.
#[derive(Clone, serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Settings {
    /// Where the ERP is. A relative path starts at the directory of the configuration file.
    pub directory: String,
    /// How long after a time-out a document may still appear, in seconds.
    #[serde(default)]
    pub longest_delay_s: u64,
    /// What goes wrong. In a call, the first fault that fits happens.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// What nobody may see.
    #[expect(dead_code, reason = "it is there to be kept secret")]
    #[schemars(extend("writeOnly" = true))]
    pub door_code: Option<String>,
    /// The price list.
    #[serde(default)]
    pub prices: Vec<ListPrice>,
}

/// One thing that goes wrong.
#[derive(Debug, Clone, serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Fault {
    /// In which call.
    pub at: Place,
    /// What happens.
    pub does: Deed,
    /// Only the first so many times, counted over all processes; always if it is absent.
    pub first: Option<u32>,
    /// Only for the tenant with this id.
    pub tenant: Option<String>,
    /// How long `sleep` takes and `commit_later` waits, in milliseconds.
    #[serde(default)]
    pub millis: u64,
}

/// Where something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub enum Place {
    /// `Backend::new`
    New,
    /// `Backend::health`
    Health,
    /// `Backend::price`
    Price,
    /// `Backend::find`
    Find,
    /// `Backend::documents`
    Documents,
    /// `Backend::open`
    Open,
    /// `Invoice::lines`
    Lines,
    /// `Invoice::totals`
    Totals,
    /// `Invoice::commit`, before the document is there.
    Commit,
    /// `Invoice::commit`, when the document is there.
    Committed,
    /// `Invoice::rewrite`
    Rewrite,
    /// The end of an invoice, in `Drop`.
    DropInvoice,
    /// The end of the backend, in `Drop`.
    DropBackend,
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub enum Deed {
    /// It panics.
    Panic,
    /// It says that it surely will not.
    Refuse,
    /// It says that it surely did not, now.
    Unavailable,
    /// It says that nobody knows.
    TimeOut,
    /// The whole process aborts.
    Abort,
    /// The whole process exits, with status 7.
    Exit,
    /// The whole process is killed, as by `kill -9`.
    Kill,
    /// It sleeps, and then goes on.
    Sleep,
    /// It answers a receipt without a reference; asked for all documents, that is the first one's.
    EmptyReceipt,
    /// It says that nobody knows, and a process of its own makes the document later, whatever becomes of this one.
    CommitLater,
}

/// A price of the price list.
#[derive(Debug, Clone, serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct ListPrice {
    /// The service's internal name.
    pub service: String,
    /// What `per` costs, in thousandths of the currency's unit.
    pub thousandths: i64,
    /// What one price buys.
    pub per: String,
    /// The currency's code.
    pub currency: String,
    /// From when on it holds, in seconds since 1970.
    pub from_s: Option<i64>,
    /// Until when it holds, exclusive, in seconds since 1970.
    pub until_s: Option<i64>,
}
