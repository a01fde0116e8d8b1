//! The methods that are called on models, and who may call them.

use super::fault::{Fault, Result, server, user};
use super::schema::{Kind, Model};
use super::table::Tables;
use super::value::{Struct, Value, record};
use super::version::Version;
use super::{domain, invoices, load, moves, orders, records};

/// A call of a method of a model.
#[derive(Debug, Clone)]
pub struct Execute {
    pub model: String,
    pub method: String,
    pub args: Vec<Value>,
    pub named: Struct,
}

impl Execute {
    /// An argument, by its place or its name.
    fn argument(&self, place: usize, name: &str) -> Option<&Value> {
        self.args.get(place).or_else(|| self.named.get(name)).filter(|value| !matches!(value, Value::Nil))
    }

    fn ids(&self) -> Vec<i64> {
        self.argument(0, "ids").map(Value::ids).unwrap_or_default()
    }

    fn values(&self, place: usize) -> Result<&Struct> {
        let values = self.argument(place, "vals").or_else(|| self.named.get("values"));
        values.and_then(Value::members).map_or_else(|| server("TypeError: values are missing"), Ok)
    }

    /// The external ids that a `load` writes.
    pub fn external_ids(&self) -> Vec<String> {
        let ids = self.args.get(1).map(Value::list).unwrap_or_default().iter().map(|row| row.list().first());
        let ids = ids.filter_map(|cell| cell.and_then(Value::text)).filter(|id| !id.is_empty()).map(str::to_owned);
        if self.method == "load" { ids.collect() } else { Vec::new() }
    }
}

/// What somebody may do with the records of a model.
pub fn operation(method: &str) -> &'static str {
    match method {
        "create" | "load" => "create",
        "write" | "action_post" | "button_draft" | "button_cancel" | "action_confirm" | "button_reset_taxes" => "write",
        "unlink" => "unlink",
        _ => "read",
    }
}

/// Executes a call. A fault's changes are to be undone, but for those of [`Fault::None`].
pub fn execute(tables: &mut Tables, call: &Execute) -> Result<Value> {
    let (name, method) = (call.model.as_str(), call.method.as_str());
    let model = tables.model(name)?;
    if method.starts_with('_') {
        return Err(Fault::Access(format!("Private methods (such as {method}) cannot be called remotely.")));
    }
    let ids = call.ids();
    match (name, method) {
        (_, "search") => Ok(found(tables, model, call, 3)?.into()),
        (_, "search_count") => Ok(i64::try_from(found(tables, model, call, 9)?.len()).unwrap().into()),
        (_, "search_read") if tables.version != Version::OpenErp7 => {
            let fields = call.argument(1, "fields").map(Value::texts).unwrap_or_default();
            read(tables, model, &found(tables, model, call, 4)?, &fields)
        }
        (_, "read") => read(tables, model, &ids, &call.argument(1, "fields").map(Value::texts).unwrap_or_default()),
        (_, "create") => match call.argument(0, "vals_list") {
            Some(Value::List(all)) if tables.version != Version::OpenErp7 => {
                let all = all.iter().map(|one| one.members().cloned().unwrap_or_default());
                all.map(|one| records::create(tables, name, &one)).collect::<Result<Vec<i64>>>().map(Value::from)
            }
            _ => Ok(records::create(tables, name, call.values(0)?)?.into()),
        },
        (_, "write") => each(&ids, |id| records::write(tables, name, id, call.values(1)?)),
        (_, "unlink") => each(&ids, |id| records::unlink(tables, name, id)),
        (_, "load") => {
            let fields = call.argument(0, "fields").map(Value::texts).unwrap_or_default();
            load::load(tables, name, &fields, call.argument(1, "data").unwrap_or(&Value::Nil))
        }
        (_, "fields_get") => Ok(fields(model, &call.argument(0, "allfields").map(Value::texts).unwrap_or_default())),
        ("account.move", "action_post") => each(&ids, |id| moves::post(tables, id)).map(|_| false.into()),
        ("account.move", "button_draft") => {
            Err(ids.iter().fold(Fault::None, |_, id| moves::into_state(tables, *id, "draft")))
        }
        ("account.move", "button_cancel") => {
            Err(ids.iter().fold(Fault::None, |_, id| moves::into_state(tables, *id, "cancel")))
        }
        ("sale.order", "action_confirm") => each(&ids, |id| orders::confirm(tables, id)),
        ("sale.order", "action_cancel") => each(&ids, |id| {
            tables.set("sale.order", id, "state", "cancel");
            Ok(())
        }),
        ("account.invoice", "button_reset_taxes" | "button_compute") => each(&ids, |id| {
            invoices::reset_taxes(tables, id);
            Ok(())
        }),
        // A signal of the workflow.
        ("account.invoice", "invoice_open") => each(&ids, |id| invoices::open(tables, id)),
        ("sale.order", "order_confirm") => each(&ids, |id| orders::confirm(tables, id)),
        _ => server(format!("AttributeError: The method '{method}' does not exist on the model '{name}'")),
    }
}

fn each(ids: &[i64], mut work: impl FnMut(i64) -> Result<()>) -> Result<Value> {
    ids.iter().try_for_each(|id| work(*id)).map(|()| true.into())
}

