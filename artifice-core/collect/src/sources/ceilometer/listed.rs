//! Which meters there are that nothing charges.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::sink::{Interest, Sink};

/// Which meters tenants have that nothing charges.
#[derive(Default)]
pub(super) struct Listed {
    /// Their names, by tenant.
    pub tenants: HashMap<String, BTreeSet<Arc<str>>>,
    /// Whether that is all.
    pub is_all: bool,
}

impl Listed {
    /// Tells of them, of a tenant if one is named.
    pub fn tell(&self, tenant: Option<&str>, sink: &mut dyn Sink) {
        let tell = |tenant: &str, names: &BTreeSet<Arc<str>>, sink: &mut dyn Sink| {
            for name in names.iter() {
                if sink.interest(Some(tenant), name) == Interest::Count {
                    sink.passed(tenant, name, None);
                }
            }
        };
        match tenant {
            Some(tenant) => self.tenants.get(tenant).into_iter().for_each(|names| tell(tenant, names, sink)),
            None => self.tenants.iter().for_each(|(tenant, names)| tell(tenant, names, sink)),
        }
    }
}
