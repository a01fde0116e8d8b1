//! Questions: searching and reading records.

use artifice_plugin_api::Error;

use super::{Client, Clock};
use crate::wire::{Answer, Value, int, list, record, text, texts};

/// A search.
pub struct Find<'a> {
    model: &'a str,
    conditions: Vec<Value>,
    fields: Vec<&'a str>,
    inactive: bool,
    limit: i64,
}

impl<'a> Find<'a> {
    /// Records of a model, with the fields that are wanted of them.
    pub fn of(model: &'a str, fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = ["id"].into_iter().chain(fields).collect();
        Find { model, conditions: Vec::new(), fields, inactive: false, limit: 1000 }
    }

    /// Only those whose field is that.
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.conditions.push(list([text(field), text("="), value]));
        self
    }

    /// Only those for which a comparison holds.
    pub fn that(mut self, field: &str, operator: &str, value: Value) -> Self {
        self.conditions.push(list([text(field), text(operator), value]));
        self
    }

    /// Archived and inactive ones as well.
    pub fn also_inactive(mut self) -> Self {
        self.inactive = true;
        self
    }

    /// Not more than so many, the smallest ids first.
    pub fn at_most(mut self, limit: i64) -> Self {
        self.limit = limit;
        self
    }
}

impl Client {
    /// The records that a search finds, each with its `id`, in the order of the ids.
    pub fn find(&self, clock: Clock, find: Find<'_>) -> Result<Vec<Answer>, Error> {
        let session = self.session(clock)?;
        let Find { model, conditions, fields, inactive, limit } = find;
        let context = || match inactive {
            true => record([("active_test", Value::Bool(false))]),
            false => record([]),
        };
        if session.is_old() {
            let args = vec![list(conditions), int(0), int(limit), text("id"), context()];
            let found = self.ask(clock, model, "search", args, Vec::new())?;
            let ids: Vec<i64> = elements(&found, model)?.iter().filter_map(Answer::int).collect();
            return self.read(clock, model, &ids, &fields);
        }
        let named =
            record([("fields", texts(fields)), ("limit", int(limit)), ("order", text("id")), ("context", context())]);
        let found = self.ask(clock, model, "search_read", vec![list(conditions)], vec![named])?;
        elements(&found, model).map(<[Answer]>::to_vec)
    }

    /// Fields of records.
    pub fn read(&self, clock: Clock, model: &str, ids: &[i64], fields: &[&str]) -> Result<Vec<Answer>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = list(ids.iter().copied().map(int));
        let found = self.ask(clock, model, "read", vec![ids, texts(fields.iter().copied())], Vec::new())?;
        elements(&found, model).map(<[Answer]>::to_vec)
    }
}

fn elements<'a>(answer: &'a Answer, model: &str) -> Result<&'a [Answer], Error> {
    answer.list().ok_or_else(|| {
        let kind = answer.kind();
        Error::refused(format_args!("{model}: the ERP answers {kind} where a list of records belongs; is it Odoo?"))
    })
}