/// What a search finds; its order is an argument at this place.
fn found(tables: &Tables, model: &Model, call: &Execute, order: usize) -> Result<Vec<i64>> {
    let shift = order - 3;
    let all = Value::List(Vec::new());
    let domain = call.argument(0, "domain").or_else(|| call.named.get("args")).unwrap_or(&all);
    let context = call.named.get("context").or_else(|| call.args.iter().find(|value| value.members().is_some()));
    let active_test = context.and_then(|context| context.members()?.get("active_test")).is_none_or(Value::is_true);
    let order = call.argument(order, "order").and_then(Value::text);
    let found = domain::search(tables, model, domain, order, active_test)?;
    let number = |place, name| call.argument(place, name).and_then(Value::int).filter(|number| *number > 0);
    let limit = number(2 + shift, "limit").map_or(usize::MAX, |limit| limit.try_into().unwrap());
    let offset = number(1 + shift, "offset").map_or(0, |offset| offset.try_into().unwrap());
    Ok(found.into_iter().skip(offset).take(limit).collect())
}

fn read(tables: &Tables, model: &Model, ids: &[i64], fields: &[String]) -> Result<Value> {
    if let Some(unknown) = fields.iter().find(|field| model.kind(field).is_none()) {
        return server(format!("ValueError: Invalid field '{unknown}' on model '{}'", model.name));
    }
    let all: Vec<&str> = model.fields.iter().map(|(name, _)| *name).collect();
    let fields = if fields.is_empty() { all } else { fields.iter().map(String::as_str).collect() };
    let record = |id: &i64| {
        let read = fields.iter().chain([&"id"]).map(|field| ((*field).to_owned(), tables.read(model, *id, field)));
        Value::Struct(read.collect())
    };
    Ok(ids.iter().filter(|id| tables.has(model.name, **id)).map(record).collect::<Vec<_>>().into())
}

fn fields(model: &Model, wanted: &[String]) -> Value {
    let mut described = Struct::new();
    for (name, kind) in model.fields.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|it| it == name))
    {
        let (text, other) = match kind {
            Kind::Char => ("char", None),
            Kind::Html => ("html", None),
            Kind::Int => ("integer", None),
            Kind::Float(_) => ("float", None),
            Kind::Money => ("monetary", None),
            Kind::Bool => ("boolean", None),
            Kind::Date => ("date", None),
            Kind::Time => ("datetime", None),
            Kind::Choice(_) => ("selection", None),
            Kind::One(other) => ("many2one", Some(other)),
            Kind::Many(other) => ("many2many", Some(other)),
            Kind::Lines(other, _) => ("one2many", Some(other)),
        };
        let mut field = record([("type", text.into()), ("string", (*name).into()), ("required", false.into())]);
        if let Some(other) = other {
            field.insert("relation".to_owned(), (*other).into());
        }
        if let Kind::Choice(choices) = kind {
            let choices = choices.iter().map(|(value, label)| Value::from(vec![*value, *label]));
            field.insert("selection".to_owned(), Value::List(choices.collect()));
        }
        described.insert((*name).to_owned(), Value::Struct(field));
    }
    Value::Struct(described)
}

/// What stands in the way of somebody: what he may do to the records of a model, by what groups may.
pub fn refused(tables: &Tables, login: &str, model: &str, operation: &str) -> Option<Fault> {
    let accounts = model.starts_with("account.") || model.starts_with("sale.");
    let settings = ["decimal.precision", "ir.model.data", "res.company", "res.currency"].contains(&model);
    let groups = match (login, model, operation) {
        ("limited", "ir.model.data", _) => "Administration/Access Rights",
        ("limited", _, "create" | "write" | "unlink") if settings => "Administration/Settings",
        ("limited", "res.partner", "create") => "Extra Rights/Contact Creation\n\t- Sales/Administrator",
        ("limited", "product.product", "create") => {
            "Administration/Settings\n\t- Invoicing/Billing Administrator\n\t- Sales/Administrator"
        }
        ("limited", "account.tax" | "account.journal" | "account.account", "create" | "write" | "unlink") => {
            "Invoicing/Billing Administrator"
        }
        ("nobody", _, _) if accounts || settings => "Invoicing/Billing",
        ("nobody", _, "create" | "write" | "unlink") => "Invoicing/Billing",
        _ => return None,
    };
    let does = match operation {
        "create" => "create",
        "write" => "modify",
        "unlink" => "delete",
        _ => "access",
    };
    let title = tables.model(model).map_or(model, |model| model.title);
    Some(Fault::Access(format!(
        "You are not allowed to {does} '{title}' ({model}) records.\n\nThis operation is allowed for the following \
         groups:\n\t- {groups}\n\nContact your administrator to request access if necessary."
    )))
}

/// `check_access_rights` and `has_group`, which ask about who asks.
pub fn about_rights(tables: &Tables, login: &str, call: &Execute) -> Option<Result<Value>> {
    match call.method.as_str() {
        "has_group" => Some(Ok((login != "nobody").into())),
        "check_access_rights" => {
            let operation = call.argument(0, "operation").and_then(Value::text).unwrap_or("read");
            let raises = call.argument(1, "raise_exception").is_none_or(Value::is_true);
            let refused = refused(tables, login, &call.model, operation);
            Some(match refused {
                Some(fault) if raises => Err(fault),
                refused => Ok(refused.is_none().into()),
            })
        }
        _ if tables.model(&call.model).is_err() => Some(user(format!("Object {} doesn't exist", call.model))),
        _ => None,
    }
}
