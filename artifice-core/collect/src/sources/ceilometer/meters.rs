//! Which meters there are: whether a tenant has any, and which of them nothing charges.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::cloud::Cloud;
use super::error::CloudError;
use super::query;
use crate::http::Ask;
use crate::sink::{Interest, Sink};
use crate::source::Wanted;

/// An answer of `/v2/meters`.
#[derive(Deserialize)]
struct Meter {
    name: String,
}

impl Cloud {
    /// Whether there is any meter, of a tenant if one is named.
    pub fn any_meter(&self, tenant: Option<&str>) -> Result<bool, CloudError> {
        Ok(!self.meters::<IgnoredAny>(tenant, 1)?.is_empty())
    }

    /// So many meters at most, of a tenant if one is named: one for each of its resources.
    fn meters<T: DeserializeOwned>(&self, tenant: Option<&str>, most: usize) -> Result<Vec<T>, CloudError> {
        let limit = self.learned().knows_limit.then_some(most);
        let mut answer = self.ask(&query::meters(&self.base, tenant, limit), Ask::MOST_BYTES)?;
        if self.forget_limit(&answer) {
            answer = self.ask(&query::meters(&self.base, tenant, None), Ask::MOST_BYTES)?;
        }
        if !answer.is_success() {
            return Err(answer.refused().into());
        }
        Ok(answer.json::<Vec<T>>()?)
    }

    /// Tells of the meters of a tenant that nothing charges. It is asked for nothing but a warning: where Ceilometer
    /// cannot tell, there is none, nobody's bill fails for it, and it is not asked again.
    pub fn unmapped(&self, tenant: &str, wanted: &Wanted, sink: &mut dyn Sink) {
        if self.learned().no_list || !wanted.notice_unmapped {
            return;
        }
        let answered = self.learned().answered;
        match self.meters::<Meter>(Some(tenant), self.limit) {
            Ok(meters) => {
                for Meter { name } in meters {
                    if sink.interest(Some(tenant), &name) == Interest::Count {
                        sink.passed(tenant, &name, None);
                    }
                }
            }
            Err(error) => {
                let mut learned = self.learned();
                (learned.answered, learned.no_list) = (answered, true);
                tracing::info!(tenant, "Ceilometer does not say which meters there are ({error})");
            }
        }
    }
}
