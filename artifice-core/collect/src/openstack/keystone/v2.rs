//! Identity v2.0: what clouds had in 2013, gone since 2019.

use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::catalog::{self, Endpoint};
use super::error::KeystoneError;
use super::session::{self, Identity, List, Session, Version, below};
use crate::choice::KnownTenant;
use crate::http::{Ask, Http, plain};
use crate::openstack::credentials::{Credentials, Scope, User};
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
    user: Option<Named>,
}

/// A user, with its roles; a tenant; a role.
#[derive(Deserialize)]
struct Named {
    name: Option<String>,
    #[serde(default)]
    roles: Vec<Named>,
}

#[derive(Deserialize)]
struct Token {
    id: String,
    issued_at: Option<String>,
    expires: Option<String>,
    tenant: Option<Named>,
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
    let only_v3 = |what| KeystoneError::OnlyV3 { url: plain(base), what, key: settings.origin.key("auth_url") };
    let Credentials::Password { user, password, scope } = &settings.credentials else {
        return Err(only_v3("application credentials and tokens"));
    };
    let password_of = |key: &str, user: &str| json!({ key: user, "password": password.reveal() });
    let credentials = match user {
        User::Id(id) => password_of("userId", id),
        User::Name(name, _) => password_of("username", name),
    };
    let (key, tenant) = match scope {
        Scope::ProjectId(id) => ("tenantId", id),
        Scope::Project(name, _) => ("tenantName", name),
        Scope::Domain(_) | Scope::System => return Err(only_v3("domains and the system")),
    };
    let body = json!({ "auth": { "passwordCredentials": credentials, key: tenant } }).to_string();
    let url = below(base, "tokens");
    let answer = http.ask(&Ask::post(&url, body, password, SUBJECT))?;
    session::refused(&answer, settings, Version::V2)?;
    let LoggedIn { access } = answer.json()?;
    if access.token.id.is_empty() {
        return Err(KeystoneError::NoToken { key: settings.origin.key("auth_url"), url: plain(&url) });
    }
    let instant = |text: Option<String>| text.and_then(|text| text.parse().ok());
    let times = (instant(access.token.issued_at), instant(access.token.expires));
    let (user, roles) = access.user.map(|user| (user.name, user.roles)).unwrap_or_default();
    let tenant = access.token.tenant.and_then(|tenant| tenant.name);
    let identity = Identity {
        user: user.unwrap_or_default(),
        scope: tenant.map(|tenant| format!("the project {tenant}")).unwrap_or_default(),
        roles: roles.into_iter().filter_map(|role| role.name).collect(),
    };
    Ok(Session::new(Secret::new(access.token.id), times, identity, endpoints(access.service_catalog)))
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
/// role in, which is what remains where the other cannot be asked. They are not paged: asked for a limit, v2.0 cuts, and
/// links to no other page; without one it lists all.
pub(super) fn projects(
    list: &List<'_>,
    settings: &OpenStack,
    base: &Url,
    endpoints: &[Endpoint],
) -> Result<Vec<KnownTenant>, KeystoneError> {
    let admin = catalog::find(endpoints, "identity", Interface::Admin, settings);
    let all = admin.and_then(|admin| list(below(&admin, "tenants")));
    all.or_else(|error| {
        tracing::warn!(
            "Keystone's list of all tenants cannot be had ({error}); asking for those that {} has a role in",
            settings.credentials.who()
        );
        list(below(base, "tenants"))
    })
}
