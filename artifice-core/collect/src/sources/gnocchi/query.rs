//! What is asked of Gnocchi, as URLs and filters.

use artifice_model::Timestamp;
use artifice_model::time::HOUR_US;
use reqwest::Url;
use serde_json::{Value, json};

use super::policy::{Choice, seconds};
use crate::source::Wanted;

/// How many resources are asked for at a time: what Gnocchi gives at most unless its `max_limit` says otherwise.
pub const LIMIT: usize = 1000;
/// How soon after its beginning a resource is known that nobody else had before.
pub const PROMPT_US: i64 = HOUR_US;

/// The first instant of which something matters. Nothing was metered before 1970.
pub fn earliest(wanted: &Wanted) -> Timestamp {
    let from = wanted.meters.iter().map(|meter| meter.from).min().unwrap_or(wanted.period.start());
    from.max(Timestamp::from_micros(0))
}

/// Gnocchi's address: some catalogs say it with the version.
pub fn base(url: &Url) -> Url {
    let mut base = url.clone();
    let path = url.path().trim_end_matches('/');
    base.set_path(path.strip_suffix("/v1").unwrap_or(path));
    base
}

/// `/v1/search/resource/<type>`: all revisions, sorted, so that pages can be told apart; of each only `attributes`, if any
/// are named.
pub fn search(base: &Url, kind: &str, attributes: &[&str]) -> Url {
    let mut url = below(base, &["search", "resource", kind]);
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("limit", &LIMIT.to_string()).append_pair("history", "true");
        query.append_pair("sort", "id:asc").append_pair("sort", "revision_start:asc");
        for attribute in attributes {
            query.append_pair("attrs", attribute);
        }
    }
    url
}

/// `/v1/metric/<id>`.
pub fn metric(base: &Url, id: &str) -> Url {
    below(base, &["metric", id])
}

/// `/v1/resource_type`.
pub fn types(base: &Url) -> Url {
    below(base, &["resource_type"])
}

/// `/v1/status`, which only administrators see.
pub fn status(base: &Url) -> Url {
    let mut url = below(base, &["status"]);
    url.query_pairs_mut().append_pair("details", "False");
    url
}

/// `/v1/aggregates`, with what each metric is. The end is exclusive; without one, up to the newest measure.
pub fn aggregates(base: &Url, choice: &Choice, from: Timestamp, to: Option<Timestamp>) -> Url {
    let mut url = below(base, &["aggregates"]);
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("details", "true").append_pair("granularity", &seconds(choice.granule_us));
        query.append_pair("start", &from.to_string());
        if let Some(to) = to {
            query.append_pair("stop", &to.to_string());
        }
    }
    url
}

/// The measures of these metrics.
pub fn operations<'m>(metrics: impl IntoIterator<Item = &'m str>, choice: &Choice) -> Value {
    let metrics = metrics.into_iter().map(|metric| json!([metric, &*choice.method]));
    let operation: Vec<Value> = [json!("metric")].into_iter().chain(metrics).collect();
    json!({ "operations": operation })
}

/// A project's resources.
pub fn of_project(project: &str) -> Value {
    json!({ "=": { "project_id": project } })
}

/// Resources that somebody else had.
pub fn of_others(project: &str, ids: &[&str]) -> Value {
    json!({ "and": [{ "in": { "id": ids } }, { "!=": { "project_id": project } }] })
}

/// Revisions that may have held after a time, of resources that may have been there. When they began is not asked: what
/// was metered elsewhere before is made known later than it began.
pub fn alive(from: Timestamp) -> Value {
    let not_before = |key: &str| json!({ "or": [{ "=": { key: null } }, { ">": { key: from.to_string() } }] });
    both(not_before("ended_at"), not_before("revision_end"))
}

/// All of it.
pub fn both(one: Value, other: Value) -> Value {
    json!({ "and": [one, other] })
}

/// What comes behind a place in the order of [`search`]; and that place again, unless it `is_behind` us: several revisions
/// may share it.
pub fn behind(id: &str, revision_start: Timestamp, is_behind: bool) -> Value {
    let operator = if is_behind { ">" } else { ">=" };
    let later = json!({ operator: { "revision_start": revision_start.to_string() } });
    json!({ "or": [{ ">": { "id": id } }, both(json!({ "=": { "id": id } }), later)] })
}

/// Each segment is encoded: a type's name is data, whatever it holds.
fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Fails for URLs that can have no path, which the configuration does not take.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push("v1").extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_may_have_a_version_or_a_path_and_names_are_encoded() {
        for (given, expected) in [
            ("http://c:8041", "http://c:8041/v1/metric/a%20b%2F..%3F"),
            ("http://c:8041/v1/", "http://c:8041/v1/metric/a%20b%2F..%3F"),
            ("https://c/metric", "https://c/metric/v1/metric/a%20b%2F..%3F"),
        ] {
            assert_eq!(metric(&base(&Url::parse(given).unwrap()), "a b/..?").as_str(), expected);
        }
    }

    #[test]
    fn measures_are_asked_for_up_to_an_instant_or_the_newest() {
        let (from, to) = ("2026-10-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap());
        let choice = Choice { method: "mean".into(), granule_us: 500_000 };
        let url = |to| aggregates(&Url::parse("http://c").unwrap(), &choice, from, to).query().unwrap().to_owned();
        let begin = "details=true&granularity=0.5&start=2026-10-01T00%3A00%3A00Z";
        assert_eq!((url(None), url(Some(to))), (begin.to_owned(), format!("{begin}&stop=2026-11-01T00%3A00%3A00Z")));
        assert_eq!(operations(["a"], &choice).to_string(), r#"{"operations":["metric",["a","mean"]]}"#);
    }
}
