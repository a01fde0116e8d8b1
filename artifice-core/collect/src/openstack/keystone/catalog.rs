//! The catalog: where a cloud's services are.

use std::collections::BTreeSet;

use reqwest::Url;

use super::KeystoneError;
use crate::openstack::settings::Interface;

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

/// The address of a service.
pub fn find(all: &[Endpoint], service: &str, interface: Interface, region: Option<&str>) -> Result<Url, KeystoneError> {
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
                lacks.push_str(&format!(" (it has it in {})", regions.into_iter().collect::<Vec<_>>().join(", ")));
            }
            Err(KeystoneError::NoService { service: service.to_owned(), lacks })
        }
        Some(url) if urls.len() == 1 => {
            let wrong = || KeystoneError::NotAUrl { service: service.to_owned() };
            let mut url = Url::parse(url).map_err(|_| wrong())?;
            // What is asked there has a query of its own.
            url.set_query(None);
            url.set_fragment(None);
            if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(wrong()) }
        }
        Some(_) => {
            let regions: BTreeSet<&str> = found.iter().map(|endpoint| endpoint.region.as_str()).collect();
            let regions = regions.into_iter().map(str::to_owned).collect();
            Err(KeystoneError::SeveralRegions { service: service.to_owned(), regions })
        }
    }
}
