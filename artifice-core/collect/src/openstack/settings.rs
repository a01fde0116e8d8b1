//! `openstack:`: where the cloud is, and who asks it.
//!
//! Who logs in stands in the section itself, by the original's names or by Keystone's; or else in a cloud of a
//! `clouds.yaml`, or in the environment (`openstack/clouds.rs`). Never in two of them.

mod login;
mod own;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;

use artifice_settings::{Map, Node, duration_us};

use crate::choice::{self, Choice};
use crate::http::Tls;
use crate::openstack::clouds::{self, Asked, Environment};
use crate::openstack::credentials::{Credentials, Origin};
use crate::openstack::said::{Said, Sayings};

/// What errors call this section.
pub(crate) const SUBJECT: &str = "openstack";

/// How to log in to a cloud, and where its metering is.
#[derive(Debug, Clone)]
pub struct OpenStack {
    /// `authentication_url`: Keystone, with or without a version in the path.
    pub authentication_url: Url,
    /// `ceilometer_url`: Ceilometer; without it, the catalog tells.
    pub ceilometer_url: Option<Url>,
    /// Who logs in.
    pub credentials: Credentials,
    /// Where that is said.
    pub origin: Origin,
    /// `region`: whose endpoints of the catalog are meant; needed where it has several.
    pub region: Option<String>,
    /// `interface`: which of an endpoint's addresses is meant.
    pub interface: Interface,
    /// `allow_http`: whether the catalog of a Keystone that is asked by https may name addresses without it.
    pub allow_http: bool,
    /// `ca_file`, `cert`, `key` and `verify`.
    pub tls: Tls,
    /// `timeout`: how long to wait for an answer, and for more of one.
    pub timeout: Duration,
    /// `tenants`: who is to be billed.
    pub tenants: Choice,
}

#[cfg(test)]
impl OpenStack {
    /// A user with a password, and nothing else.
    pub(crate) fn of_password(authentication_url: Url, user: &str, password: &str, project: &str) -> OpenStack {
        use crate::openstack::credentials::{Domain, Scope, User};
        let domain = Domain::Name("Default".to_owned());
        let credentials = Credentials::Password {
            user: User::Name(user.to_owned(), domain.clone()),
            password: artifice_settings::Secret::new(password.to_owned()),
            scope: Scope::Project(project.to_owned(), domain),
        };
        OpenStack {
            authentication_url,
            ceilometer_url: None,
            credentials,
            origin: Origin::Configuration,
            region: None,
            interface: Interface::Public,
            allow_http: false,
            tls: Tls::default(),
            timeout: Duration::from_secs(10),
            tenants: Choice::default(),
        }
    }
}

/// Which of an endpoint's addresses is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// For everybody.
    Public,
    /// For the cloud's own services.
    Internal,
    /// For its operators.
    Admin,
}

impl Interface {
    /// Its name in catalogs.
    pub fn name(self) -> &'static str {
        match self {
            Interface::Public => "public",
            Interface::Internal => "internal",
            Interface::Admin => "admin",
        }
    }
}

/// Interfaces by their names, today's and those of identity v2.0.
const INTERFACES: [(&str, Interface); 6] = [
    ("public", Interface::Public),
    ("internal", Interface::Internal),
    ("admin", Interface::Admin),
    ("publicURL", Interface::Public),
    ("internalURL", Interface::Internal),
    ("adminURL", Interface::Admin),
];

/// The default of `timeout`.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(120);

/// Reads the sections. What a cloud cannot do without is a mistake where it is missing.
pub(crate) fn read(directory: &Path, section: Map<'_>, ceilometer: Map<'_>) -> Option<OpenStack> {
    read_in(&Environment::of_process(), directory, section, ceilometer)
}

fn read_in(
    environment: &Environment,
    directory: &Path,
    mut section: Map<'_>,
    mut ceilometer: Map<'_>,
) -> Option<OpenStack> {
    let ceilometer_url = one_of_two(section.get("ceilometer_url"), ceilometer.get("host"));
    ceilometer.end();
    let own = own::read(directory, &mut section);
    let cloud = section.get("cloud");
    let allow_http = section.word("allow_http", &[("true", true), ("false", false)]).unwrap_or(false);
    let timeout = section.parse("timeout", |text| duration_us(text).map(|us| Duration::from_micros(us.unsigned_abs())));
    let tenants = choice::read(section.section("tenants"));
    section.end();
    let build = |said: &Sayings<'_>| {
        let built = Building { environment, directory, own: &own, said };
        let (authentication_url, credentials, beside) =
            (built.authentication_url(), login::credentials(said), built.beside());
        let Beside { region, interface, tls, metering, api_timeout } = beside;
        Some(OpenStack {
            authentication_url: authentication_url?,
            ceilometer_url: ceilometer_url.clone().or(metering),
            credentials: credentials?,
            origin: said.origin.clone(),
            region,
            interface,
            allow_http,
            tls,
            timeout: timeout.or(api_timeout).unwrap_or(TIMEOUT),
            tenants: tenants.clone(),
        })
    };
    let says_who = own::who(&own).next().is_some();
    match cloud {
        Some(cloud) if says_who => {
            for said in own::who(&own) {
                said.mistake("the cloud says who logs in; leave this out, or leave out openstack.cloud");
            }
            // So that its mistakes are told, too.
            read_cloud(environment, &own, Some(cloud), build).filter(|_| false)
        }
        None if says_who => build(&own),
        cloud => read_cloud(environment, &own, cloud, build),
    }
}

