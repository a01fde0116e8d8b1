//! Identity v2.0: what clouds had in 2013, gone since 2019.

use artifice_model::Tenant;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::catalog::{self, Endpoint};
use super::error::KeystoneError;
use super::session::{self, List, Session, Version, below};
use crate::http::{Ask, Http, plain};
use crate::openstack::settings::{Interface, OpenStack, SUBJECT};
use artifice_settings::Secret;

/// `POST /v2.0/tokens`: everything is in the body.
#[derive(Deserialize)]
struct LoggedIn {
    access: Access,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Access {
    token: Token,
    #[serde(default)]
    service_catalog: Vec<Service>,
}

#[derive(Deserialize)]
struct Token {
    id: String,
    issued_at: Option<String>,
    expires: Option<String>,
}

#[derive(Deserialize)]
struct Service {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    endpoints: Vec<ServiceEndpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceEndpoint {
    #[serde(default)]
    region: Option<String>,
    #[serde(rename = "publicURL")]
    public: Option<String>,
    #[serde(rename = "internalURL")]
    internal: Option<String>,
    #[serde(rename = "adminURL")]
    admin: Option<String>,
}

pub(super) fn log_in(http: &Http, settings: &OpenStack, base: &Url) -> Result<Session, KeystoneError> {
    let OpenStack { username, password, default_tenant, .. } = settings;
    let credentials = json!({ "username": username, "password": password.reveal() });
    let body = json!({ "auth": { "passwordCredentials": credentials, "tenantName": default_tenant } }).to_string();
    let url = below(base, "tokens");
    let answer = http.ask(&Ask::post(&url, body, password, SUBJECT))?;
    session::refused(&answer, settings, Version::V2)?;
    let LoggedIn { access } = answer.json()?;
    if access.token.id.is_empty() {
        return Err(KeystoneError::NoToken { url: plain(&url) });
    }
    let instant = |text: Option<String>| text.and_then(|text| text.parse().ok());
    let (issued, expires) = (instant(access.token.issued_at), instant(access.token.expires));
    Ok(Session::new(Secret::new(access.token.id), issued, expires, endpoints(access.service_catalog)))
}

fn endpoints(catalog: Vec<Service>) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for service in catalog {
        for endpoint in service.endpoints {
            let region = endpoint.region.unwrap_or_default();
            let urls = [("public", endpoint.public), ("internal", endpoint.internal), ("admin", endpoint.admin)];
            for (interface, url) in urls {
                let Some(url) = url else { continue };
                all.push(Endpoint { service: service.kind.clone(), interface, region: region.clone(), url });
            }
        }
    }
    all
}

/// All tenants, from the address for operators: the public one lists only those that the user has a
/// role in, which is what remains where the other cannot be asked.
pub(super) fn projects(
    list: &List<'_>,
    settings: &OpenStack,
    base: &Url,
    endpoints: &[Endpoint],
) -> Result<Vec<Tenant>, KeystoneError> {
    let admin = catalog::find(endpoints, "identity", Interface::Admin, settings);
    let all = admin.and_then(|admin| list(below(&admin, "tenants")));
    all.or_else(|error| {
        tracing::warn!(
            "Keystone's list of all tenants cannot be had ({error}); asking for those that {} has a role in",
            settings.username
        );
        list(below(base, "tenants"))
    })
}
