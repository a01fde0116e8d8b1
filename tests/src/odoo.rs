//! A running Odoo, or OpenERP, which answers as the recorded ones do: and, if a story wants it, as badly as it says.
//!
//! Its meaning comes from recorded exchanges with Odoo 16 and 17 (`stories/openerp/replay.rs` plays them to it);
//! OpenERP 7 is made from its sources' documentation. It keeps to what surprises: 16 adds the company's tax to a line
//! that says nothing of taxes, precisions round silently, a posted document can be written to, and a method without
//! a result commits before it fails.

mod billing;
mod clock;
mod desk;
mod domain;
mod fault;
mod invoices;
mod load;
#[cfg(test)]
mod manners;
mod moves;
mod orders;
mod parse;
mod records;
#[cfg(test)]
mod replay;
mod reply;
mod schema;
mod seed;
mod service;
mod stored;
mod table;
mod trouble;
mod value;
mod version;
mod view;
mod wire;
mod xml;

use std::sync::Arc;

pub use desk::{API_KEY, DATABASE, Exchange, PASSWORD};
pub use fault::Fault;
pub use parse::{read_answer, read_call};
pub use table::Tables;
pub use trouble::{Does, Trouble};
pub use value::{Struct, Value, record};
pub use version::{VERSIONS, Version};
pub use view::{Document, DocumentLine};
pub use xml::{Answer, Call, write_answer};

use clock::now;
use desk::Desk;
use wire::Server;

/// A running server, which ends with the story.
pub struct Odoo {
    desk: Arc<Desk>,
    server: Server,
}

impl Odoo {
    /// With a new database.
    pub fn new(version: Version) -> Odoo {
        Odoo::on(version, &now()[..10])
    }

    /// The same on another day.
    pub fn on(version: Version, today: &str) -> Odoo {
        Odoo::holding(seed::tables(version, today))
    }

    /// With a database that holds these records.
    pub fn holding(tables: Tables) -> Odoo {
        let desk = Desk::new(tables);
        Odoo { server: Server::start(desk.clone()), desk }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Somebody looks at its records, or changes them.
    pub fn with<T>(&self, work: impl FnOnce(&mut Tables) -> T) -> T {
        work(&mut self.desk.tables())
    }

    /// Creates a record as its administrator does.
    pub fn create<const N: usize>(&self, model: &str, values: [(&str, Value); N]) -> i64 {
        self.with(|tables| records::create(tables, model, &record(values))).unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    /// Something goes wrong from now on.
    pub fn trouble(&self, trouble: Trouble) -> &Odoo {
        self.desk.troubles().push(trouble);
        self
    }

    /// Nothing goes wrong any more.
    pub fn no_trouble(&self) -> &Odoo {
        self.desk.troubles().clear();
        self.desk.cut_request(None);
        self
    }

    /// The connection is cut after so many bytes of a request: the first is 0, counted from the last [`Odoo::exchanges`].
    pub fn cut_request(&self, number: usize, at: usize) {
        self.desk.cut_request(Some((number, at)));
    }

    /// The connection is cut after so many bytes of the answer to a request, which is executed.
    pub fn cut_answer(&self, number: usize, at: usize) {
        self.desk.cut_answer(Some((number, at)));
    }

    /// What was asked and answered so far; forgotten then.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.desk.exchanges()
    }

    /// Whether such a call has begun, whatever becomes of it.
    pub fn hears(&self, call: &str) -> bool {
        self.desk.has_begun(call)
    }

    /// Takes these as passwords from now on, and no others.
    pub fn take_passwords(&self, passwords: &[&str]) -> &Odoo {
        self.desk.take_passwords(passwords);
        self
    }

    /// How often somebody logged in.
    pub fn logins(&self) -> usize {
        self.desk.logins()
    }

    /// Waits until nothing is under way any more.
    pub fn settle(&self) -> &Odoo {
        self.desk.settle();
        self
    }

    /// What was done to documents that were posted.
    pub fn tampered(&self) -> Vec<String> {
        self.with(|tables| tables.tampered.clone())
    }

    /// All customer invoices and credit notes, in the order of their making.
    pub fn documents(&self) -> Vec<Document> {
        self.with(|tables| view::documents(tables))
    }

    /// All sales orders.
    pub fn orders(&self) -> Vec<Document> {
        self.with(|tables| view::orders(tables))
    }

    /// The server is killed.
    pub fn stop(&mut self) {
        self.server.stop();
    }

    /// It comes back on the same port, with what was committed.
    pub fn start_again(&mut self) {
        self.server.start_again();
    }
}
