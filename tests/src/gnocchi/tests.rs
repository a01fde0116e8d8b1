//! The stand-in beside what a real one was recorded to answer.

use std::fs;

use serde_json::{Value, json};

use super::answer::{answer, unauthorized};
use super::store::Store;
use super::{BILLING, Faults, LOW, Policy, Resource, polled};
use crate::openstack::{Request, Response};
use crate::workspace;

fn recorded(name: &str) -> Option<(Value, Value)> {
    let path = format!("../shared/recordings/gnocchi/{name}.json");
    let Ok(text) = fs::read_to_string(workspace().join(&path)) else {
        println!("skipped: the recording {path} is not there");
        return None;
    };
    let exchange: Value = serde_json::from_str(&text).unwrap();
    Some((exchange["request"]["body"].clone(), exchange["response"].clone()))
}

fn request(method: &str, path: &str, query: &[(&str, &str)], body: &Value) -> Request {
    let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let (method, path, body) = (method.to_owned(), path.to_owned(), body.to_string());
    Request { method, path, query, token: None, authorization: None, body }
}

fn says(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

/// What the recorded cloud has of the machine that is resized.
fn store() -> Store {
    let mut machine = Resource::of("de16eb57a84d401ca8845473bb1ea1d1", "instance", 1)
        .started("2026-09-22")
        .with("flavor_name", "m1.small")
        .with("display_name", "db-1")
        .since("2026-10-16", "flavor_name", "m1.large")
        .metric("vcpus", "vcpu", &LOW, polled("2026-10-01", "2026-11-01", |_| 1));
    machine.id = "5322e208-d584-5a15-88d9-41e41d3a7590".to_owned();
    machine.original = machine.id.clone();
    Store { resources: vec![machine], faults: Faults::default(), asked: Vec::new() }
}

#[test]
fn history_is_answered_as_it_was_recorded() {
    let Some((body, response)) = recorded("29-search-instance-history") else { return };
    let query = [("history", "true"), ("sort", "id:asc"), ("sort", "revision_start:asc"), ("limit", "1000")];
    let answered = says(&answer(&store(), &request("POST", "/v1/search/resource/instance", &query, &body)));
    let (answered, expected) = (answered.as_array().unwrap(), response["body"].as_array().unwrap());
    assert_eq!(answered.len(), expected.len());
    for (answered, expected) in answered.iter().zip(expected) {
        for (key, value) in answered.as_object().unwrap() {
            match key.as_str() {
                "metrics" => assert!(expected[key]["vcpus"].is_string()),
                _ => assert_eq!(value, &expected[key], "{key}"),
            }
        }
    }
}

#[test]
fn refusals_are_those_that_were_recorded() {
    let store = store();
    let vcpus = store.resources[0].metrics["vcpus"].id.clone();
    let aggregates = |method: &str, granule: &str| {
        let body = json!({ "operations": ["metric", [vcpus, method]] });
        let query = [("details", "true"), ("granularity", granule), ("start", "2026-10-05T00:00:00Z")];
        answer(&store, &request("POST", "/v1/aggregates", &query, &body))
    };
    let get = |path: &str| answer(&store, &request("GET", path, &[], &Value::Null));
    let search = answer(&store, &request("POST", "/v1/search/resource/nope", &[], &json!({})));
    for (name, answered) in [
        ("34-search-404-type", search),
        ("82-404-path", get("/v2/resources")),
        ("43-measures-404-metric", get("/v1/metric/nope")),
        ("78-401-no-token", unauthorized()),
    ] {
        let Some((_, response)) = recorded(name) else { return };
        assert_eq!((json!(answered.status), says(&answered)), (response["status"].clone(), response["body"].clone()));
    }
    // These name a metric as it was asked for.
    for (name, answered) in [
        ("68-aggregates-400-agg-not-stored", aggregates("max", "300")),
        ("70-aggregates-404-granularity", aggregates("mean", "7")),
    ] {
        let Some((_, response)) = recorded(name) else { return };
        let (answered, expected) = (says(&answered), &response["body"]);
        assert_eq!(answered["code"], expected["code"]);
        for key in ["cause", "reason"] {
            assert_eq!(answered["description"][key], expected["description"][key]);
        }
    }
}

#[test]
fn policies_and_what_they_keep_are_as_they_were_recorded() {
    let Some((_, response)) = recorded("08-archive-policies") else { return };
    let all = response["body"].as_array().unwrap();
    let named = |policy: &Policy| all.iter().find(|one| one["name"] == policy.name).unwrap();
    assert_eq!(&LOW.shown(), named(&LOW));
    assert_eq!(BILLING.shown()["definition"], named(&BILLING)["definition"]);

    // A month of five minutes has lost its first day.
    let Some((_, response)) = recorded("38-measures-oldest-kept") else { return };
    let store = store();
    let first = store.resources[0].metrics["vcpus"].measures("mean", 300)[0].0;
    assert_eq!(response["body"][0][0], super::resource::written(first));
}
