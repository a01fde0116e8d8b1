//! Gnocchi's recorded answers, read as they are.

use std::collections::BTreeSet;
use std::time::Duration;

use artifice_model::aggregate::{Entry, Locations};
use artifice_model::time::HOUR_US;
use artifice_model::{Period, TenantId};
use artifice_settings::Secret;
use serde_json::{Value, json};

use super::measures::{Metric, Why, why};
use super::policy::Policy;
use super::*;
use crate::http::Tls;
use crate::http::canned::{Canned, answer, recorded};
use crate::{Headway, Request, TenantUsage, collect};

const DEMO: &str = "de16eb57a84d401ca8845473bb1ea1d1";
/// The metric `cpu` of the machine that is resized on the 16th.
const CPU: &str = "a8597b65-60b6-479f-9ebd-5b1359de058c";

/// The content of a recorded answer.
fn body(name: &str) -> Option<Vec<u8>> {
    let answer = recorded(&format!("gnocchi/{name}.json"))?;
    let begin = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    Some(answer[begin..].to_vec())
}

#[test]
fn recorded_policies_are_read() {
    let Some(text) = body("08-archive-policies") else { return };
    let policies: Vec<Policy> = serde_json::from_slice(&text).unwrap();
    let reaching = |name: &str| {
        let policy = policies.iter().find(|policy| policy.name == name).unwrap();
        let kept = policy.reaching(31 * 24 * HOUR_US, None);
        kept.iter().map(|kept| (kept.granule_us / 1_000_000, kept.reach_us / 24 / HOUR_US)).collect::<Vec<_>>()
    };
    assert_eq!(reaching("ceilometer-low"), [(300, 30)]);
    assert_eq!(reaching("ceilometer-high-rate"), [(3600, 365)]);
    assert_eq!(reaching("billing"), [(300, 62), (3600, 400)]);
    assert_eq!(reaching("bool"), [(1, 365)]);

    let Some(text) = body("46-metric-get") else { return };
    let metric: Metric = serde_json::from_slice(&text).unwrap();
    assert_eq!((metric.unit.as_deref(), metric.policy.name.as_str()), (Some("MB"), "ceilometer-low"));
}

#[test]
fn recorded_refusals_are_told_apart() {
    for (name, expected) in [
        ("68-aggregates-400-agg-not-stored", Some(Why::Differ)),
        ("70-aggregates-404-granularity", Some(Why::Differ)),
        ("65-aggregates-400-no-metric", None),
        ("71-aggregates-empty-no-resource", None),
        ("66-aggregates-400-bad-op", None),
        ("82-404-path", None),
        ("78-401-no-token", None),
    ] {
        let Some(text) = body(name) else { return };
        assert_eq!(why(&text), expected, "{name}");
    }
}

/// A Gnocchi that answers this.
fn answering(body: impl Fn(&str, &str) -> Vec<u8> + Send + 'static) -> (Canned, Gnocchi) {
    let server = Canned::new(move |request| {
        let path = request.split([' ', '?']).nth(1).unwrap();
        body(path, request.split("\r\n\r\n").nth(1).unwrap())
    });
    let settings = GnocchiSettings {
        cloud: None,
        url: Some(server.url.clone()),
        user: Some(("admin".to_owned(), Secret::new(String::new()))),
        granule_us: None,
        methods: Default::default(),
        tls: Tls::default(),
        timeout: Duration::from_secs(10),
    };
    (server, Gnocchi::new(settings))
}

