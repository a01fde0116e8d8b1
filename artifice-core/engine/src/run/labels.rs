//! What tells tenants of one name apart.

use std::collections::BTreeMap;

use artifice_ledger::{Ledger, LedgerError, all_tenants};
use artifice_model::{Tenant, TenantId};
use artifice_plugin_host::api::file_name::{LONGEST_VALUE, cut, folded, safe};

/// How much of an id stands behind a name.
const DIGITS: usize = 8;

/// Of tenants whose name is another one's, too, what they are called: `demo-1234abcd`, with the beginning of the id, or
/// the whole id where that is not unique. Names are one if they make one file name, without regard to case.
pub fn labels<'t>(tenants: impl IntoIterator<Item = &'t Tenant>) -> BTreeMap<TenantId, String> {
    let form = |text: &str| folded(&safe(cut(text, LONGEST_VALUE)));
    let mut by_name: BTreeMap<String, Vec<&Tenant>> = BTreeMap::new();
    for tenant in tenants {
        by_name.entry(form(tenant.called())).or_default().push(tenant);
    }
    let mut short: BTreeMap<String, Vec<&Tenant>> = BTreeMap::new();
    for tenant in by_name.values().filter(|same| same.len() > 1).flatten() {
        short.entry(form(&label(tenant, DIGITS))).or_default().push(tenant);
    }
    let all = short.iter().flat_map(|(form, same)| {
        let is_unique = same.len() == 1 && !by_name.contains_key(form);
        let digits = if is_unique { DIGITS } else { usize::MAX };
        same.iter().map(move |tenant| (tenant.id.clone(), label(tenant, digits)))
    });
    all.collect()
}

/// What the tenants that a ledger knows are called whose name is not their own.
///
/// # Errors
/// If the ledger cannot be read.
pub async fn labels_of(ledger: &dyn Ledger) -> Result<BTreeMap<TenantId, String>, LedgerError> {
    Ok(labels(&all_tenants(ledger).await?))
}

/// A name with the first digits of the id. The name is shortened where both would not fit into a file's name.
fn label(tenant: &Tenant, digits: usize) -> String {
    let id: String = tenant.id.chars().take(digits).collect();
    let Some(name) = tenant.name.as_deref().filter(|name| !name.is_empty()) else { return id };
    format!("{}-{id}", cut(name, LONGEST_VALUE.saturating_sub(id.len() + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(all: &[(&str, &str)]) -> Vec<String> {
        let tenants: Vec<Tenant> = all
            .iter()
            .map(|(id, name)| Tenant { id: (*id).into(), name: (!name.is_empty()).then(|| (*name).to_owned()) })
            .collect();
        let labels = labels(&tenants);
        tenants.iter().map(|tenant| labels.get(&tenant.id).cloned().unwrap_or_default()).collect()
    }

    #[test]
    fn a_name_that_is_not_its_own_has_the_first_digits_of_the_id() {
        // semantics 6: compared as made safe for a file, without case.
        assert_eq!(
            told(&[("1111aaaa2222", "demo"), ("3333bbbb4444", "Demo"), ("5", "other")]),
            ["demo-1111aaaa", "Demo-3333bbbb", ""]
        );
        assert_eq!(told(&[("1111aaaa2222", "a/b"), ("3333bbbb4444", "a:b")]), ["a/b-1111aaaa", "a:b-3333bbbb"]);
        let long = "x".repeat(150);
        assert!(told(&[("1111aaaa2222", &long), ("3333bbbb4444", &long)]).iter().all(|label| label.len() == 120));
    }

    #[test]
    fn where_the_digits_are_not_unique_either_it_has_the_whole_id() {
        assert_eq!(
            told(&[("1111aaaa2222", "demo"), ("1111aaaa3333", "demo"), ("4444bbbb5555", "demo")]),
            ["demo-1111aaaa2222", "demo-1111aaaa3333", "demo-4444bbbb"]
        );
        // Somebody else is called so already.
        assert_eq!(
            told(&[("1111aaaa2222", "demo"), ("3333bbbb4444", "demo"), ("5", "demo-1111aaaa")]),
            ["demo-1111aaaa2222", "demo-3333bbbb", ""]
        );
        // An id for a name.
        assert_eq!(told(&[("demo", ""), ("3333bbbb4444", "demo")]), ["demo", "demo-3333bbbb"]);
    }
}