fn read_cloud(
    environment: &Environment,
    own: &Sayings<'_>,
    cloud: Option<Node<'_>>,
    build: impl FnOnce(&Sayings<'_>) -> Option<OpenStack>,
) -> Option<OpenStack> {
    let asked = Asked { at: own.at.clone(), cloud, region: own.get("region_name").cloned() };
    clouds::with(environment, &asked, build)
}

/// What is being made of what is said.
struct Building<'b, 'a> {
    environment: &'b Environment,
    directory: &'b Path,
    /// What `openstack:` says, which goes before.
    own: &'b Sayings<'a>,
    /// What says who logs in; that, or another one.
    said: &'b Sayings<'a>,
}

/// What may be said beside who logs in.
struct Beside {
    region: Option<String>,
    interface: Interface,
    tls: Tls,
    metering: Option<Url>,
    api_timeout: Option<Duration>,
}

impl<'a> Building<'_, 'a> {
    fn authentication_url(&self) -> Option<Url> {
        self.said.needed("auth_url", "http://keystone.example.org:5000")?;
        self.said.get("auth_url")?.parse(url)
    }

    fn beside(&self) -> Beside {
        let of = |key: &str| self.own.get(key).or_else(|| self.said.get(key));
        let seconds = |text: &str| match text.parse::<u64>() {
            Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
            _ => Err(format!("'{text}' is not a number of seconds; write for example 120")),
        };
        Beside {
            region: of("region_name").and_then(Said::text),
            interface: of("interface").and_then(|said| said.word(&INTERFACES)).unwrap_or(Interface::Public),
            tls: self.tls(),
            metering: self.said.get("metering_endpoint_override").and_then(|said| said.parse(url)),
            api_timeout: self.said.get("api_timeout").and_then(|said| said.parse(seconds)),
        }
    }

    fn tls(&self) -> Tls {
        let mut tls = Tls { ca_file: self.path("cacert"), ..Tls::default() };
        let key = self.path("key");
        match (self.path("cert"), &key) {
            (Some(cert), _) => {
                if let Some(at) = self.place("key").or_else(|| self.place("cert")) {
                    at.note_secret_file(key.as_ref().unwrap_or(&cert));
                }
                tls.certificate = Some((cert, key));
            }
            (None, Some(_)) => {
                if let Some(at) = self.place("key") {
                    at.mistake("a key is of no use without its certificate; write cert, too");
                }
            }
            (None, None) => {}
        }
        let of = |key: &str| self.own.get(key).or_else(|| self.said.get(key));
        if let Some(said) = of("verify")
            && let Some(text) = said.text()
        {
            match flag(&text) {
                Some(verify) => tls.trusts_anybody = !verify,
                None => tls.ca_file = tls.ca_file.or_else(|| self.path("verify")),
            }
        }
        let is_insecure = |said: &Said<'_>| {
            said.parse(|text| flag(text).ok_or_else(|| format!("'{text}' is neither true nor false")))
        };
        tls.trusts_anybody |= of("insecure").and_then(is_insecure).unwrap_or_default();
        tls
    }

    fn place(&self, key: &str) -> Option<Node<'a>> {
        match self.own.get(key).or_else(|| self.said.get(key))? {
            Said::Written(node) | Said::Secret { at: node, .. } => Some(node.clone()),
            Said::Variable { asked_at, .. } => Some(asked_at.clone()),
        }
    }

    /// A file: from the configuration's directory, or as openstacksdk finds it, from where one is, with `~`.
    fn path(&self, key: &str) -> Option<PathBuf> {
        match self.own.get(key) {
            Some(own) => own.text().map(|file| self.directory.join(file)),
            None => self.said.text(key).map(|file| self.environment.path(&file)),
        }
    }
}

/// A word for yes or no.
fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `openstack.ceilometer_url` and the original's `ceilometer.host` are one setting.
fn one_of_two(new: Option<Node<'_>>, old: Option<Node<'_>>) -> Option<Url> {
    let read = |node: &Option<Node<'_>>| node.as_ref().and_then(|node| node.parse(url));
    let (new_url, old_url) = (read(&new), read(&old));
    if let (Some(new_url), Some(old_url), Some(old)) = (&new_url, &old_url, &old)
        && new_url.as_str().trim_end_matches('/') != old_url.as_str().trim_end_matches('/')
    {
        old.mistake(format!("the same setting as openstack.ceilometer_url, which is {new_url}; keep one of the two"));
    }
    new_url.or(old_url)
}

fn url(text: &str) -> Result<Url, String> {
    service_url(text, SUBJECT)
}

/// A service's address. Who asks it is said in `section`.
pub(crate) fn service_url(text: &str, section: &str) -> Result<Url, String> {
    // What is wrong with an address that may hold a password is said without showing it.
    let url = Url::parse(text).map_err(|why| format!("not a URL ({why}); write it as http://HOST:PORT/PATH"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{}: is neither http nor https; write it as http://HOST:PORT/PATH", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("a URL with a user in it; write that as {section}.username and {section}.password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a URL with a query; write it as http://HOST:PORT/PATH".to_owned());
    }
    Ok(url)
}
