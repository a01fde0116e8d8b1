//! What Keystone and Ceilometer know, and what is wrong with them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::sample::Metered;
use super::server::{Request, Response};

/// The password of the user `billing`.
pub const PASSWORD: &str = "open-sesame-7781";

/// The secret of the application credential `artifice`, and its id.
pub const APPLICATION_SECRET: &str = "credential-sesame-4410";
pub const APPLICATION_ID: &str = "03af2f87be4b40a08e0a52b0c20a4c03";

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    pub id: String,
    pub name: String,
    /// The id of its domain; what that is called is without the `id-of-`.
    pub domain: String,
    pub enabled: bool,
    pub tags: Vec<String>,
}

impl Project {
    /// One of the default domain.
    pub fn new(id: &str, name: &str) -> Project {
        let (id, name, domain) = (id.to_owned(), name.to_owned(), "default".to_owned());
        Project { id, name, domain, enabled: true, tags: Vec::new() }
    }
}

/// A token.
#[derive(Debug, Clone)]
pub struct Token {
    /// How often it was used.
    pub used: u32,
    pub since: Instant,
}

/// How every token begins.
pub const TOKEN: &str = "gAAAA-secret-token-";

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
    /// A token is good for so long.
    pub token_lives: Option<Duration>,
    /// Ceilometer takes no token at all.
    pub refuses_tokens: bool,
    /// Keystone lets nobody list all projects.
    pub no_list: bool,
    /// Keystone lists so many projects at a time, whatever is asked for.
    pub page: Option<usize>,
    /// Keystone does not tell what domains are called.
    pub no_domains: bool,
    /// The catalog has no Ceilometer.
    pub no_metering: bool,
    /// Ceilometer answers this for samples of a tenant.
    pub error_for: Option<(&'static str, u16, &'static str)>,
    /// Whoever asks Ceilometer sees nothing but this project.
    pub narrowed_to: Option<&'static str>,
    /// The same, for all that is asked from now on behind so many requests.
    pub narrowed_after: Option<usize>,
    /// Ceilometer counts samples of this project, and answers none of them.
    pub hides: Option<&'static str>,
    /// Ceilometer answers no samples of this project to who asks for everybody's.
    pub hides_among_all: Option<&'static str>,
    /// Ceilometer answers the oldest samples first.
    pub oldest_first: bool,
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
    /// The catalog has a Gnocchi there.
    pub gnocchi: Option<&'static str>,
    /// Ceilometer goes away after so many requests.
    pub leaves_after: Option<usize>,
}

/// Answers what is asked.
pub type Answers = Box<dyn Fn(&Request) -> Response + Send + Sync>;

/// What both services know.
#[derive(Default)]
pub struct World {
    pub identity: Option<Identity>,
    pub projects: Vec<Project>,
    pub samples: Vec<Metered>,
    pub tokens: BTreeMap<String, Token>,
    pub faults: Faults,
    /// Who answers for Keystone's projects.
    pub projects_from: Option<Answers>,
    pub asked: Vec<Request>,
    /// Who asks for this path waits.
    pub stands_at: Option<String>,
    /// How many samples Ceilometer has answered.
    pub answered: usize,
    pub ceilometer: String,
    pub keystone: String,
}

impl World {
    /// Whether a token is good; it is a little worn after that.
    pub fn takes(&mut self, token: Option<&str>) -> bool {
        let (lasts, lives) = (self.faults.token_lasts.unwrap_or(u32::MAX), self.lifetime());
        match token.and_then(|token| self.tokens.get_mut(token)) {
            Some(token) if token.used < lasts && token.since.elapsed() < lives => {
                token.used += 1;
                true
            }
            _ => false,
        }
    }

    /// For how long a token is good.
    pub fn lifetime(&self) -> Duration {
        self.faults.token_lives.unwrap_or(Duration::from_secs(3600))
    }

    /// A token that is good.
    pub fn new_token(&mut self) -> String {
        let token = format!("{TOKEN}{}", self.tokens.len());
        self.tokens.insert(token.clone(), Token { used: 0, since: Instant::now() });
        token
    }
}
