//! Sums of what has been billed, as a table and CSV.

use std::collections::BTreeMap;
use std::io;

use artifice_ledger::{Dimension, Group, Place, TooLarge, added};
use artifice_model::{Currency, Decimal};

use super::total_text;

/// One row for each group, currency and unit.
pub fn csv(by: &[Dimension], groups: &[Group]) -> io::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Whose a resource is stands there once, whether or not it was asked for.
    let has_tenant = by.contains(&Dimension::Tenant);
    for dimension in by {
        let columns: &[&str] = match dimension {
            Dimension::Tenant => &["tenant_id", "tenant_name"],
            Dimension::Location => &["location"],
            Dimension::Section => &["section"],
            Dimension::Service => &["service", "name"],
            Dimension::Resource if has_tenant => &["resource_id", "resource_name"],
            Dimension::Resource => &["tenant_id", "tenant_name", "resource_id", "resource_name"],
            Dimension::Month => &["month"],
        };
        columns.iter().try_for_each(|column| csv.write_field(column))?;
    }
    csv.write_record(["currency", "unit", "lines", "volume", "cost"])?;
    for group in groups {
        for ((currency, unit), sum) in &group.sums {
            for place in &group.places {
                match place {
                    Place::Tenant(tenant) => {
                        csv.write_field(tenant.id.as_str())?;
                        csv.write_field(tenant.name.as_deref().unwrap_or_default())?;
                    }
                    Place::Location(text) | Place::Section(text) | Place::Month(text) => csv.write_field(text)?,
                    Place::Service { service, name } => {
                        csv.write_field(service)?;
                        csv.write_field(name)?;
                    }
                    Place::Resource { tenant, id, name } => {
                        if !has_tenant {
                            csv.write_field(tenant.id.as_str())?;
                            csv.write_field(tenant.name.as_deref().unwrap_or_default())?;
                        }
                        csv.write_field(id)?;
                        csv.write_field(name)?;
                    }
                }
            }
            let (lines, volume) = (sum.lines.to_string(), sum.volume.to_string());
            csv.write_record([currency.code(), unit, &lines, &volume, &sum.cost.to_fixed(currency.digits())])?;
        }
    }
    let bytes = csv.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// A table with a total; empty without groups.
pub fn table(by: &[Dimension], groups: &[Group]) -> Result<String, TooLarge> {
    let has_tenant = by.contains(&Dimension::Tenant);
    let mut header = Vec::new();
    for dimension in by {
        let columns: &[&str] = match dimension {
            Dimension::Tenant => &["Tenant"],
            Dimension::Location => &["Location"],
            Dimension::Section => &["Section"],
            Dimension::Service => &["Service"],
            Dimension::Resource if has_tenant => &["Resource"],
            Dimension::Resource => &["Tenant", "Resource"],
            Dimension::Month => &["Month"],
        };
        header.extend(columns);
    }
    header.extend(["Lines", "Volume", "Cost"]);
    let rows = groups.iter().map(|group| row(group, has_tenant)).collect::<Result<Vec<_>, _>>()?;
    let sums = groups.iter().flat_map(|group| &group.sums);
    let total: BTreeMap<Currency, Decimal> = added(sums.map(|((currency, _), sum)| (*currency, sum.cost)))?;
    if groups.is_empty() {
        return Ok(String::new());
    }
    let total = total_text(total.into_iter().map(|(currency, sum)| (currency, Some(sum))));
    Ok(format!("{}{total}\n", crate::output::table(&header, rows)))
}

fn row(group: &Group, has_tenant: bool) -> Result<Vec<String>, TooLarge> {
    let mut row = Vec::new();
    for place in &group.places {
        match place {
            Place::Tenant(tenant) => row.push(called(tenant.name.as_ref(), &tenant.id)),
            Place::Location(text) | Place::Section(text) | Place::Month(text) => row.push(text.clone()),
            Place::Service { name, .. } => row.push(name.clone()),
            Place::Resource { tenant, id, name } => {
                if !has_tenant {
                    row.push(called(tenant.name.as_ref(), &tenant.id));
                }
                row.push(called(Some(name), id));
            }
        }
    }
    let volumes = group.volumes()?.into_iter().map(|(unit, volume)| format!("{volume} {unit}"));
    let costs = group.costs()?.into_iter();
    let costs = costs.map(|(currency, cost)| format!("{currency} {}", cost.to_fixed(currency.digits())));
    row.push(group.lines().to_string());
    row.push(volumes.collect::<Vec<_>>().join(", "));
    row.push(costs.collect::<Vec<_>>().join(", "));
    Ok(row)
}

/// What people call something, if that is known, and its id: several may have one name.
fn called(name: Option<&String>, id: &str) -> String {
    match name {
        Some(name) if !name.is_empty() && name != id => format!("{name}, {id}"),
        _ => id.to_owned(),
    }
}
