//! The catalog: where a cloud's services are.

use std::collections::BTreeSet;
use std::net::IpAddr;

use reqwest::Url;

use super::KeystoneError;
use crate::http::plain;
use crate::openstack::settings::{Interface, OpenStack};

/// How many regions an error names.
const SHOWN: usize = 20;

/// One address of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The service's type: `metering`.
    pub service: String,
    /// Whose address it is: `public`, `internal`, `admin`.
    pub interface: &'static str,
    /// Where the service is; empty if that is not said.
    pub region: String,
    /// The address.
    pub url: String,
}

/// The address of a service, to which a token may go.
pub fn find(all: &[Endpoint], service: &str, interface: Interface, settings: &OpenStack) -> Result<Url, KeystoneError> {
    let region = settings.region.as_deref();
    let of_service: Vec<&Endpoint> =
        all.iter().filter(|endpoint| endpoint.service == service && endpoint.interface == interface.name()).collect();
    let wanted = |endpoint: &&&Endpoint| region.is_none_or(|region| endpoint.region == region);
    let found: Vec<&&Endpoint> = of_service.iter().filter(wanted).collect();
    let urls: BTreeSet<&str> = found.iter().map(|endpoint| endpoint.url.as_str()).collect();
    match urls.first() {
        None => {
            let regions: BTreeSet<&str> = of_service.iter().map(|endpoint| endpoint.region.as_str()).collect();
            let mut lacks = format!("the interface {}", interface.name());
            if let Some(region) = region {
                lacks.push_str(&format!(" in the region {region}"));
            }
            if !regions.is_empty() {
                lacks.push_str(&format!(
                    " (it has it in {})",
                    regions.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ")
                ));
            }
            Err(KeystoneError::NoService { service: service.to_owned(), lacks })
        }
        Some(url) if urls.len() == 1 => {
            let wrong = || KeystoneError::NotAUrl { service: service.to_owned() };
            let mut url = Url::parse(url).map_err(|_| wrong())?;
            // What is asked there has a query of its own.
            url.set_query(None);
            url.set_fragment(None);
            match url.scheme() {
                "https" => Ok(url),
                "http" if settings.allow_http || settings.authentication_url.scheme() == "http" || is_here(&url) => {
                    Ok(url)
                }
                "http" => Err(KeystoneError::PlainHttp { service: service.to_owned(), url: plain(&url) }),
                _ => Err(wrong()),
            }
        }
        Some(_) => {
            let regions: BTreeSet<&str> = found.iter().map(|endpoint| endpoint.region.as_str()).collect();
            let regions = regions.into_iter().take(SHOWN).map(str::to_owned).collect();
            Err(KeystoneError::SeveralRegions { service: service.to_owned(), regions })
        }
    }
}

/// Whether it is this machine, so that nothing goes through the network.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
