//! Keystone, v3 and v2.0.

use artifice_model::Timestamp;
use serde_json::{Value, json};

use super::refusal::{keystone_error, unauthorized};
use super::server::{Request, Response};
use super::world::{APPLICATION_ID, APPLICATION_SECRET, Identity, PASSWORD, Project, World};

/// How many projects or domains it lists, and does not say that there are more, where nobody asks for so many.
const MOST_LISTED: usize = 1000;
/// The ids of the user `billing` and of the project `service`.
const BILLING: &str = "6a94e6a151dc4e248293072e62a49565";
const SERVICE: &str = "ecb4b55a347a4f17b7e009c5285a493c";

pub fn answer(world: &mut World, request: &Request) -> Response {
    let identity = world.identity.unwrap();
    match (identity, request.method.as_str(), request.path.as_str()) {
        (_, "GET", "/") => versions(identity),
        (Identity::V3, "POST", "/v3/auth/tokens") => log_in_v3(world, &request.body),
        (Identity::V2, "POST", "/v2.0/tokens") => log_in_v2(world, &request.body),
        (Identity::V3, "GET", "/v3/projects" | "/v3/auth/projects") | (Identity::V2, "GET", "/v2.0/tenants") => {
            if !world.takes(request.token.as_deref()) {
                return unauthorized();
            }
            if let Some(other) = &world.projects_from {
                return other(request);
            }
            projects(world, request)
        }
        (Identity::V3, "GET", "/v3/domains") => domains(world, request),
        _ => Response {
            status: 404,
            body: b"<!doctype html>\n<title>404 Not Found</title>".to_vec(),
            ..Response::default()
        },
    }
}

/// Its links are to a host that nobody reaches, as behind many a proxy.
fn versions(identity: Identity) -> Response {
    let id = if identity == Identity::V3 { "v3.14" } else { "v2.0" };
    let links = json!([{ "rel": "self", "href": "http://keystone.invalid:5000/" }]);
    let version = json!({ "id": id, "status": "stable", "updated": "2020-04-07T00:00:00Z", "links": links });
    Response::json(300, json!({ "versions": { "values": [version] } }))
}

/// Whether a user is `billing`, by name or id.
fn is_billing(user: &Value) -> bool {
    user["id"] == BILLING || user["name"] == "billing" && is_default(user)
}

fn is_default(of: &Value) -> bool {
    of["domain"]["name"] == "Default" || of["domain"]["id"] == "default"
}

/// Who it is that logs in so, and to what, if anybody may.
fn scope_v3(world: &mut World, auth: &Value) -> Option<Value> {
    let (identity, scope) = (&auth["identity"], &auth["scope"]);
    let service = json!({ "project": { "id": SERVICE, "name": "service", "domain": { "name": "Default" } } });
    let good = match identity["methods"][0].as_str()? {
        "password" => {
            let user = &identity["password"]["user"];
            is_billing(user) && user["password"] == PASSWORD
        }
        "application_credential" => {
            let credential = &identity["application_credential"];
            let named = credential["name"] == "artifice" && is_billing(&credential["user"]);
            let known = credential["id"] == APPLICATION_ID || named;
            // It has a project, and may name none.
            return (known && credential["secret"] == APPLICATION_SECRET && scope.is_null()).then_some(service);
        }
        "token" => world.takes(identity["token"]["id"].as_str()),
        other => panic!("{other}"),
    };
    let project = &scope["project"];
    let is_service = project["id"] == SERVICE || project["name"] == "service" && is_default(project);
    match good {
        false => None,
        true if scope.is_null() => Some(json!({})),
        true if is_service => Some(service),
        true if scope["system"]["all"] == true => Some(json!({ "system": { "all": true } })),
        true if is_default(scope) => Some(json!({ "domain": { "id": "default", "name": "Default" } })),
        true => None,
    }
}

fn log_in_v3(world: &mut World, body: &str) -> Response {
    let auth = &serde_json::from_str::<Value>(body).unwrap()["auth"];
    let Some(scope) = scope_v3(world, auth) else { return unauthorized() };
    let endpoint = |interface| json!({ "id": interface, "interface": interface, "region_id": "RegionOne", "region": "RegionOne", "url": world.ceilometer });
    let endpoints: Vec<Value> = ["public", "internal", "admin"].map(endpoint).into();
    let kind = if world.faults.no_metering { "metric" } else { "metering" };
    let mut catalog = json!([{ "id": "1", "type": kind, "name": "ceilometer", "endpoints": endpoints }]);
    if let Some(url) = &world.faults.gnocchi {
        let endpoint =
            json!({ "id": "g", "interface": "public", "region_id": "RegionOne", "region": "RegionOne", "url": url });
        let service = json!({ "id": "2", "type": "metric", "name": "gnocchi", "endpoints": [endpoint] });
        catalog.as_array_mut().unwrap().push(service);
    }
    let issued: Timestamp = "2026-11-22T10:25:34Z".parse().unwrap();
    let lives_us = i64::try_from(world.lifetime().as_micros()).unwrap();
    let mut token = json!({
        "methods": auth["identity"]["methods"],
        "issued_at": issued.to_string(),
        "expires_at": issued.plus(lives_us).to_string(),
        "user": { "id": BILLING, "name": "billing", "domain": { "id": "default", "name": "Default" } },
        "roles": [{ "id": "1", "name": "admin" }, { "id": "2", "name": "reader" }],
        "catalog": catalog,
    });
    token.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
    let mut response = Response::json(201, json!({ "token": token }));
    response.headers.push(("X-Subject-Token".to_owned(), world.new_token()));
    response
}

