//! Gnocchi's v1 API, as far as it is asked.

use artifice_model::Timestamp;
use serde_json::{Map, Value, json};

use super::filter::holds;
use super::measures::Metric;
use super::resource::{Resource, written};
use super::store::Store;
use crate::openstack::{Request, Response};

/// How many resources it gives at a time.
const MAX_LIMIT: usize = 1000;

pub fn answer(store: &Store, request: &Request) -> Response {
    let path: Vec<&str> = request.path.split('/').skip(1).collect();
    if store.faults.no_such_path {
        return error(404, "Not Found", Value::Null);
    }
    match (request.method.as_str(), &path[..]) {
        ("GET", ["v1", "resource_type"]) => {
            Response::json(200, json!([{ "name": "generic", "attributes": {}, "state": "active" }]))
        }
        ("GET", ["v1", "status"]) if store.faults.sees_only.is_some() => error(403, "Forbidden", json!("")),
        ("GET", ["v1", "status"]) => {
            Response::json(200, json!({ "storage": { "summary": { "metrics": 0, "measures": 0 } } }))
        }
        ("POST", ["v1", "search", "resource", kind]) => search(store, request, kind),
        ("GET", ["v1", "metric", id]) => match found(store, id) {
            Some((resource, name, metric)) => Response::json(200, reference(resource, name, metric)),
            None => error(404, "Not Found", json!(format!("Metric {id} does not exist"))),
        },
        ("POST", ["v1", "aggregates"]) => aggregates(store, request),
        _ => error(404, "Not Found", Value::Null),
    }
}

/// What it says to whoever is nobody.
pub fn unauthorized() -> Response {
    let says = "The request you have made requires authentication.";
    Response::json(401, json!({ "error": { "code": 401, "title": "Unauthorized", "message": says } }))
}

fn error(status: u16, title: &str, description: Value) -> Response {
    Response::json(status, json!({ "code": status, "title": title, "description": description }))
}

fn search(store: &Store, request: &Request, kind: &str) -> Response {
    let is_known = kind == "generic" || store.resources.iter().any(|resource| resource.kind == kind);
    if !is_known {
        return error(404, "Not Found", json!(format!("Resource type {kind} does not exist")));
    }
    let (filter, history) = (serde_json::from_str(&request.body).unwrap(), request.all("history") == ["true"]);
    assert_eq!(request.all("sort"), if history { vec!["id:asc", "revision_start:asc"] } else { vec!["id:asc"] });
    let of_kind = store.resources.iter().filter(|resource| kind == "generic" || resource.kind == kind);
    let is_seen = |row: &Map<String, Value>| store.faults.sees_only.is_none_or(|project| row["project_id"] == project);
    let wanted = |row: &Map<String, Value>| match store.faults.ignores_projects {
        true => holds(&without_projects(&filter), row),
        false => holds(&filter, row),
    };
    let mut rows: Vec<Map<String, Value>> =
        of_kind.flat_map(|resource| resource.rows(history)).filter(is_seen).filter(wanted).collect();
    rows.sort_by_key(|row| (row["id"].to_string(), row["revision_start"].to_string()));
    let limit: usize = request.all("limit")[0].parse().unwrap();
    let limit = limit.min(store.faults.max_limit.unwrap_or(MAX_LIMIT));
    rows.truncate(limit);
    let next = (rows.len() == limit).then(|| {
        // As it is: the body is in it.
        let link = format!("<http://gnocchi.invalid{}?%3D=project_id&limit={limit}>; rel=\"next\"", request.path);
        ("Link".to_owned(), link)
    });
    let attributes = request.all("attrs");
    if !attributes.is_empty() {
        rows.iter_mut().for_each(|row| row.retain(|key, _| attributes.contains(&key.as_str())));
    }
    let mut response = Response::json(200, Value::from_iter(rows));
    response.headers.extend(next);
    response
}

