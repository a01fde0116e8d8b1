//! Clouds as OpenStack's own tools have them: `clouds.yaml` with `secure.yaml` and profiles, and `OS_*` variables.
//!
//! What is found where, and which value goes before which, is openstacksdk's. Otherwise than there, what is wrong in a file
//! is a mistake, not passed over; of several regions none is taken unless one is named; and profiles are those of
//! `clouds-public.yaml`, none that come with a program.

mod env;
mod find;
mod merge;
mod spellings;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use artifice_settings::{Node, one_of};

pub(super) use env::Environment;
use find::Found;

use super::said::{Said, Sayings};

/// The name that openstacksdk gives to what the environment says.
const OF_ENVIRONMENT: &str = "envvars";

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

/// The cloud that is named, if it is there; or the only one.
fn chosen(environment: &Environment, asked: &Asked<'_>, files: &[Found], name: Option<Said<'_>>) -> Option<String> {
    let all: BTreeSet<String> = files.iter().filter(|file| !file.is_public()).flat_map(Found::names).collect();
    let places = files.iter().filter(|file| !file.is_public()).map(|file| file.path.display().to_string());
    let places = places.collect::<Vec<_>>().join(" and ");
    let known = || all.iter().map(String::as_str);
    let Some(said) = name else {
        let names = known().collect::<Vec<_>>().join(", ");
        return match (all.first(), all.len()) {
            (Some(name), 1) => Some(name.clone()),
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
        return Some(name);
    }
    said.mistake(match places.is_empty() {
        true => format!("there is no clouds.yaml in which '{name}' could be; looked in {}", environment.places()),
        false if all.is_empty() => format!("there are no clouds in {places}, so no '{name}'; write it there"),
        false => format!("there is no cloud '{name}' in {places}; {}", one_of(&name, known())),
    });
    None
}
