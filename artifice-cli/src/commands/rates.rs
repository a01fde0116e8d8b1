//! `artifice rates`: what things cost.

use std::path::Path;

use artifice_engine::{Engine, ListedPrice, Quoted, Supposed};
use artifice_model::aggregate::matches;
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
            if let Some(unit) = unit.as_deref().filter(|unit| unit.contains(" per ")) {
                return Err(CommandError::Arguments(format!(
                    "--unit: '{unit}' is what a price is per; say what the quantity is in, as `usage` shows it: hour, B, GB·hour"
                )));
            }
            let tenant = tenant.map(TenantId::from);
            show_service(&engine, Asked { service, quantity, unit, tenant, location, at }, format).await
        }
    }
}

/// What is asked of one service.
struct Asked {
    service: String,
    quantity: Option<Decimal>,
    unit: Option<String>,
    tenant: Option<TenantId>,
    location: Option<String>,
    at: Option<Timestamp>,
}

impl Asked {
    /// Whether a price may be for what is asked for; who does not say whose, where and when asks for all.
    fn may_be(&self, price: &ListedPrice) -> bool {
        let is_whose = |tenant: &TenantId| price.tenants.is_empty() || price.tenants.contains(tenant);
        self.tenant.as_ref().is_none_or(is_whose)
            && self.location.as_ref().is_none_or(|location| matches(&price.location, location))
            && self.at.is_none_or(|at| price.valid.holds(at))
    }
}

async fn show_service(engine: &Engine, asked: Asked, format: TableOrJson) -> Result<Ending, CommandError> {
    let (names, list) = engine.rates()?;
    let ask_backend = list.is_none();
    let is_quoted = asked.quantity.is_some() || ask_backend;
    if asked.unit.is_some() && !is_quoted {
        return Err(CommandError::Arguments("--unit: say how much of it with --quantity, too".to_owned()));
    }
    let service = internal_name(&asked.service, &names, list.as_deref().unwrap_or_default());
    let name = names.of(&service).to_owned();
    let is_of = |price: &ListedPrice| match &price.of {
        Priced::Service(of) => *of == service,
        Priced::Name(of) => *of == name || (*of == service && names.services_called(of).next().is_none()),
    };
    let mut all: Vec<ListedPrice> = list.unwrap_or_default().into_iter().filter(is_of).collect();
    let mut quoted = None;
    if is_quoted {
        let supposed = Supposed {
            tenant: asked.tenant.clone().unwrap_or_else(|| String::new().into()),
            location: asked.location.clone().unwrap_or_else(|| engine.config().locations.region().to_owned()),
            service: service.clone(),
            at: asked.at.unwrap_or_else(artifice_engine::now),
            volume: asked.quantity.unwrap_or(Decimal::ONE),
            unit: asked.unit.clone().unwrap_or_else(|| "hour".to_owned()),
        };
        quoted = engine.quote(supposed.clone()).await?.map(|quoted| (supposed.clone(), quoted));
        if quoted.is_none() && !all.is_empty() {
            say::note(&format!("no price of '{service}' holds at '{}' at that time", supposed.location));
        }
    } else {
        let there = all.len();
        all.retain(|price| asked.may_be(price));
        if all.is_empty() && there > 0 {
            say::error(&format!(
                "no price of '{service}' is for that tenant, location and time; without them all are shown"
            ));
            return Ok(Ending::Failed);
        }
    }
    if all.is_empty() && quoted.is_none() {
        say::error(&format!("there is no price for '{}'; `artifice rates list` shows all", asked.service));
        return Ok(Ending::Failed);
    }
    let misfit = quoted.as_ref().and_then(|(supposed, quoted)| rates::misfit(supposed, quoted));
    let ends_well = misfit.is_none() && (asked.quantity.is_none() || quoted.is_some());
    show(engine, &all, &names, quoted, format)?;
    if let Some(why) = misfit {
        say::error(&why);
    }
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