/// A filter that says nothing of projects.
fn without_projects(filter: &Value) -> Value {
    match filter {
        Value::Object(one) => {
            let (operator, operands) = one.iter().next().unwrap();
            match operands {
                Value::Array(all) => json!({ operator: all.iter().map(without_projects).collect::<Vec<_>>() }),
                other if other.get("project_id").is_some() => json!({ "and": [] }),
                _ => filter.clone(),
            }
        }
        other => other.clone(),
    }
}

fn found<'s>(store: &'s Store, id: &str) -> Option<(&'s Resource, &'s str, &'s Metric)> {
    let all = store
        .resources
        .iter()
        .flat_map(|resource| resource.metrics.iter().map(move |(name, metric)| (resource, name.as_str(), metric)));
    all.into_iter().find(|(_, _, metric)| metric.id == id)
}

fn reference(resource: &Resource, name: &str, metric: &Metric) -> Value {
    // Without what only its type has.
    let mut row = resource.rows(false).remove(0);
    let own = ["id", "original_resource_id", "type", "project_id", "user_id", "creator", "started_at", "ended_at"];
    row.retain(|key, _| own.contains(&key.as_str()) || key.starts_with("revision_"));
    json!({
        "id": metric.id, "creator": row["creator"], "name": name, "unit": metric.unit, "resource": row,
        "archive_policy": metric.policy.shown(),
    })
}

fn aggregates(store: &Store, request: &Request) -> Response {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!((body["operations"][0].as_str(), &request.all("details")[..]), (Some("metric"), &["true"][..]));
    let granule: i64 = request.all("granularity")[0].parse().unwrap();
    let (mut measures, mut references, mut unknown, mut missing) = (Map::new(), Vec::new(), Vec::new(), Vec::new());
    for asked in &body["operations"].as_array().unwrap()[1..] {
        let (id, method) = (asked[0].as_str().unwrap(), asked[1].as_str().unwrap());
        let known = found(store, id).filter(|(_, name, _)| store.faults.deleted != Some(name));
        let Some((resource, name, metric)) = known else {
            unknown.push(id);
            continue;
        };
        let project = &resource.revisions[0].1;
        if let Some((_, status, says)) = store.faults.error_for.filter(|(tenant, ..)| tenant == project) {
            return Response::json(status, says);
        }
        if !metric.policy.methods.contains(&method) {
            let detail = json!({ "cause": "Metrics with unknown aggregation", "detail": [[id, method]] });
            return error(404, "Not Found", detail);
        }
        if !metric.policy.kept.iter().any(|(kept, _)| *kept == granule) {
            missing.push(json!([id, method, granule]));
            continue;
        }
        let start = at_granule(request.all("start")[0], granule);
        let stop = request.all("stop").first().map(|stop| stop.parse().unwrap());
        let kept = metric.measures(method, granule);
        let inside = kept.iter().filter(|(at, _)| start <= *at && stop.is_none_or(|stop| *at < stop));
        let said = store.faults.other_granule.unwrap_or(granule);
        let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let inside: Vec<Value> =
            inside.map(|(at, value)| json!([written(*at), number(&format!("{said}.0")), number(value)])).collect();
        measures.insert(id.to_owned(), json!({ method: inside }));
        references.push(reference(resource, name, metric));
    }
    if !unknown.is_empty() {
        let detail =
            json!({ "cause": "Unknown metrics", "reason": "Provided metrics don't exists", "detail": unknown });
        return error(404, "Not Found", detail);
    }
    if !missing.is_empty() {
        let reason = "Granularities are missing";
        let detail = json!({ "cause": "Metrics cannot be aggregated", "reason": reason, "detail": missing });
        return error(400, "Bad Request", detail);
    }
    // In an order of its own.
    references.reverse();
    Response::json(200, json!({ "measures": measures, "references": references }))
}

/// The granule in which an instant lies comes, too.
fn at_granule(text: &str, granule: i64) -> Timestamp {
    let start: Timestamp = text.parse().unwrap();
    Timestamp::from_micros(start.micros().div_euclid(granule * 1_000_000) * granule * 1_000_000)
}
