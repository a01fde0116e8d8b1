//! Finding the document of a key, and what it says of itself.

use artifice_plugin_api::{Error, Receipt, Standing};

use super::head::Head;
use super::origin::read_origin;
use crate::client::{Clock, Failed, Find};
use crate::dialect::{Dialect, Stage};
use crate::erp::{Erp, id_of};
use crate::settings::{Document, State};
use crate::wire::{Answer, int, list, text};

/// A document that bears a statement's key.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its id.
    pub id: i64,
    /// How far it is.
    pub stage: Stage,
    /// The number that the ERP gave it, if it has one.
    pub name: Option<String>,
    /// What its origin says.
    pub origin: String,
}

impl Found {
    /// Reads a record.
    pub fn of(record: &Answer, dialect: &Dialect) -> Result<Self, Error> {
        let field = |name: &str| record.get(name).and_then(Answer::text);
        let id = id_of(record)?;
        let no_state = || Error::refused(format_args!("{} {id}: it has no state; is it Odoo?", dialect.model));
        Ok(Found {
            id,
            stage: dialect.stage(field("state").ok_or_else(no_state)?),
            name: field(dialect.name).filter(|name| *name != "/" && !name.is_empty()).map(str::to_owned),
            origin: field(&dialect.origin).unwrap_or_default().to_owned(),
        })
    }

    /// What people call the document, in messages.
    pub fn label(&self, dialect: &Dialect) -> String {
        let name = self.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{}{name} (id {})", dialect.model, self.id)
    }

    /// Whether it is said to be complete.
    pub fn is_complete(&self) -> bool {
        read_origin(&self.origin).is_some_and(|origin| origin.complete)
    }

    /// How the document stands. Whether a person has changed what it says is not looked for.
    pub fn standing(&self, dialect: &Dialect, aim: State) -> Result<Standing, Error> {
        match self.cancelled(dialect, aim)? {
            Some(receipt) => Ok(Standing::Cancelled(receipt)),
            None => self.receipt(dialect, aim).map(Into::into),
        }
    }

    /// The receipt of a document that was cancelled. It was committed before, if it has a number.
    pub fn cancelled(&self, dialect: &Dialect, aim: State) -> Result<Option<Receipt>, Error> {
        if self.stage != Stage::Cancelled || self.name.is_none() {
            return Ok(None);
        }
        Found { stage: Stage::Posted, ..self.clone() }.receipt(dialect, aim)
    }

    /// The receipt, if the document is as far as it is meant to come, and complete.
    pub fn receipt(&self, dialect: &Dialect, aim: State) -> Result<Option<Receipt>, Error> {
        match (self.stage, aim) {
            (Stage::Posted | Stage::Draft, _) if !self.is_complete() => Ok(None),
            // A person may post a draft, or delete its number: the receipt of a draft stays the same.
            (Stage::Posted | Stage::Draft, State::Draft) if dialect.document == Document::Invoice => {
                Ok(Some(self.details(dialect, format!("{} {}", dialect.model, self.id))))
            }
            (Stage::Draft, State::Posted) => Ok(None),
            (Stage::Posted | Stage::Draft, _) => self.posted(dialect).map(Some),
            (Stage::Cancelled, _) => Err(Error::refused(format_args!(
                "{}: it is this statement's document, and was cancelled in the ERP; delete it there to have it made again, or void the statement",
                self.label(dialect)
            ))),
        }
    }

    /// The receipt of a document that has its number.
    pub fn posted(&self, dialect: &Dialect) -> Result<Receipt, Error> {
        let no_name =
            || Error::refused(format_args!("{}: it has no number; look at it in the ERP", self.label(dialect)));
        Ok(self.details(dialect, self.name.clone().ok_or_else(no_name)?))
    }

    fn details(&self, dialect: &Dialect, reference: String) -> Receipt {
        Receipt::new(reference).with("model", dialect.model).with("id", self.id.to_string())
    }

    /// An error unless the document is of a statement with this digest.
    pub fn check_digest(&self, dialect: &Dialect, head: &Head) -> Result<(), Error> {
        let digest = read_origin(&self.origin).map(|origin| origin.digest);
        if digest == Some(head.digest.as_str()) {
            return Ok(());
        }
        let label = self.label(dialect);
        Err(Error::refused(match digest {
            Some(_) => {
                format!("{label}: it has this statement's key, but is of another content; look at it in the ERP")
            }
            None => format!(
                "{label}: it has this statement's key, but its {} is '{}'; write '{}' there again if it is the statement's document",
                dialect.origin,
                self.origin,
                head.origin()
            ),
        }))
    }
}

/// The fields that [`Found::of`] reads.
fn fields(dialect: &Dialect) -> [&str; 3] {
    ["state", dialect.name, &dialect.origin]
}

impl Erp {
    /// The document that bears a key, whatever its state.
    pub fn by_key(&self, clock: Clock, dialect: &Dialect, head: &Head) -> Result<Option<Found>, Error> {
        let mut find = Find::of(dialect.model, fields(dialect)).with(&dialect.key, text(&head.key));
        if let Some(kind) = dialect.kind {
            find = find.that(kind, "in", crate::wire::texts(["out_invoice", "out_refund"]));
        }
        let found = self.client.find(clock, find)?;
        let found: Vec<Found> = found.iter().map(|one| Found::of(one, dialect)).collect::<Result<_, _>>()?;
        // Somebody may have cancelled one of two; it is the other that counts.
        let alive: Vec<&Found> = found.iter().filter(|one| one.stage != Stage::Cancelled).collect();
        let one = match (alive.len(), found.first()) {
            (0, cancelled) => cancelled,
            (1, _) => alive.first().copied(),
            _ => {
                let labels: Vec<String> = alive.iter().map(|one| one.label(dialect)).collect();
                return Err(Error::refused(format_args!(
                    "there are {} documents with the key of statement {}: {}; find out which is right, and cancel the others",
                    labels.len(),
                    head.number,
                    labels.join(", ")
                )));
            }
        };
        if let Some(one) = one {
            one.check_digest(dialect, head)?;
        }
        Ok(one.cloned())
    }

    /// The document as it is now.
    pub fn by_id(&self, clock: Clock, dialect: &Dialect, id: i64) -> Result<Found, Error> {
        let read = self.client.read(clock, dialect.model, &[id], &fields(dialect))?;
        let gone =
            || Error::refused(format_args!("{} {id}: it was deleted meanwhile; run the command again", dialect.model));
        Found::of(read.first().ok_or_else(gone)?, dialect)
    }

    /// Removes a draft.
    pub fn remove(&self, clock: Clock, dialect: &Dialect, id: i64) -> Result<(), Failed> {
        self.client.tell(clock, dialect.model, "unlink", vec![list([int(id)])]).map(drop)
    }
}
