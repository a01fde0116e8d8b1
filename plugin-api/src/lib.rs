//! The boundary between artifice and an invoice backend: all that a backend's author depends on.
//!
//! A backend turns a statement (what one tenant owes for one period) into a document of some
//! system: a file, an invoice of an ERP. It is a class of a shared library, chosen in artifice's
//! configuration as `module:Class`. Its author writes two ordinary Rust types, a [`Backend`] and
//! an [`Invoice`], and one [`export!`]:
//!
//! ```
//! use artifice_plugin_api::{Backend, Call, Context, Error, Header, Invoice, Line, Receipt, Standing, Totals};
//! use artifice_plugin_api::{schemars, serde};
//!
//! /// What stands under `invoice:config`. Doc comments become the configuration's reference.
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! #[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
//! #[schemars(crate = "artifice_plugin_api::schemars")]
//! pub struct Settings {
//!     /// What every document begins with.
//!     greeting: String,
//! }
//!
//! pub struct Letters { greeting: String }
//!
//! impl Backend for Letters {
//!     const VERSION: &'static str = "1.0.0";
//!     const DESCRIPTION: &'static str = "Statements as letters";
//!     type Config = Settings;
//!     type Invoice = Letter;
//!
//!     fn new(config: Settings, _context: &Context<'_>) -> Result<Self, Error> {
//!         Ok(Letters { greeting: config.greeting })
//!     }
//!     fn find(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<Standing, Error> {
//!         Ok(Standing::Absent) // a real backend looks for the key here
//!     }
//!     fn open(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Letter, Error> {
//!         Ok(Letter { text: format!("{} {},\n", self.greeting, header.tenant.label()), number: header.number })
//!     }
//! }
//!
//! pub struct Letter { text: String, number: u64 }
//!
//! impl Invoice for Letter {
//!     fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
//!         for line in lines {
//!             self.text += &format!("{} {} cost {}\n", line.quantity, line.name, line.cost);
//!         }
//!         Ok(())
//!     }
//!     fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
//!         self.text += &format!("in all {}\n", totals.total);
//!         Ok(())
//!     }
//!     fn commit(&mut self) -> Result<Receipt, Error> {
//!         Ok(Receipt::new(format!("letter {}", self.number)))
//!     }
//! }
//!
//! artifice_plugin_api::export! { module: "example.letters", classes: [Letters] }
//! ```
//!
//! # What holds at this boundary
//! - Only types with a checked layout cross it; the compiler that built the library does not matter.
//! - No panic crosses it: one inside a backend, in `Drop` too, is caught inside the library and
//!   becomes an [`Error`]; the object that panicked is not called again.
//! - The host calls a backend from several threads, an invoice from one at a time, always on
//!   threads that may block. A backend needs no async runtime of the host's and gets none.
//! - One key, one document: [`Invoice::commit`] for a key that is committed already answers the
//!   same receipt and changes nothing.
//! - Every call has a [deadline](Call), after which nobody listens any more.

#![allow(non_local_definitions, reason = "abi_stable's derives make them")]

pub mod abi;
mod answers;
mod call;
mod document;
mod error;
mod export;
pub mod file_name;
mod guard;
pub mod spreadsheet;
mod values;

use std::ops::ControlFlow;

pub use abi_stable;
pub use abi_stable::std_types::{ROption, RSlice, RStr, RString, RVec};
pub use answers::{Detail, Document, Listing, Price, Receipt, Standing};
/// What servers say, without harm and without secrets: `text::line`, `text::Mask`.
pub use artifice_text as text;
pub use call::Call;
pub use document::{Context, Header, Kind, Line, PriceQuery, Reference, Tax, Tenant, Totals};
pub use error::{Error, ErrorKind};
#[doc(hidden)]
pub use export::__export;
pub use values::{Date, Decimal, Fraction, NotADecimal, Pair, Timestamp};
pub use {schemars, serde, serde_json};

