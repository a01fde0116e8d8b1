//! Identity v3.

use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog::Endpoint;
use super::error::KeystoneError;
use super::session::{self, Identity, List, Session, Version, below};
use crate::choice::KnownTenant;
use crate::http::{Ask, Http, plain};
use crate::openstack::credentials::{Application, Credentials, Domain, Scope, User};
use crate::openstack::settings::{OpenStack, SUBJECT};

/// How many projects are asked for at a time. Without a limit Keystone stops at a thousand and does not say so.
const PAGE: &str = "500";

/// `POST /v3/auth/tokens`: the token is in a header, the catalog in the body.
#[derive(Deserialize)]
struct LoggedIn {
    token: Token,
}

#[derive(Deserialize)]
struct Token {
    issued_at: Option<String>,
    expires_at: Option<String>,
    #[serde(default)]
    catalog: Vec<Service>,
    user: Option<Named>,
    project: Option<Named>,
    domain: Option<Named>,
    system: Option<Value>,
    #[serde(default)]
    roles: Vec<Named>,
}

/// A user, a project, a domain or a role.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    id: String,
    name: Option<String>,
    domain: Option<Box<Named>>,
}

impl Named {
    fn called(self) -> String {
        let domain = self.domain.and_then(|domain| domain.name);
        let name = self.name.unwrap_or(self.id);
        domain.map_or_else(|| name.clone(), |domain| format!("{name} ({domain})"))
    }
}

#[derive(Deserialize)]
struct Service {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    endpoints: Vec<ServiceEndpoint>,
}

#[derive(Deserialize)]
struct ServiceEndpoint {
    interface: String,
    #[serde(default)]
    region_id: Option<String>,
    #[serde(default)]
    region: Option<String>,
    url: String,
}

pub(super) fn log_in(http: &Http, settings: &OpenStack, base: &Url) -> Result<Session, KeystoneError> {
    let body = json!({ "auth": auth(&settings.credentials) }).to_string();
    let url = below(base, "auth/tokens");
    let answer = http.ask(&Ask::post(&url, body, settings.credentials.secret(), SUBJECT))?;
    session::refused(&answer, settings, Version::V3)?;
    let Some(token) = answer.subject_token.clone() else {
        return Err(KeystoneError::NoToken { key: settings.origin.key("auth_url"), url: plain(&url) });
    };
    let LoggedIn { token: said } = answer.json()?;
    let instant = |text: Option<String>| text.and_then(|text| text.parse().ok());
    let times = (instant(said.issued_at), instant(said.expires_at));
    let scope = match (said.project, said.domain, said.system) {
        (Some(project), _, _) => format!("the project {}", project.called()),
        (None, Some(domain), _) => format!("the domain {}", domain.called()),
        (None, None, Some(_)) => "the system".to_owned(),
        (None, None, None) => String::new(),
    };
    let roles = said.roles.into_iter().map(Named::called).collect();
    let identity = Identity { user: said.user.map(Named::called).unwrap_or_default(), scope, roles };
    Ok(Session::new(token, times, identity, endpoints(said.catalog)))
}

/// `auth`: who, and to what. An application credential has a project of its own, and may name none.
fn auth(credentials: &Credentials) -> Value {
    match credentials {
        Credentials::Password { user, password, scope } => {
            let mut user = self::user(user);
            user["password"] = password.reveal().into();
            let identity = json!({ "methods": ["password"], "password": { "user": user } });
            json!({ "identity": identity, "scope": self::scope(scope) })
        }
        Credentials::Application { which, secret } => {
            let mut credential = match which {
                Application::Id(id) => json!({ "id": id }),
                Application::Name(name, user) => json!({ "name": name, "user": self::user(user) }),
            };
            credential["secret"] = secret.reveal().into();
            json!({ "identity": { "methods": ["application_credential"], "application_credential": credential } })
        }
        Credentials::Token { token, scope } => {
            let identity = json!({ "methods": ["token"], "token": { "id": token.reveal() } });
            json!({ "identity": identity, "scope": self::scope(scope) })
        }
    }
}

fn user(user: &User) -> Value {
    match user {
        User::Id(id) => json!({ "id": id }),
        User::Name(name, domain) => json!({ "name": name, "domain": self::domain(domain) }),
    }
}

fn domain(domain: &Domain) -> Value {
    match domain {
        Domain::Id(id) => json!({ "id": id }),
        Domain::Name(name) => json!({ "name": name }),
    }
}

fn scope(scope: &Scope) -> Value {
    match scope {
        Scope::ProjectId(id) => json!({ "project": { "id": id } }),
        Scope::Project(name, domain) => json!({ "project": { "name": name, "domain": self::domain(domain) } }),
        Scope::Domain(domain) => json!({ "domain": self::domain(domain) }),
        Scope::System => json!({ "system": { "all": true } }),
    }
}

fn endpoints(catalog: Vec<Service>) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for service in catalog {
        for endpoint in service.endpoints {
            let interfaces = ["public", "internal", "admin"];
            let Some(interface) = interfaces.into_iter().find(|name| *name == endpoint.interface) else { continue };
            let region = endpoint.region_id.or(endpoint.region).unwrap_or_default();
            all.push(Endpoint { service: service.kind.clone(), interface, region, url: endpoint.url });
        }
    }
    all
}

/// All projects; where the user may not list them, those that the user has a role in.
pub(super) fn projects(list: &List<'_>, settings: &OpenStack, base: &Url) -> Result<Vec<KnownTenant>, KeystoneError> {
    let all = list(paged(base, "projects"));
    match all {
        Err(error) if error.status() == Some(403) => {
            tracing::warn!(
                "Keystone lets {} see only the projects that it has a role in ({error}); others are known only where \
                 Ceilometer shows their samples, and by id",
                settings.credentials.who()
            );
            list(paged(base, "auth/projects"))
        }
        all => all,
    }
}

/// A list in pages.
pub(super) fn paged(base: &Url, path: &str) -> Url {
    let mut url = below(base, path);
    url.query_pairs_mut().append_pair("limit", PAGE);
    url
}
