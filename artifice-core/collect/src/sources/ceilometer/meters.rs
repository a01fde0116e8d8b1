//! Which meters there are: whether a tenant has any, and which of them nothing charges.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::cloud::Cloud;
use super::error::CloudError;
use super::query;
use crate::http::Ask;
use crate::sink::{Interest, Sink};
use crate::source::Wanted;
use crate::text;

/// An answer of `/v2/meters`.
#[derive(Deserialize)]
struct Meter {
    #[serde(deserialize_with = "text::owned")]
    name: String,
}

impl Cloud {
    /// Whether there is any meter, of a tenant if one is named.
    pub fn any_meter(&self, tenant: Option<&str>) -> Result<bool, CloudError> {
        let mut any = false;
        self.meters(tenant, 1, |_: IgnoredAny| any = true)?;
        Ok(any)
    }

    /// Shows so many meters at most, of a tenant if one is named: one for each of its resources.
    fn meters<T: DeserializeOwned>(
        &self,
        tenant: Option<&str>,
        most: usize,
        take: impl FnMut(T),
    ) -> Result<(), CloudError> {
        let limit = self.learned().knows_limit.then_some(most);
        let mut answer = self.ask(&query::meters(&self.base, tenant, limit), Ask::MOST_BYTES)?;
        if self.forget_limit(&answer) {
            answer = self.ask(&query::meters(&self.base, tenant, None), Ask::MOST_BYTES)?;
        }
        if !answer.is_success() {
            return Err(answer.refused().into());
        }
        Ok(answer.each(take)?)
    }

    /// Tells of the meters of a tenant that nothing charges. It is asked for nothing but a warning: where Ceilometer
    /// cannot tell, there is none, nobody's bill fails for it, and it is not asked again.
    pub fn unmapped(&self, tenant: &str, wanted: &Wanted, sink: &mut dyn Sink) {
        if self.learned().no_list || !wanted.notice_unmapped {
            return;
        }
        let answered = self.learned().answered;
        let take = |Meter { name }: Meter| {
            if sink.interest(Some(tenant), &name) == Interest::Count {
                sink.passed(tenant, &name, None);
            }
        };
        match self.meters(Some(tenant), self.limit, take) {
            Ok(()) => {}
            Err(error) => {
                let mut learned = self.learned();
                (learned.answered, learned.no_list) = (answered, true);
                tracing::info!(tenant, "Ceilometer does not say which meters there are ({error})");
            }
        }
    }
}
