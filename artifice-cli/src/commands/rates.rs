//! `artifice rates`: what things cost.

use std::path::Path;

use artifice_engine::{Engine, ListedPrice, Quoted, Supposed};
use artifice_model::rate::{Names, Priced};
use artifice_model::{Decimal, TenantId, Timestamp};

use super::open::engine;
use crate::args::{RatesCommand, TableOrJson};
use crate::ending::{CommandError, Ending};
use crate::output::{print, print_json, rates};
use crate::say;
use artifice_engine::view;

pub async fn run(file: &Path, command: RatesCommand) -> Result<Ending, CommandError> {
    let engine = engine(file)?;
    match command {
        RatesCommand::List { format } => {
            let (names, list) = engine.rates()?;
            let Some(list) = list else {
                say::error(
                    "the backend's price list decides (rates.source: backend), and cannot be listed; ask for one service with `artifice rates show`",
                );
                return Ok(Ending::Failed);
            };
            show(&engine, &list, &names, None, format)?;
            Ok(Ending::Done)
        }
        RatesCommand::Show { service, quantity, unit, tenant, location, at, format } => {
            let calendar = engine.config().main.calendar;
            let wrong = |error| CommandError::Arguments(format!("--at: {error}"));
            let at = at.map(|text| calendar.when(&text).map_err(wrong)).transpose()?;
            let at = at.unwrap_or_else(artifice_engine::now);
            let location = location.unwrap_or_else(|| engine.config().locations.region().to_owned());
            let tenant = tenant.unwrap_or_default().into();
            show_service(&engine, Asked { service, quantity, unit, tenant, location, at }, format).await
        }
    }
}

/// What is asked of one service.
struct Asked {
    service: String,
    quantity: Option<Decimal>,
    unit: Option<String>,
    tenant: TenantId,
    location: String,
    at: Timestamp,
}

async fn show_service(engine: &Engine, asked: Asked, format: TableOrJson) -> Result<Ending, CommandError> {
    let (names, list) = engine.rates()?;
    let ask_backend = list.is_none();
    let service = internal_name(&asked.service, &names, list.as_deref().unwrap_or_default());
    let name = names.of(&service).to_owned();
    let is_of = |price: &ListedPrice| match &price.of {
        Priced::Service(of) => *of == service,
        Priced::Name(of) => *of == name,
    };
    let all: Vec<ListedPrice> = list.unwrap_or_default().into_iter().filter(is_of).collect();
    let mut quoted = None;
    if asked.quantity.is_some() || ask_backend {
        let supposed = Supposed {
            tenant: asked.tenant.clone(),
            location: asked.location.clone(),
            service: service.clone(),
            at: asked.at,
            volume: asked.quantity.unwrap_or(Decimal::ONE),
            unit: asked.unit.unwrap_or_else(|| "hour".to_owned()),
        };
        quoted = engine.quote(supposed.clone()).await?.map(|quoted| (supposed, quoted));
        if quoted.is_none() && !all.is_empty() {
            say::note(&format!("no price of '{service}' holds at '{}' at that time", asked.location));
        }
    }
    if all.is_empty() && quoted.is_none() {
        say::error(&format!("there is no price for '{}'; `artifice rates list` shows all", asked.service));
        return Ok(Ending::Failed);
    }
    let fits = quoted.as_ref().is_none_or(|(_, quoted): &(Supposed, Quoted)| quoted.charged.is_ok());
    let ends_well = fits && (asked.quantity.is_none() || quoted.is_some());
    show(engine, &all, &names, quoted, format)?;
    Ok(if ends_well { Ending::Done } else { Ending::Failed })
}

/// The internal name of what a person calls a service.
fn internal_name(asked: &str, names: &Names, list: &[ListedPrice]) -> String {
    let is_known = list.iter().any(|price| price.of == Priced::Service(asked.to_owned()));
    if is_known || names.of(asked) != asked {
        return asked.to_owned();
    }
    names.services_called(asked).next().unwrap_or(asked).to_owned()
}

fn show(
    engine: &Engine,
    list: &[ListedPrice],
    names: &Names,
    quoted: Option<(Supposed, Quoted)>,
    format: TableOrJson,
) -> Result<(), CommandError> {
    let text = match format {
        TableOrJson::Json => {
            let document = view::rates::document(list, names, quoted.as_ref());
            return Ok(print_json(&format!("{document}\n"))?);
        }
        TableOrJson::Table => rates::table(list, names, quoted.as_ref(), engine.config().main.calendar),
    };
    Ok(print(&text)?)
}
