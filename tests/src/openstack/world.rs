//! What Keystone and Ceilometer know, and what is wrong with them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::sample::Metered;
use super::server::Request;

/// The password of the user `billing`.
pub const PASSWORD: &str = "open-sesame-7781";

/// Which identity API Keystone speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    V2,
    V3,
}

/// What is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// A token is good for so many requests.
    pub token_lasts: Option<u32>,
    /// Ceilometer takes no token at all.
    pub refuses_tokens: bool,
    /// Keystone lets nobody list all projects.
    pub no_list: bool,
    /// Keystone lists so many projects at a time.
    pub page: Option<usize>,
    /// The catalog has no Ceilometer.
    pub no_metering: bool,
    /// Ceilometer answers this for samples of a tenant.
    pub error_for: Option<(&'static str, u16, &'static str)>,
    /// Ceilometer answers this instead of samples.
    pub answers: Option<&'static str>,
    /// Ceilometer needs so long.
    pub slow: Duration,
    /// Ceilometer's answers end in the middle.
    pub truncated: bool,
    /// Ceilometer's answers do not end.
    pub endless: bool,
    /// Ceilometer does not obey these: `project_id`, `timestamp`, `limit`.
    pub ignores: Vec<&'static str>,
    /// Ceilometer, or what stands before it, answers no more than this, and does not say so.
    pub cuts_at: Option<usize>,
    /// Ceilometer is of those that know no limit.
    pub unknown_limit: bool,
    /// Ceilometer cannot say who has samples.
    pub no_statistics: bool,
    /// The cloud has moved to Gnocchi.
    pub gone: bool,
    /// Ceilometer goes away after so many requests.
    pub leaves_after: Option<usize>,
}

/// What both services know.
#[derive(Default)]
pub struct World {
    pub identity: Option<Identity>,
    /// Ids with names.
    pub projects: Vec<(String, String)>,
    pub samples: Vec<Metered>,
    /// Tokens with how often they were used.
    pub tokens: BTreeMap<String, u32>,
    pub faults: Faults,
    pub asked: Vec<Request>,
    pub ceilometer: String,
    pub keystone: String,
}

impl World {
    /// Whether a token is good; it is a little worn after that.
    pub fn takes(&mut self, token: Option<&str>) -> bool {
        let lasts = self.faults.token_lasts.unwrap_or(u32::MAX);
        match token.and_then(|token| self.tokens.get_mut(token)) {
            Some(used) if *used < lasts => {
                *used += 1;
                true
            }
            _ => false,
        }
    }

    /// A token that is good.
    pub fn new_token(&mut self) -> String {
        let token = format!("gAAAA-secret-token-{}", self.tokens.len());
        self.tokens.insert(token.clone(), 0);
        token
    }
}