fn log_in_v2(world: &mut World, body: &str) -> Response {
    let auth = &serde_json::from_str::<Value>(body).unwrap()["auth"];
    let credentials = &auth["passwordCredentials"];
    if credentials["username"] != "billing" || credentials["password"] != PASSWORD || auth["tenantName"] != "service" {
        return unauthorized();
    }
    let endpoint = |url: &str| json!({ "region": "RegionOne", "publicURL": url, "internalURL": url, "adminURL": url });
    let kind = if world.faults.no_metering { "metric" } else { "metering" };
    let catalog = json!([
        { "type": kind, "name": "ceilometer", "endpoints": [endpoint(&world.ceilometer)], "endpoints_links": [] },
        { "type": "identity", "name": "keystone", "endpoints": [endpoint(&format!("{}/v2.0", world.keystone))] },
    ]);
    let token = json!({ "id": world.new_token(), "expires": "2013-08-09T05:17:40Z", "tenant": { "name": "service" } });
    Response::json(
        200,
        json!({ "access": { "token": token, "serviceCatalog": catalog, "user": { "name": "billing" } } }),
    )
}

fn projects(world: &World, request: &Request) -> Response {
    let all = request.path == "/v3/projects";
    if all && world.faults.no_list {
        let says = "You are not authorized to perform the requested action: identity:list_projects.";
        return keystone_error(403, "Forbidden", says);
    }
    if world.identity == Some(Identity::V2) {
        let tenant =
            |Project { id, name, enabled, .. }: &Project| json!({ "id": id, "name": name, "enabled": enabled });
        let tenants: Vec<Value> = world.projects.iter().map(tenant).collect();
        return Response::json(200, json!({ "tenants": tenants, "tenants_links": [] }));
    }
    let project = |Project { id, name, domain, enabled, tags }: &Project| {
        let project = json!({ "id": id, "name": name, "domain_id": domain, "enabled": enabled, "tags": tags });
        (id.clone(), project)
    };
    let known: Vec<(String, Value)> = world.projects.iter().map(project).collect();
    if all { page(world, request, "projects", known) } else { listed("projects", known, None) }
}

fn domains(world: &mut World, request: &Request) -> Response {
    if !world.takes(request.token.as_deref()) {
        return unauthorized();
    }
    if world.faults.no_domains {
        return keystone_error(
            403,
            "Forbidden",
            "You are not authorized to perform the requested action: identity:list_domains.",
        );
    }
    let mut ids: Vec<&str> = world.projects.iter().map(|project| project.domain.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let domain = |id: &str| (id.to_owned(), json!({ "id": id, "name": id.trim_start_matches("id-of-") }));
    let known = ids.into_iter().map(domain).collect();
    page(world, request, "domains", known)
}

/// As many as are asked for. Whoever does not say how many gets the first thousand, and is not told of more.
fn page(world: &World, request: &Request, kind: &str, known: Vec<(String, Value)>) -> Response {
    let limit = request.all("limit").first().map(|limit| limit.parse::<usize>().unwrap());
    let marker = request.all("marker").first().map(|marker| (*marker).to_owned());
    let from = marker.map_or(0, |marker| 1 + known.iter().take_while(|(id, _)| *id != marker).count());
    let most = limit.unwrap_or(MOST_LISTED).min(MOST_LISTED).min(world.faults.page.unwrap_or(usize::MAX));
    let there = known.len();
    let page: Vec<(String, Value)> = known.into_iter().skip(from).take(most).collect();
    let more = from + page.len() < there && (limit.is_some() || world.faults.page.is_some());
    let next = more.then(|| {
        let marker = &page.last().unwrap().0;
        format!("http://keystone.invalid:5000/{kind}?limit={most}&marker={marker}")
    });
    listed(kind, page, next)
}

fn listed(kind: &str, page: Vec<(String, Value)>, next: Option<String>) -> Response {
    let all: Vec<Value> = page.into_iter().map(|(_, value)| value).collect();
    let truncated = next.is_some();
    Response::json(200, json!({ kind: all, "links": { "next": next, "previous": null }, "truncated": truncated }))
}
