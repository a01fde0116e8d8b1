//! Clouds as OpenStack's own tools have them: `clouds.yaml` with `secure.yaml` and profiles, and `OS_*` variables.
//!
//! What is found where, and which value goes before which, is openstacksdk's. Otherwise than there, what is wrong in a file
//! is a mistake, not passed over; of several regions none is taken unless one is named; and profiles are those of
//! `clouds-public.yaml`, none that come with a program.

mod env;
mod find;
mod merge;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use artifice_settings::{Document, Node, one_of};

pub(super) use env::Environment;
use find::Found;

use super::said::{Said, Sayings};

/// The name that openstacksdk gives to what the environment says.
const OF_ENVIRONMENT: &str = "envvars";

/// Keystone's names, with how they are spelled, the strongest first; and whether what stands beside `auth` is stronger
/// than what stands in it.
const SPELLINGS: [(&str, &[&str], bool); 30] = [
    ("auth_url", &["auth_url"], false),
    ("auth_type", &["auth_type", "auth_plugin"], true),
    ("username", &["username", "user_name"], false),
    ("user_id", &["user_id"], false),
    ("password", &["password"], false),
    ("user_domain_id", &["user_domain_id"], true),
    ("user_domain_name", &["user_domain_name"], true),
    ("project_id", &["project_id", "tenant_id"], true),
    ("project_name", &["project_name", "tenant_name"], true),
    ("project_domain_id", &["project_domain_id"], true),
    ("project_domain_name", &["project_domain_name"], true),
    ("domain_id", &["domain_id"], true),
    ("domain_name", &["domain_name"], true),
    ("default_domain_id", &["default_domain_id"], false),
    ("default_domain_name", &["default_domain_name", "default_domain"], false),
    ("system_scope", &["system_scope"], false),
    ("token", &["token", "auth_token"], true),
    ("application_credential_id", &["application_credential_id"], false),
    ("application_credential_name", &["application_credential_name"], false),
    ("application_credential_secret", &["application_credential_secret"], false),
    ("interface", &["interface", "endpoint_type"], true),
    ("cacert", &["cacert"], true),
    ("verify", &["verify"], true),
    ("insecure", &["insecure"], true),
    ("cert", &["cert"], true),
    ("key", &["key"], true),
    ("api_timeout", &["api_timeout"], true),
    ("metering_endpoint_override", &["metering_endpoint_override"], true),
    ("region_name", &["region_name"], true),
    ("profile", &["profile", "cloud"], true),
];

/// Who asks, and for what.
pub(super) struct Asked<'a> {
    /// `openstack:`
    pub at: Node<'a>,
    /// `openstack.cloud`
    pub cloud: Option<Node<'a>>,
    /// `openstack.region`
    pub region: Option<Said<'a>>,
}

/// Reads the cloud that is asked for: the one that is named, by the configuration or by `OS_CLOUD`; or what the
/// environment says; or the only one there is.
pub(super) fn with<T>(
    environment: &Environment,
    asked: &Asked<'_>,
    read: impl FnOnce(&Sayings<'_>) -> Option<T>,
) -> Option<T> {
    let variable = |name: &str| environment.said(name, &asked.at);
    let name = asked.cloud.clone().map(Said::Written).or_else(|| variable("OS_CLOUD"));
    let own_name = environment.get("OS_CLOUD_NAME").unwrap_or(OF_ENVIRONMENT);
    let is_environment = name.as_ref().is_some_and(|name| name.text().is_some_and(|name| name == own_name));
    let of_environment = environment.sayings(&asked.at);
    if let (Some(said), true) = (&of_environment, is_environment || name.is_none()) {
        return read(said);
    }
    // What the configuration says itself the environment does not change.
    let region = asked.region.clone().or_else(|| asked.cloud.is_none().then(|| variable("OS_REGION_NAME"))?);
    let files = find::files(environment, &asked.at)?;
    let found = match chosen(environment, asked, &files, name) {
        Some(name) => {
            let documents: Vec<&Found> = files.iter().collect();
            merge::sayings(&documents, environment, &name, region).and_then(|said| read(&said))
        }
        None => None,
    };
    files.into_iter().for_each(|Found { document, .. }| asked.at.take_over(document));
    found
}

/// A cloud that is there.
struct Chosen {
    name: String,
}

/// The cloud that is named, if it is there; or the only one.
fn chosen(environment: &Environment, asked: &Asked<'_>, files: &[Found], name: Option<Said<'_>>) -> Option<Chosen> {
    let all: BTreeSet<String> = files.iter().filter(|file| !file.is_public()).flat_map(Found::names).collect();
    let places = files.iter().filter(|file| !file.is_public()).map(|file| file.path.display().to_string());
    let places = places.collect::<Vec<_>>().join(" and ");
    let known = || all.iter().map(String::as_str);
    let Some(said) = name else {
        let names = known().collect::<Vec<_>>().join(", ");
        return match (all.first(), all.len()) {
            (Some(name), 1) => Some(Chosen { name: name.clone() }),
            (Some(_), _) => {
                asked.at.mistake(format!("{places} has several clouds; choose one with `cloud:` or OS_CLOUD: {names}"));
                None
            }
            (None, _) => {
                asked.at.mistake(
                    "nobody says who logs in; write authentication_url, default_tenant, username and password, or `cloud:` \
                     with the name of one in a clouds.yaml; or set OS_CLOUD, or OS_AUTH_URL with what belongs to it",
                );
                None
            }
        };
    };
    let name = said.text()?;
    if all.contains(&name) {
        return Some(Chosen { name });
    }
    said.mistake(match places.is_empty() {
        true => format!("there is no clouds.yaml in which '{name}' could be; looked in {}", environment.places()),
        false if all.is_empty() => format!("there are no clouds in {places}, so no '{name}'; write it there"),
        false => format!("there is no cloud '{name}' in {places}; {}", one_of(&name, known())),
    });
    None
}

/// Whether a document has something under a name.
fn named<'d>(document: &'d Document, section: &'static str, name: &str) -> Option<Node<'d>> {
    let clouds = document.root().map()?.get(section)?.map()?;
    clouds.entries().into_iter().find(|(key, _)| key == name).map(|(_, node)| node)
}
