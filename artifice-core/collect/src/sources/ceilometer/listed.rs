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

#[cfg(test)]
mod tests {
    use artifice_model::Period;
    use artifice_model::aggregate::{Entry, Locations};

    use super::*;
    use crate::intake::Intake;
    use crate::{Headway, Request, Wanted};

    #[test]
    fn a_meter_that_is_listed_is_noticed_and_is_no_sample() {
        let period = Period::new("2026-10-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap());
        let (entries, locations, headway) = (Entry::built_in(), Locations::new("default", []), Headway::default());
        let all = Request::of(&entries, &locations, period.unwrap(), &headway);
        let request = Request { notice_unmapped: true, ..all };
        let wanted = Wanted::of(&request);
        let mut intake = Intake::of_all(request, &wanted, None);
        let tenants = HashMap::from([("demo".to_owned(), BTreeSet::from(["cpu".into(), "memory".into()]))]);
        Listed { tenants, is_all: true }.tell(None, &mut intake);
        let (_, _, noticed) = intake.finish();
        assert_eq!(noticed["demo"].unmapped.samples.len(), 2);
        assert_eq!(headway.look().samples, 0);
    }
}