/// What comes of October.
fn collected(gnocchi: &Gnocchi) -> Result<Vec<TenantUsage>, String> {
    let period = Period::new("2026-10-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap()).unwrap();
    let mut entries = Entry::polling();
    entries.retain(|entry| entry.meter == "cpu");
    let (locations, own) = (Locations::new("default", []), BTreeSet::from([TenantId::from(DEMO)]));
    let headway = Headway::default();
    let request = Request { tenants: Some(&own), known: &own, ..Request::of(&entries, &locations, period, &headway) };
    gnocchi.connect().map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    collect(gnocchi, request, &mut |usage| all.push(usage)).map_err(|error| error.to_string())?;
    Ok(all)
}

#[test]
fn a_recorded_resize_is_charged_as_two_flavors() {
    let Some(resources) = recorded("gnocchi/25-search-instance-project.json") else { return };
    let (Some(history), Some(metric)) = (recorded("gnocchi/29-search-instance-history.json"), body("46-metric-get"))
    else {
        return;
    };
    // The recorded metric is another one of the same cloud.
    let mut metric: Value = serde_json::from_slice(&metric).unwrap();
    metric["id"] = json!(CPU);
    let (server, gnocchi) = answering(move |path, asked| match path {
        // What comes behind it.
        _ if asked.contains("{\">\":{\"id\":") => answer("200 OK", "", "[]"),
        "/v1/search/resource/generic" => resources.clone(),
        "/v1/search/resource/instance" => history.clone(),
        "/v1/aggregates" => {
            assert_eq!(
                serde_json::from_str::<Value>(asked).unwrap(),
                json!({ "operations": ["metric", [CPU, "mean"]] })
            );
            let measure =
                |at: &str| serde_json::from_str::<Value>(&format!(r#"["2026-{at}:00+00:00", 300.0, 1.5e13]"#)).unwrap();
            let measures: Vec<Value> =
                ["09-30T23:55", "10-15T23:50", "10-15T23:55", "10-16T00:00", "10-16T00:05"].map(measure).into();
            answer(
                "200 OK",
                "",
                &json!({ "measures": { CPU: { "mean": measures } }, "references": [metric] }).to_string(),
            )
        }
        _ => answer("200 OK", "", &metric.to_string()),
    });
    let usage = collected(&gnocchi).unwrap();
    let all = usage[0].usage.as_ref().unwrap().iter().map(|metered| &metered.usage);
    let all: Vec<String> =
        all.map(|usage| format!("{} {} {}", usage.service, usage.resource_name, usage.volume)).collect();
    // 1:55 that a measure before the month holds, and 0:10 before the resize; 0:05 and 2:00 after it.
    assert_eq!(all, ["m1.small db-1 2.083333", "m1.large db-1 2.083333"]);
    let asked = server.asked();
    let history = asked.iter().find(|asked| asked.contains("/search/resource/instance?")).unwrap();
    assert!(history.ends_with("?limit=1000&history=true&sort=id%3Aasc&sort=revision_start%3Aasc"), "{history}");
}

#[test]
fn recorded_errors_end_what_they_should() {
    for (name, expected) in [
        ("82-404-path", "is source.url right, and is that Gnocchi's v1 API?"),
        ("78-401-no-token", "it refuses source.username or its password"),
    ] {
        let Some(error) = recorded(&format!("gnocchi/{name}.json")) else { return };
        let (_server, gnocchi) = answering(move |_, _| error.clone());
        let says = collected(&gnocchi).unwrap_err();
        assert!(says.contains(expected), "{says}");
    }
    // What is said of one search is about that tenant; that there is no such type is no usage.
    for (name, expected) in [
        ("32-search-400-unknown-attr", Some("400 Bad Request: ")),
        ("34-search-404-type", None),
        ("12-resources-generic-lastpage-empty", None),
    ] {
        let Some(error) = recorded(&format!("gnocchi/{name}.json")) else { return };
        let (_server, gnocchi) = answering(move |path, _| match path {
            "/v1/status" => answer("200 OK", "", "{}"),
            _ => error.clone(),
        });
        let usage = collected(&gnocchi).unwrap();
        let says = usage.first().map(|usage| usage.usage.as_ref().unwrap_err().to_string());
        assert_eq!(says.is_some(), expected.is_some(), "{name}");
        assert!(expected.is_none_or(|expected| says.clone().unwrap_or_default().contains(expected)), "{says:?}");
    }
}
