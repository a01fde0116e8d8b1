//! A running Ceilometer (v2): one tenant after the other, meter by meter, window by window.
//!
//! What is asked and what is answered are compared before anything of it counts: a server that
//! ignores a filter must not bill anybody's usage to somebody else, nor twice. Samples of another
//! tenant or meter are an error; samples outside the window are left to the window in which they lie.
//!
//! A tenant is complete or fails. What is wrong with the service itself (nobody answers, no token is
//! good enough, it has moved to Gnocchi) is wrong for all: before its first answer nothing begins,
//! after that the tenants that remain fail at once, rather than wait for it one after the other.

mod error;
mod meters;
mod query;
mod reading;
#[cfg(test)]
mod tests;
mod windows;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use artifice_model::{Tenant, TenantId, Timestamp};
use reqwest::Url;
use serde::Deserialize;

use crate::http::{Answer, Ask, Http};
use crate::openstack::keystone::Keystone;
use crate::openstack::settings::OpenStack;
use crate::usage::{self, Stop};
use crate::{CollectError, Noticed, Receive, Request, Seen, TenantUsage, UsageError};

pub use error::CloudError;

/// How many time-outs in a row mean that the service is as good as gone.
const MOST_TIMEOUTS: u32 = 2;

/// A cloud that one is logged in to, and whose Ceilometer can be asked.
///
/// Blocks: make it, use it and drop it on a thread that may.
pub struct Ceilometer {
    http: Http,
    keystone: Keystone,
    base: Url,
    /// How many samples are asked for at a time.
    limit: usize,
    /// Whether the server knows that it can be limited. The first releases do not.
    knows_limit: bool,
    /// Whether it has ever answered.
    answered: bool,
    /// Lengths at which answers may have been cut: each the longest when it came.
    lengths: BTreeSet<usize>,
    /// Whether it has ever failed to say which meters there are.
    no_list: bool,
    /// Time-outs since the last answer.
    timeouts: u32,
    projects: Vec<Tenant>,
}

/// The answers to `…/statistics?groupby=project_id`.
#[derive(Deserialize)]
struct Group {
    groupby: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    count: u64,
}

impl Ceilometer {
    /// Logs in to Keystone, finds Ceilometer, and learns which projects there are.
    pub fn connect(settings: &OpenStack) -> Result<Ceilometer, CloudError> {
        let http = Http::new(settings.ca_file.as_deref(), settings.timeout)?;
        let mut keystone = Keystone::log_in(&http, settings)?;
        let base = match &settings.ceilometer_url {
            Some(url) => url.clone(),
            None => keystone.endpoint("metering")?,
        };
        let projects = keystone.projects(&http)?;
        tracing::debug!(projects = projects.len(), ceilometer = %base, "logged in");
        let base = query::base(&base);
        let limit = settings.limit;
        Ok(Ceilometer {
            http,
            keystone,
            base,
            limit,
            knows_limit: true,
            answered: false,
            no_list: false,
            lengths: BTreeSet::new(),
            timeouts: 0,
            projects,
        })
    }

    /// The projects that Keystone knows.
    pub fn projects(&self) -> &[Tenant] {
        &self.projects
    }

    /// Asks for one meter, to see whether anybody answers.
    pub fn check(&mut self) -> Result<(), CloudError> {
        self.any_meter(None).map(drop)
    }

    /// Hands over each tenant's usage, in the order of their ids.
    pub fn collect(&mut self, request: Request<'_>, receiver: &mut dyn Receive) -> Result<Seen, CollectError> {
        let mut seen = Seen::default();
        let mut tenants = match request.tenants {
            Some(tenants) => tenants.clone(),
            None => {
                let mut tenants = request.known.clone();
                tenants.append(&mut self.tenants_with_samples(request, &mut seen)?);
                tenants
            }
        };
        tenants.retain(|tenant| !request.skip.contains(tenant));
        let mut lost: Option<CloudError> = None;
        for tenant in tenants {
            if !receiver.wants(&tenant) {
                continue;
            }
            let mut used = false;
            let mut take = |usage: TenantUsage| {
                used = true;
                receiver.receive(usage);
            };
            let error = match &lost {
                Some(why) => CloudError::Lost { why: why.to_string() },
                None => match self.tenant(request, &tenant, &mut seen, &mut take) {
                    Ok(()) if used => continue,
                    Ok(()) => {
                        receiver.nothing(&tenant);
                        continue;
                    }
                    Err(Ending::All(error)) => return Err(error),
                    Err(Ending::Tenant(error)) if self.is_lost(&error) => {
                        if !self.answered {
                            return Err(error.into());
                        }
                        let why = error.to_string();
                        lost = Some(error);
                        CloudError::Lost { why }
                    }
                    Err(Ending::Tenant(error)) => error,
                },
            };
            // It was asked for, so that nobody says that it does not exist.
            seen.tenants.insert(tenant.clone());
            receiver.receive(TenantUsage {
                tenant,
                usage: Err(UsageError::Cloud(Box::new(error))),
                noticed: Noticed::default(),
            });
        }
        Ok(seen)
    }

