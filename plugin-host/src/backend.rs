//! A backend and its documents, as the engine sees them, wherever they come from.

use std::time::Duration;

use artifice_plugin_api::abi::ClassInfo;
use artifice_plugin_api::{
    Call, EachDocument, Error, Header, Line, Listing, Price, PriceQuery, Receipt, Standing, Timestamp, Totals,
};

use crate::class_path::ClassPath;
use crate::settings;

/// A way to reach one invoicing system. Every call blocks, until its deadline at the longest that anybody
/// listens; any thread may make it, and several at once. [`artifice_plugin_api::Backend`] says what each
/// of them has to do.
pub trait Backend: Send + Sync + std::fmt::Debug {
    /// Its name in the configuration.
    fn class(&self) -> &ClassPath;
    /// What its class says of itself.
    fn info(&self) -> &ClassInfo;
    /// Why it answers nothing any more, if it does not: then a new one is to be made.
    fn spent(&self) -> Option<String>;
    /// Whether the system behind it can be reached and is prepared.
    fn health(&self, call: &Call<'_>) -> Result<(), Error>;
    /// The price list's answer.
    fn price(&self, call: &Call<'_>, query: &PriceQuery<'_>) -> Result<Option<Price>, Error>;
    /// How the document under the header's key stands.
    fn find(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error>;
    /// Removes what is left of a statement that is taken back before it was committed.
    fn discard(&self, call: &Call<'_>, header: &Header<'_>) -> Result<(), Error>;
    /// How long after a connection broke a commit may still happen by itself.
    fn longest_delay(&self, call: &Call<'_>) -> Result<Duration, Error>;
    /// Hands over the documents that were committed since that instant, and perhaps earlier ones, until
    /// `each` breaks off. If it fails in the end, none of them counts.
    fn documents(&self, call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error>;
    /// Begins a document, which has the time of this call to its end.
    fn open(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Box<dyn Invoice>, Error>;

    /// The JSON Schema of its class's settings, as [`public_settings`](crate::public_settings) takes it. Of
    /// one that cannot be read, it says that everything is secret.
    fn schema(&self) -> serde_json::Value {
        settings::schema_of(self.info())
    }
}

/// A document under way. [`artifice_plugin_api::Invoice`] says what each call has to do.
pub trait Invoice: Send {
    /// A section begins.
    fn section(&mut self, name: &str) -> Result<(), Error>;
    /// The next lines.
    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error>;
    /// What the lines come to.
    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error>;
    /// Makes the document, exactly once for its key.
    fn commit(&mut self) -> Result<Receipt, Error>;
    /// Writes a committed document once more; `None` if the backend's documents live elsewhere.
    fn rewrite(&mut self, receipt: &Receipt) -> Result<Option<Receipt>, Error>;
}