/// A way to reach one invoicing system, made from its configuration. One serves a whole run and
/// all its threads.
pub trait Backend: Sized + Send + Sync + 'static {
    /// The class's version; `env!("CARGO_PKG_VERSION")` is a good one. It is kept with every statement.
    const VERSION: &'static str;
    /// What the class is for, in one line.
    const DESCRIPTION: &'static str;

    /// What stands under `invoice:config`. Let it refuse unknown keys (`deny_unknown_fields`): a
    /// misspelt setting must not be ignored. Its JSON Schema is published without creating anything.
    type Config: serde::de::DeserializeOwned + schemars::JsonSchema;
    /// A document under way.
    type Invoice: Invoice;

    /// Makes the backend. Nothing outside is touched yet.
    fn new(config: Self::Config, context: &Context<'_>) -> Result<Self, Error>;

    /// Whether the system can be reached and everything is there that documents need. Changes nothing.
    fn health(&self, call: &Call<'_>) -> Result<(), Error> {
        let _ = call;
        Ok(())
    }

    /// The price list's answer, for configurations that let the backend decide (`rates.source: backend`).
    fn price(&self, call: &Call<'_>, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        let _ = (call, query);
        Ok(None)
    }

    /// How the document stands that was committed under this key.
    ///
    /// [`Standing::Absent`] must be certain: the host sends the statement again when it hears it (after
    /// [`longest_delay_s`](Backend::longest_delay_s)). What is not certain is an error; whatever its
    /// kind, the statement then stays in doubt until a later run asks again. A backend that cannot tell what
    /// people have done to a document answers that it [stands](Standing::Stands).
    fn find(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error>;

    /// Removes what tries to commit the statement have left of it, such as a draft, because it is
    /// taken back before it was committed. Where nothing is left, nothing is done. A document that
    /// is committed after all is an error and stays.
    ///
    /// The default is for backends that leave nothing behind.
    fn discard(&self, call: &Call<'_>, header: &Header<'_>) -> Result<(), Error> {
        let _ = (call, header);
        Ok(())
    }

    /// How long after a connection broke a commit may still happen by itself, in seconds.
    fn longest_delay_s(&self) -> u64 {
        0
    }

    /// Hands over the documents that were committed since that instant, under whatever key, one by one
    /// until `each` breaks off: asked by `artifice db verify --backend`, to find what the ledger has lost.
    ///
    /// Where it cannot be told when a document was committed, it is handed over: more does no harm, but a
    /// document that is missing counts as one that the backend does not have. The answer says from when on
    /// none is missing. What is not certain is an error. A draft that was never committed is not listed, a
    /// document that [`find`](Backend::find) answers is, each key once. Nothing is changed.
    ///
    /// [`Listing::impossible`] (the default) is for backends that cannot list what they have. Of a list that
    /// was broken off, the answer is not looked at.
    fn documents(&self, call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        let _ = (call, since, each);
        Ok(Listing::impossible())
    }

    /// Begins a document, which has the time of this call for all that follows. Nothing outside is changed
    /// before [`Invoice::commit`].
    fn open(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Self::Invoice, Error>;
}

/// Takes a document of a list, and says whether to go on.
pub type EachDocument<'e> = dyn FnMut(Document) -> ControlFlow<()> + 'e;

/// A document under way: sections and lines in order, then the totals, then one of the endings.
pub trait Invoice: Send + 'static {
    /// A section begins; the lines that follow are its.
    fn section(&mut self, name: &str) -> Result<(), Error> {
        let _ = name;
        Ok(())
    }

    /// The next lines, in the statement's order.
    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error>;

    /// What all lines come to. Called once, after the last of them, also where there are none; taxes
    /// of 0 are among the taxes.
    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error>;

    /// Makes the document, exactly once for its key: if it is there already, answers its receipt
    /// and changes nothing; if the key is there with another digest, fails.
    fn commit(&mut self) -> Result<Receipt, Error>;

    /// Writes a document once more that was committed before, with the receipt it had then: byte
    /// for byte the same, in the same place. (If it had to go elsewhere, the answer says where; the
    /// ledger keeps the first receipt.) `None` (the default) is for backends whose documents
    /// live in another system: the host then asks [`Backend::find`], and creates nothing.
    fn rewrite(&mut self, receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        let _ = receipt;
        Ok(None)
    }
}