    /// Whether there is no use in asking for anybody else.
    fn is_lost(&self, error: &CloudError) -> bool {
        error.ends_all() || self.timeouts >= MOST_TIMEOUTS
    }

    /// A tenant's usage; none if it has no samples.
    fn tenant(
        &mut self,
        request: Request<'_>,
        tenant: &TenantId,
        seen: &mut Seen,
        take: &mut dyn FnMut(TenantUsage),
    ) -> Result<(), Ending> {
        // Whom neither Keystone nor the ledger knows may be deleted, or misspelt.
        if !request.known.contains(tenant) && !seen.tenants.contains(tenant) && !self.any_meter(Some(tenant))? {
            return Ok(());
        }
        seen.tenants.insert(tenant.clone());
        let own = BTreeSet::from([tenant.clone()]);
        let request = Request { tenants: Some(&own), ..request };
        let mut keep_metadata = false;
        loop {
            let sorter = self.read(request, tenant, keep_metadata)?;
            let unmapped = self.unmapped(request, tenant);
            let mut noticed = HashMap::from([(tenant.clone(), Noticed { unmapped, ..Noticed::default() })]);
            match usage::hand_over(sorter, request, &mut noticed, take) {
                Ok(()) => {
                    seen.noticed.extend(noticed.into_iter().filter(|(_, noticed)| !noticed.is_empty()));
                    return Ok(());
                }
                Err(Stop::Sort(error)) => return Err(Ending::All(error.into())),
                // Asked once more: nothing of this tenant has been handed over.
                Err(Stop::NeedsMetadata) => keep_metadata = true,
            }
        }
    }

    /// The tenants that have samples of charged meters, whether or not anybody else knows them. A
    /// server that cannot say that is not asked again.
    fn tenants_with_samples(
        &mut self,
        request: Request<'_>,
        seen: &mut Seen,
    ) -> Result<BTreeSet<TenantId>, CloudError> {
        let mut tenants = BTreeSet::new();
        for (meter, start) in reading::meters(request) {
            let url = query::samples_by_tenant(&self.base, &meter, start, request.period.end());
            let groups = match self.ask(&url, Ask::MOST_BYTES) {
                Ok(answer) if answer.is_success() => answer.json::<Vec<Group>>().map_err(CloudError::from),
                Ok(answer) => Err(answer.refused().into()),
                Err(error) => Err(error),
            };
            match groups {
                Ok(groups) => {
                    for Group { groupby, count } in groups {
                        match groupby.and_then(|mut by| by.remove("project_id")) {
                            Some(Some(tenant)) if !tenant.is_empty() => drop(tenants.insert(tenant.into())),
                            _ => seen.without_tenant += count,
                        }
                    }
                }
                Err(error) if self.is_lost(&error) && !error.is_no_ceilometer() => return Err(error),
                Err(error) => {
                    tracing::warn!(
                        "Ceilometer cannot say who has samples, so tenants that neither Keystone nor the ledger knows \
                         are left out; name them with -t ({error})"
                    );
                    break;
                }
            }
        }
        seen.tenants.extend(tenants.iter().cloned());
        Ok(tenants)
    }

    /// Whether an answer says that this server does not know what a limit is: then it gets none.
    fn forget_limit(&mut self, answer: &Answer) -> bool {
        let says = answer.says().to_lowercase();
        let unknown = answer.status == 400 && says.contains("unknown argument") && says.contains("limit");
        let news = unknown && self.knows_limit;
        self.knows_limit &= !unknown;
        news
    }

    /// Asks; where the token is refused, once more with a new one.
    fn ask(&mut self, url: &Url, most_bytes: usize) -> Result<Answer, CloudError> {
        let token = self.keystone.token(&self.http)?;
        let mut answer = self.http.ask(&Ask { most_bytes, ..Ask::get(url, Some(&token)) });
        if answer.as_ref().is_ok_and(|answer| answer.status == 401) {
            self.keystone.renew(&self.http)?;
            let token = self.keystone.token(&self.http)?;
            answer = self.http.ask(&Ask { most_bytes, ..Ask::get(url, Some(&token)) });
        }
        self.timeouts = match &answer {
            Err(error) if error.is_slow() => self.timeouts.saturating_add(1),
            Ok(answer) if answer.status == 504 => self.timeouts.saturating_add(1),
            _ => 0,
        };
        let answer = answer?;
        match answer.status {
            404 => return Err(CloudError::NoCeilometer(answer.refused())),
            410 => return Err(CloudError::Gone(answer.refused())),
            // What Ceilometer itself refuses is about the tenant; what stands before it, about the token.
            401 if !answer.is_of_application() => return Err(CloudError::Token(answer.refused())),
            502..=504 => {}
            _ => self.answered = true,
        }
        Ok(answer)
    }
}

/// Why a tenant is not complete.
enum Ending {
    /// Something of its own, or of the service.
    Tenant(CloudError),
    /// Something that ends the command.
    All(CollectError),
}

impl From<CloudError> for Ending {
    fn from(error: CloudError) -> Self {
        Ending::Tenant(error)
    }
}

/// The first instant that is asked for: nothing was metered before.
const EPOCH: Timestamp = Timestamp::from_micros(0);
