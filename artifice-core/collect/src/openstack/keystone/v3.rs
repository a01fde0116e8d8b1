//! Identity v3.

use artifice_model::Tenant;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::catalog::Endpoint;
use super::error::KeystoneError;
use super::session::{self, List, Session, Version, below};
use crate::http::{Ask, Http, plain};
use crate::openstack::settings::{OpenStack, SUBJECT};

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
    let OpenStack { username, password, default_tenant, user_domain, project_domain, .. } = settings;
    let user = json!({ "name": username, "domain": { "name": user_domain }, "password": password.reveal() });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let scope = json!({ "project": { "name": default_tenant, "domain": { "name": project_domain } } });
    let body = json!({ "auth": { "identity": identity, "scope": scope } }).to_string();
    let url = below(base, "auth/tokens");
    let answer = http.ask(&Ask::post(&url, body, password, SUBJECT))?;
    session::refused(&answer, settings, Version::V3)?;
    let Some(token) = answer.subject_token.clone() else {
        return Err(KeystoneError::NoToken { url: plain(&url) });
    };
    let LoggedIn { token: said } = answer.json()?;
    let instant = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Ok(Session::new(token, instant(said.issued_at), instant(said.expires_at), endpoints(said.catalog)))
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
pub(super) fn projects(list: &List<'_>, settings: &OpenStack, base: &Url) -> Result<Vec<Tenant>, KeystoneError> {
    let all = list(below(base, "projects"));
    match all {
        Err(error) if error.status() == Some(403) => {
            tracing::warn!(
                "Keystone lets {} see only the projects that it has a role in ({error}); others are known only where \
                 Ceilometer shows their samples, and by id",
                settings.username
            );
            list(below(base, "auth/projects"))
        }
        all => all,
    }
}
