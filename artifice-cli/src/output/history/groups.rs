//! Sums of what has been billed, as a table and CSV.

use std::collections::BTreeMap;
use std::io;

use artifice_ledger::{Dimension, Group, Place, TooLarge, added};
use artifice_model::{Currency, Decimal, Tenant};

use super::total_text;
use crate::output::csv::{self, Cell};
use crate::output::{self, Ids};

/// One row for each group, currency and unit.
pub fn csv(by: &[Dimension], groups: &[Group]) -> io::Result<String> {
    let mut to = ::csv::Writer::from_writer(Vec::new());
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
        columns.iter().try_for_each(|column| to.write_field(column))?;
    }
    to.write_record(["currency", "unit", "lines", "quantity", "cost"])?;
    for group in groups {
        for ((currency, unit), sum) in &group.sums {
            let mut row = Vec::new();
            for place in &group.places {
                match place {
                    Place::Tenant(tenant) => row.extend(whose(tenant)),
                    Place::Location(text) | Place::Section(text) | Place::Month(text) => row.push(Cell::Text(text)),
                    Place::Service { service, name } => row.extend([service, name].map(|text| Cell::Text(text))),
                    Place::Resource { tenant, id, name } => {
                        if !has_tenant {
                            row.extend(whose(tenant));
                        }
                        row.extend([id, name].map(|text| Cell::Text(text)));
                    }
                }
            }
            let own = |text: String| Cell::Own(text.into());
            row.extend([Cell::Text(currency.code()), Cell::Text(unit), own(sum.lines.to_string())]);
            row.extend([own(sum.volume.to_string()), own(sum.cost.to_fixed(currency.digits()))]);
            csv::write(&mut to, row)?;
        }
    }
    csv::text(to)
}

fn whose(tenant: &Tenant) -> [Cell<'_>; 2] {
    [tenant.id.as_str(), tenant.name.as_deref().unwrap_or_default()].map(Cell::Text)
}

/// What a table says of each group, behind where it lies.
const SUMS: [&str; 3] = ["Lines", "Quantity", "Cost"];

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
    header.extend(SUMS);
    let all = groups.iter().flat_map(|group| &group.places).flat_map(|place| match place {
        Place::Tenant(tenant) => vec![tenant.id.as_str()],
        Place::Resource { tenant, id, .. } => vec![tenant.id.as_str(), id.as_str()],
        _ => Vec::new(),
    });
    let ids = Ids::of(all);
    let mut rows = groups.iter().map(|group| row(group, has_tenant, &ids)).collect::<Result<Vec<_>, _>>()?;
    // In the order of what is shown: of a service that is what people call it.
    let places = header.len() - SUMS.len();
    rows.sort_by(|one, other| one[..places].cmp(&other[..places]));
    let sums = groups.iter().flat_map(|group| &group.sums);
    let total: BTreeMap<Currency, Decimal> = added(sums.map(|((currency, _), sum)| (*currency, sum.cost)))?;
    if groups.is_empty() {
        return Ok(String::new());
    }
    let total = total_text(total.into_iter().map(|(currency, sum)| (currency, Some(sum))));
    Ok(format!("{}{total}\n", crate::output::table(&header, rows)))
}

fn row(group: &Group, has_tenant: bool, ids: &Ids) -> Result<Vec<String>, TooLarge> {
    let mut row = Vec::new();
    for place in &group.places {
        match place {
            Place::Tenant(tenant) => row.push(called(tenant.name.as_ref(), &tenant.id, ids)),
            Place::Location(text) | Place::Section(text) | Place::Month(text) => row.push(text.clone()),
            Place::Service { name, .. } => row.push(name.clone()),
            Place::Resource { tenant, id, name } => {
                if !has_tenant {
                    row.push(called(tenant.name.as_ref(), &tenant.id, ids));
                }
                row.push(called(Some(name), id, ids));
            }
        }
    }
    let volumes = group.volumes()?.into_iter().map(|(unit, volume)| output::quantity(volume, unit));
    let costs = group.costs()?.into_iter();
    let costs = costs.map(|(currency, cost)| format!("{currency} {}", cost.to_fixed(currency.digits())));
    row.push(group.lines().to_string());
    row.push(volumes.collect::<Vec<_>>().join(", "));
    row.push(costs.collect::<Vec<_>>().join(", "));
    Ok(row)
}

/// What people call something, if that is known, and its id: several may have one name.
fn called(name: Option<&String>, id: &str, ids: &Ids) -> String {
    let shown = ids.show(id);
    match name {
        Some(name) if !name.is_empty() && name != id => format!("{name}, {shown}"),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use artifice_ledger::Sum;

    use super::*;

    #[test]
    fn a_table_is_in_the_order_of_what_it_shows() {
        let group = |service: &str, name: &str| {
            let places = vec![Place::Service { service: service.to_owned(), name: name.to_owned() }];
            let sum = Sum { lines: 1, volume: Decimal::ONE, cost: Decimal::ONE };
            Group { places, sums: BTreeMap::from([(("NZD".parse().unwrap(), "1".to_owned()), sum)]) }
        };
        let text = table(&[Dimension::Service], &[group("a", "Zebra"), group("b", "Ant")]).unwrap();
        let rows: Vec<&str> = text.lines().filter(|line| line.contains("NZD 1.00 │")).collect();
        assert!(
            rows[0].contains("│ Ant ") && rows[1].contains("│ Zebra ") && rows[0].contains("┆ 1        ┆"),
            "{text}"
        );
    }
}
