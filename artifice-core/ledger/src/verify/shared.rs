//! Resources that are charged to several tenants at one time: metering says of one thing that it is of two.

use std::collections::BTreeMap;

use artifice_model::{StatementId, Tenant, Timestamp};

use super::finding::{About, Finding, Gravity};

const ADVICE: &str = "look at both statements (`artifice statement explain`) and at the metering, and void the one that is \
                      wrong; a resource that was handed back and forth may be right with both";

/// A line of a resource that several tenants are charged for.
#[derive(Debug, Clone)]
pub(crate) struct SharedLine {
    /// Whose line it is.
    pub tenant: Tenant,
    /// In which statement.
    pub statement: About,
    /// The resource's id, and the entry by which it is charged.
    pub resource: (String, String),
    /// The first and the last sample that it rests on.
    pub samples: (Timestamp, Timestamp),
}

/// What the samples of two tenants' lines have in common, told once for each resource, entry and pair of tenants.
pub(super) fn charged_twice(lines: Vec<SharedLine>) -> Vec<Finding> {
    let mut by_resource: BTreeMap<(String, String), Vec<SharedLine>> = BTreeMap::new();
    for line in lines {
        by_resource.entry(line.resource.clone()).or_default().push(line);
    }
    let mut told: BTreeMap<(&(String, String), String, String), Finding> = BTreeMap::new();
    for (resource, lines) in &by_resource {
        for (index, one) in lines.iter().enumerate() {
            for other in lines.iter().skip(index + 1).filter(|other| other.tenant.id != one.tenant.id) {
                let (from, to) = (one.samples.0.max(other.samples.0), one.samples.1.min(other.samples.1));
                if from >= to {
                    continue;
                }
                let (first, second) = if one.tenant.id < other.tenant.id { (one, other) } else { (other, one) };
                let key = (resource, first.tenant.id.to_string(), second.tenant.id.to_string());
                told.entry(key).or_insert_with(|| finding(resource, first, second, (from, to)));
            }
        }
    }
    told.into_values().collect()
}

fn finding(
    (resource, entry): &(String, String),
    one: &SharedLine,
    other: &SharedLine,
    (from, to): (Timestamp, Timestamp),
) -> Finding {
    let number = other.statement.number.map_or_else(|| other.statement.id.to_string(), |number| number.to_string());
    let what = format!(
        "resource {resource} ({entry}) is charged to tenant {}, too, in statement {number}: both have samples of it from \
         {from} to {to}",
        other.tenant.id
    );
    Finding {
        gravity: Gravity::Waiting,
        tenant: Some(one.tenant.clone()),
        statement: Some(one.statement.clone()),
        ..Finding::of_all("charged_twice", what, ADVICE)
    }
}

/// A row of [`SHARED`] as it is stored: tenant, its name, statement, number, resource, entry, and what explains the line.
pub(crate) type SharedRow = (String, Option<String>, String, Option<i64>, String, String, String);

/// Lines of resources that several tenants have.
pub(crate) const SHARED: &str = "SELECT tenant.tenant_id, tenant.name, CAST(line.statement_id AS text), number.number,
        line.resource_id, line.entry, line.explained
     FROM line JOIN statement AS own ON own.tenant_no = line.tenant_no AND own.statement_id = line.statement_id
     JOIN tenant ON tenant.tenant_no = line.tenant_no
     LEFT JOIN invoice_number AS number
         ON number.tenant_no = line.tenant_no AND number.statement_id = line.statement_id
     WHERE own.state <> 'void' AND own.kind <> 'credit' AND line.explained IS NOT NULL AND line.resource_id <> ''
       AND (line.resource_id, line.entry) IN (
           SELECT resource_id, entry FROM series GROUP BY resource_id, entry HAVING count(DISTINCT tenant_no) > 1)
     ORDER BY line.resource_id, line.entry, tenant.tenant_id, line.line_no";

impl SharedLine {
    /// The line of a row; none if it does not say on which samples it rests.
    pub fn of((tenant, name, statement, number, resource, entry, explained): SharedRow) -> Option<SharedLine> {
        let evidence = crate::explained::Explained::read(Some(&explained))?.evidence?;
        let id: StatementId = statement.into();
        Some(SharedLine {
            tenant: Tenant { id: tenant.into(), name },
            statement: About { id, number: number.map(i64::unsigned_abs) },
            resource: (resource, entry),
            samples: (evidence.first?, evidence.last?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(tenant: &str, from: i64, to: i64) -> SharedLine {
        SharedLine {
            tenant: Tenant { id: tenant.into(), name: None },
            statement: About { id: format!("statement of {tenant}").as_str().into(), number: Some(1) },
            resource: ("vol".to_owned(), "volume.size".to_owned()),
            samples: (Timestamp::from_micros(from), Timestamp::from_micros(to)),
        }
    }

    #[test]
    fn only_samples_of_two_tenants_at_one_time_are_told_and_once() {
        assert!(charged_twice(vec![line("a", 0, 10), line("b", 10, 20), line("a", 5, 10)]).is_empty(), "handed over");
        let told = charged_twice(vec![line("b", 8, 20), line("a", 0, 10), line("a", 5, 12)]);
        assert_eq!(told.len(), 1);
        assert!(told[0].what.contains("is charged to tenant b, too"), "{told:?}");
        assert_eq!(told[0].tenant.as_ref().map(|tenant| tenant.id.as_str()), Some("a"));
    }
}
