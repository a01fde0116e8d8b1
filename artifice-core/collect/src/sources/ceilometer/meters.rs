//! Which meters there are: whether a tenant has any, and which of them nothing charges.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Ceilometer, CloudError, query};
use crate::http::Ask;
use crate::{Meters, Request};

/// An answer of `/v2/meters`.
#[derive(Deserialize)]
struct Meter {
    name: String,
}

impl Ceilometer {
    /// Whether there is any meter, of a tenant if one is named.
    pub(super) fn any_meter(&mut self, tenant: Option<&str>) -> Result<bool, CloudError> {
        Ok(!self.meters::<IgnoredAny>(tenant, 1)?.is_empty())
    }

    /// So many meters at most, of a tenant if one is named: one for each of its resources.
    fn meters<T: DeserializeOwned>(&mut self, tenant: Option<&str>, most: usize) -> Result<Vec<T>, CloudError> {
        let limit = self.knows_limit.then_some(most);
        let mut answer = self.ask(&query::meters(&self.base, tenant, limit), Ask::MOST_BYTES)?;
        if self.forget_limit(&answer) {
            answer = self.ask(&query::meters(&self.base, tenant, None), Ask::MOST_BYTES)?;
        }
        if !answer.is_success() {
            return Err(answer.refused().into());
        }
        Ok(answer.json::<Vec<T>>()?)
    }

    /// The meters of a tenant that nothing charges. It is asked for nothing but a warning: where Ceilometer
    /// cannot tell, there is none, nobody's bill fails for it, and it is not asked again.
    pub(super) fn unmapped(&mut self, request: Request<'_>, tenant: &str) -> Meters {
        if self.no_list || !request.notice_unmapped {
            return Meters::default();
        }
        let (timeouts, answered) = (self.timeouts, self.answered);
        let found = self.meters::<Meter>(Some(tenant), self.limit);
        match found {
            Ok(meters) => {
                let is_charged = |name: &String| request.entries.iter().any(|entry| entry.meter == *name);
                Meters::known(meters.into_iter().map(|meter| meter.name).filter(|name| !is_charged(name)))
            }
            Err(error) => {
                (self.timeouts, self.answered, self.no_list) = (timeouts, answered, true);
                tracing::info!(tenant, "Ceilometer does not say which meters there are ({error})");
                Meters::default()
            }
        }
    }
}
