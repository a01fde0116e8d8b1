//! `openstack:`: where the cloud is, and who asks it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;

use artifice_settings::{Map, Node};
use artifice_settings::{Secret, duration_us};

/// What errors call this section.
pub(crate) const SUBJECT: &str = "openstack";

/// How to log in to a cloud, and where its metering is.
#[derive(Debug, Clone)]
pub struct OpenStack {
    /// `authentication_url`: Keystone, with or without a version in the path.
    pub authentication_url: Url,
    /// `ceilometer_url`: Ceilometer; without it, the catalog tells.
    pub ceilometer_url: Option<Url>,
    /// `default_tenant`: the project that one logs in to.
    pub default_tenant: String,
    /// `username`
    pub username: String,
    /// `password`, or what `password_file` holds.
    pub password: Secret,
    /// `user_domain`: the name of the user's domain (identity v3).
    pub user_domain: String,
    /// `project_domain`: the name of the domain of `default_tenant` (identity v3).
    pub project_domain: String,
    /// `region`: whose endpoints of the catalog are meant; needed where it has several.
    pub region: Option<String>,
    /// `interface`: which of an endpoint's addresses is meant.
    pub interface: Interface,
    /// `allow_http`: whether the catalog of a Keystone that is asked by https may name addresses without it.
    pub allow_http: bool,
    /// `ca_file`: further certificate authorities, in PEM.
    pub ca_file: Option<PathBuf>,
    /// `timeout`: how long one request may take.
    pub timeout: Duration,
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

/// The name of the domain in which clouds without domains are.
const DOMAIN: &str = "Default";
/// The default of `timeout`.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Reads the sections. What a cloud cannot do without is a mistake where it is missing.
pub(crate) fn read(directory: &Path, mut section: Map<'_>, mut ceilometer: Map<'_>) -> Option<OpenStack> {
    let ceilometer_url = one_of_two(section.get("ceilometer_url"), ceilometer.get("host"));
    ceilometer.end();
    let interface = [("public", Interface::Public), ("internal", Interface::Internal), ("admin", Interface::Admin)];
    let authentication_url = section.parse("authentication_url", url);
    let text = |map: &mut Map<'_>, key, default: &str| map.text(key).unwrap_or_else(|| default.to_owned());
    let default_tenant = section.text("default_tenant");
    let username = section.text("username");
    let password = password(directory, &mut section);
    let user_domain = text(&mut section, "user_domain", DOMAIN);
    let project_domain = text(&mut section, "project_domain", DOMAIN);
    let region = section.text("region");
    let interface = section.word("interface", &interface).unwrap_or(Interface::Public);
    let allow_http = section.word("allow_http", &[("true", true), ("false", false)]).unwrap_or(false);
    let ca_file = section.text("ca_file").map(|file| directory.join(file));
    let timeout_us = section.parse("timeout", duration_us);
    for (key, example) in [
        ("authentication_url", "http://keystone.example.org:5000"),
        ("default_tenant", "admin"),
        ("username", "billing"),
    ] {
        if section.get(key).is_none() {
            section.node().mistake(format!("{key} is missing; write for example `{key}: {example}`"));
        }
    }
    section.end();
    Some(OpenStack {
        authentication_url: authentication_url?,
        ceilometer_url,
        default_tenant: default_tenant?,
        username: username?,
        password: password?,
        user_domain,
        project_domain,
        region,
        interface,
        allow_http,
        ca_file,
        timeout: timeout_us.map_or(TIMEOUT, |timeout_us| Duration::from_micros(timeout_us.unsigned_abs())),
    })
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
    // What is wrong with an address that may hold a password is said without showing it.
    let url = Url::parse(text).map_err(|why| format!("not a URL ({why}); write it as http://HOST:PORT/PATH"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{}: is neither http nor https; write it as http://HOST:PORT/PATH", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a user in it; write that as openstack.username and openstack.password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a URL with a query; write it as http://HOST:PORT/PATH".to_owned());
    }
    Ok(url)
}

/// `password`, or what `password_file` holds.
fn password(directory: &Path, section: &mut Map<'_>) -> Option<Secret> {
    let node = section.get("password").or_else(|| section.get("password_file"));
    let Some(node) = node else {
        section.node().mistake("password is missing; write password, or password_file with a file's name");
        return None;
    };
    let secret = section.secret("password", "password_file", directory)?;
    if secret.reveal().is_empty() {
        node.mistake("the password is empty; write it there, or name an environment variable as ${NAME}");
        return None;
    }
    Some(secret)
}
