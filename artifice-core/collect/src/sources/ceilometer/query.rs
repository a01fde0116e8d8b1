//! What is asked of Ceilometer, as URLs.

use artifice_model::Timestamp;
use reqwest::Url;

use super::windows::Window;

/// Ceilometer's address: some catalogs say it with the version.
pub fn base(url: &Url) -> Url {
    let mut base = url.clone();
    let path = url.path().trim_end_matches('/');
    let path = ["/v1", "/v2"].into_iter().find_map(|version| path.strip_suffix(version)).unwrap_or(path);
    base.set_path(path);
    base
}

/// Whose samples are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    Everybody,
    Tenant(&'a str),
    /// Whoever has this resource.
    Resource(&'a str),
}

/// `/v2/meters/<name>`: samples of a meter in a window.
pub fn samples(base: &Url, meter: &str, of: Of<'_>, window: Window, with_limit: bool) -> Url {
    let mut url = below(base, &["v2", "meters", meter]);
    match of {
        Of::Everybody => {}
        Of::Tenant(tenant) => filter(&mut url, "project_id", "eq", tenant),
        Of::Resource(resource) => filter(&mut url, "resource_id", "eq", resource),
    }
    filter(&mut url, "timestamp", "ge", &instant(window.from));
    filter(&mut url, "timestamp", "lt", &instant(window.to));
    if with_limit {
        limit(&mut url, window.limit);
    }
    url
}

/// `/v2/meters/<name>/statistics`: how many samples each tenant has of a meter; of each resource, if they are told apart.
pub fn counts(base: &Url, meter: &str, (from, to): (Timestamp, Timestamp), by_resource: bool) -> Url {
    let mut url = below(base, &["v2", "meters", meter, "statistics"]);
    filter(&mut url, "timestamp", "ge", &instant(from));
    filter(&mut url, "timestamp", "lt", &instant(to));
    url.query_pairs_mut().append_pair("groupby", "project_id");
    if by_resource {
        url.query_pairs_mut().append_pair("groupby", "resource_id");
    }
    url
}

/// `/v2/meters`: which meters there are, of a tenant if one is named, at most so many.
pub fn meters(base: &Url, tenant: Option<&str>, most: Option<usize>) -> Url {
    let mut url = below(base, &["v2", "meters"]);
    if let Some(tenant) = tenant {
        filter(&mut url, "project_id", "eq", tenant);
    }
    if let Some(most) = most {
        limit(&mut url, most);
    }
    url
}

/// Each segment is encoded: a meter's name is data, whatever it holds.
fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Fails for URLs that can have no path, which the configuration does not take.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn filter(url: &mut Url, field: &str, op: &str, value: &str) {
    url.query_pairs_mut().append_pair("q.field", field).append_pair("q.op", op).append_pair("q.value", value);
}

fn limit(url: &mut Url, limit: usize) {
    url.query_pairs_mut().append_pair("limit", &limit.to_string());
}

/// As Ceilometer writes instants itself: UTC without a zone, a fraction only where there is one.
fn instant(at: Timestamp) -> String {
    at.to_string().trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn samples_are_asked_for_as_in_the_recordings() {
        let window = Window {
            from: "2026-10-01T00:00:00Z".parse().unwrap(),
            to: "2026-11-01T00:00:00.5Z".parse().unwrap(),
            limit: 3,
        };
        let expected = "http://127.0.0.1:18777/v2/meters/volume.size?q.field=project_id&q.op=eq&q.value=de16\
                        &q.field=timestamp&q.op=ge&q.value=2026-10-01T00%3A00%3A00\
                        &q.field=timestamp&q.op=lt&q.value=2026-11-01T00%3A00%3A00.500000";
        let base = url("http://127.0.0.1:18777");
        assert_eq!(samples(&base, "volume.size", Of::Tenant("de16"), window, false).as_str(), expected);
        assert_eq!(
            samples(&base, "volume.size", Of::Tenant("de16"), window, true).as_str(),
            format!("{expected}&limit=3")
        );
        let odd = samples(&base, "../a b/ä?#", Of::Tenant("x&limit=1"), window, true);
        assert!(odd.path().starts_with("/v2/meters/..%2Fa%20b%2F%C3%A4%3F%23"), "{odd}");
        assert_eq!(odd.query_pairs().filter(|(key, _)| key == "limit").count(), 1);
    }

    #[test]
    fn the_address_may_have_a_version_or_a_path() {
        for (given, expected) in [
            ("http://c:8777", "http://c:8777/v2/meters?limit=1"),
            ("http://c:8777/", "http://c:8777/v2/meters?limit=1"),
            ("http://c:8777/v2/", "http://c:8777/v2/meters?limit=1"),
            ("https://c/metering", "https://c/metering/v2/meters?limit=1"),
        ] {
            assert_eq!(meters(&base(&url(given)), None, Some(1)).as_str(), expected, "{given}");
        }
    }
}
