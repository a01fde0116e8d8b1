//! What has been billed: lines of all statements, one by one or summed up.
//!
//! Counted are the lines of statements that are neither void nor credits; adjustments count. A line
//! belongs to the instant at which its period begins. Costs are those of lines, so before taxes, which
//! belong to statements.

mod fold;

use std::collections::BTreeMap;

use artifice_model::{Calendar, Currency, Decimal, Period, Tenant, TenantId};

pub(crate) use fold::{Part, Parts, Shape, groups};

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of these tenants, by id; of all, if nobody is named.
    pub tenants: Option<Vec<TenantId>>,
    /// Those whose period begins in this one; all, if none is given.
    pub period: Option<Period>,
}

/// What lines can be summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Who was billed.
    Tenant,
    /// Where it was used: the datacenter.
    Location,
    /// The part of the statement.
    Section,
    /// What is priced.
    Service,
    /// The tenant's resource.
    Resource,
    /// The calendar month in which the line's period begins.
    Month,
}

impl Dimension {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Tenant => "tenant",
            Dimension::Location => "location",
            Dimension::Section => "section",
            Dimension::Service => "service",
            Dimension::Resource => "resource",
            Dimension::Month => "month",
        }
    }
}

/// Where a group lies in one dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Who was billed, as the ledger calls it now.
    Tenant(Tenant),
    /// Where it was used.
    Location(String),
    /// The part of the statement.
    Section(String),
    /// What was priced.
    Service {
        /// Its internal name.
        service: String,
        /// What people call it, as in the line that begins last.
        name: String,
    },
    /// A resource of a tenant's.
    Resource {
        /// Whose it is.
        tenant: Tenant,
        /// Its id.
        id: String,
        /// What people call it, as in the line that begins last; may be empty.
        name: String,
    },
    /// A calendar month, written `2013-08`.
    Month(String),
}

/// A sum over lines of one currency and one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// How many lines.
    pub lines: u64,
    /// What was used.
    pub volume: Decimal,
    /// What it cost, before taxes.
    pub cost: Decimal,
}

/// All lines that lie at one place in each dimension that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The place in each dimension, in the order that was asked for.
    pub places: Vec<Place>,
    /// By currency and unit: neither is ever added to another.
    pub sums: BTreeMap<(Currency, String), Sum>,
}

/// A sum of what was billed has more digits than artifice keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Group {
    /// How many lines.
    pub fn lines(&self) -> u64 {
        self.sums.values().map(|sum| sum.lines).sum()
    }

    /// What they cost, by currency.
    ///
    /// # Errors
    /// If a sum has more digits than artifice keeps.
    pub fn costs(&self) -> Result<BTreeMap<Currency, Decimal>, TooLarge> {
        added(self.sums.iter().map(|((currency, _), sum)| (*currency, sum.cost)))
    }

    /// What was used, by unit.
    ///
    /// # Errors
    /// If a sum has more digits than artifice keeps.
    pub fn volumes(&self) -> Result<BTreeMap<&str, Decimal>, TooLarge> {
        added(self.sums.iter().map(|((_, unit), sum)| (unit.as_str(), sum.volume)))
    }
}

/// Sums of what has the same key.
pub fn added<K: Ord>(amounts: impl Iterator<Item = (K, Decimal)>) -> Result<BTreeMap<K, Decimal>, TooLarge> {
    let mut sums = BTreeMap::new();
    for (key, amount) in amounts {
        let sum = sums.entry(key).or_insert(Decimal::ZERO);
        *sum = sum.checked_add(amount).ok_or(TooLarge)?;
    }
    Ok(sums)
}

/// How lines are to be summed up.
#[derive(Debug, Clone, Copy)]
pub struct Grouping<'g> {
    /// The dimensions, in order, each once.
    pub by: &'g [Dimension],
    /// The calendar that months are those of.
    pub calendar: &'g Calendar,
}

/// The tenants that are meant by ids or names.
///
/// # Errors
/// Says of which text nobody can tell whom it means, and whom it may mean.
pub fn tenants_named(known: &[Tenant], asked: &[String]) -> Result<Vec<TenantId>, String> {
    const SHOWN: usize = 5;
    let named = |text: &String| -> Result<TenantId, String> {
        if known.iter().any(|tenant| tenant.id == text.as_str()) {
            return Ok(text.as_str().into());
        }
        let fitting: Vec<&str> =
            known.iter().filter(|tenant| tenant.name.as_ref() == Some(text)).map(|tenant| tenant.id.as_str()).collect();
        match fitting[..] {
            [id] => Ok(id.into()),
            [] => {
                let ids: Vec<&str> = known.iter().take(SHOWN).map(|tenant| tenant.id.as_str()).collect();
                let more = if known.len() > SHOWN { ", …" } else { "" };
                let there = if ids.is_empty() { "nobody".to_owned() } else { ids.join(", ") + more };
                Err(format!("no tenant that was ever billed has the id or name '{text}'; billed were: {there}"))
            }
            _ => {
                let ids = fitting.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
                let more = if fitting.len() > SHOWN { ", …" } else { "" };
                Err(format!("several tenants are called '{text}'; name one by its id: {ids}{more}"))
            }
        }
    };
    asked.iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_named_by_id_or_by_a_name_that_only_one_has() {
        let tenant = |id: &str, name: Option<&str>| Tenant { id: id.into(), name: name.map(str::to_owned) };
        let known = [tenant("1", Some("web")), tenant("2", Some("db")), tenant("3", Some("db")), tenant("db2", None)];
        let named = |text: &str| tenants_named(&known, &[text.to_owned()]);
        assert_eq!(named("web"), Ok(vec!["1".into()]));
        assert_eq!(named("3"), Ok(vec!["3".into()]));
        assert!(named("db").unwrap_err().ends_with("name one by its id: 2, 3"));
        assert!(named("mail").unwrap_err().ends_with("'mail'; billed were: 1, 2, 3, db2"));
        assert!(tenants_named(&[], &["x".to_owned()]).unwrap_err().ends_with("billed were: nobody"));
    }

    #[test]
    fn an_id_goes_before_a_name() {
        let tenant = |id: &str, name: &str| Tenant { id: id.into(), name: Some(name.to_owned()) };
        let known = [tenant("a", "b"), tenant("b", "a")];
        assert_eq!(tenants_named(&known, &["a".to_owned()]), Ok(vec!["a".into()]));
    }
}
