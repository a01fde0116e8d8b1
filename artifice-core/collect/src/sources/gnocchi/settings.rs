//! `source: {kind: gnocchi}`. Where the cloud is, and who asks it, stands in `openstack:`; a Gnocchi that has users of its
//! own is said here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use artifice_settings::{Map, Node, Secret, duration_us};
use reqwest::Url;

use crate::http::Tls;
use crate::openstack::settings::{OpenStack, TIMEOUT, service_url};
use crate::source::{Around, SourceKind, SourceSettings};

/// What errors call the section.
pub(super) const SUBJECT: &str = "source";

/// The kind of source.
pub struct Kind;

/// Its settings.
#[derive(Debug, Clone)]
pub struct GnocchiSettings {
    /// Where the cloud is, and who asks it; without it, `url` and `user` say it.
    pub cloud: Option<OpenStack>,
    /// `url`: Gnocchi; without it, the catalog tells.
    pub url: Option<Url>,
    /// `username` and `password`: who asks a Gnocchi that does not ask Keystone (its `auth_mode` is `basic`).
    pub user: Option<(String, Secret)>,
    /// `granularity`: which granule is read, in microseconds; without it, the finest that reaches over the period.
    pub granule_us: Option<i64>,
    /// `aggregation`: which method is read of a metric, by its name.
    pub methods: BTreeMap<String, String>,
    /// `ca_file`: whom to trust.
    pub tls: Tls,
    /// `timeout`: how long to wait for an answer, and for more of one.
    pub timeout: Duration,
}

impl SourceKind for Kind {
    fn name(&self) -> &'static str {
        "gnocchi"
    }

    fn asks_a_cloud(&self, section: &Node<'_>) -> bool {
        section.value().get("username").is_none()
    }

    fn read(&self, section: &mut Map<'_>, around: &Around<'_>) -> Option<Box<dyn SourceSettings>> {
        let url = section.parse("url", |text| service_url(text, "source"));
        let user = user(section, around, url.is_some());
        let timeout = |text: &str| duration_us(text).map(|us| Duration::from_micros(us.unsigned_abs()));
        let timeout = section.parse("timeout", timeout);
        let ca_file: Option<PathBuf> = section.text("ca_file").map(|file| around.directory.join(file));
        let granule_us = section.parse("granularity", duration_us);
        let methods = section.section("aggregation").entries();
        let methods = methods.into_iter().filter_map(|(metric, node)| Some((metric, node.parse(method)?))).collect();
        let cloud = around.openstack.clone();
        let of_cloud = cloud.as_ref().map(|cloud| (cloud.tls.clone(), cloud.timeout));
        let (tls, longest) = of_cloud.unwrap_or((Tls::default(), TIMEOUT));
        let tls = match ca_file {
            Some(file) => Tls { ca_file: Some(file), ..tls },
            None => tls,
        };
        let user = user?;
        if user.is_none() && cloud.is_none() {
            return None;
        }
        Some(Box::new(GnocchiSettings {
            cloud,
            url,
            user,
            granule_us,
            methods,
            tls,
            timeout: timeout.unwrap_or(longest),
        }))
    }
}

/// Who asks, if that is not a user of Keystone's.
#[expect(clippy::option_option, reason = "wrong, or nobody")]
fn user(section: &mut Map<'_>, around: &Around<'_>, has_url: bool) -> Option<Option<(String, Secret)>> {
    let at = section.get("username");
    let password = section.secret("password", "password_file", around.directory);
    let Some(at) = at else {
        if let Some(node) = section.get("password").or_else(|| section.get("password_file")) {
            node.mistake("whose password is it? write username, too");
            return None;
        }
        return Some(None);
    };
    if !has_url {
        at.mistake("a user of Gnocchi's own, of which no catalog tells where it is; write url, too");
    }
    let name = at.parse(|text| match text {
        "" => Err("a text is expected here"),
        text if text.contains(':') => Err("no user of HTTP has a colon in his name; correct it"),
        text => Ok(text.to_owned()),
    });
    // Its own users need none, and it does not look at it.
    let password = password.unwrap_or_else(|| Secret::new(String::new()));
    name.filter(|_| has_url).map(|name| Some((name, password)))
}

/// A method of an archive policy. A rate is no reading: what a counter rose by is worked out here.
fn method(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a text is expected here, such as mean".to_owned()),
        rate if rate.starts_with("rate:") => Err(format!(
            "'{rate}' is below 0 where a counter begins anew; name what is kept of its readings, such as last or mean"
        )),
        method => Ok(method.to_owned()),
    }
}
