//! Keystone, v3 and v2.0.

use serde_json::{Value, json};

use super::refusal::{keystone_error, unauthorized};
use super::server::{Request, Response};
use super::world::{Identity, PASSWORD, World};

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
            projects(world, request)
        }
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

fn log_in_v3(world: &mut World, body: &str) -> Response {
    let auth = &serde_json::from_str::<Value>(body).unwrap()["auth"];
    let user = &auth["identity"]["password"]["user"];
    let project = &auth["scope"]["project"];
    let default = |of: &Value| of["domain"]["name"] == "Default";
    let good = user["name"] == "billing" && user["password"] == PASSWORD && project["name"] == "service";
    if !good || !default(user) || !default(project) || auth["identity"]["methods"] != json!(["password"]) {
        return unauthorized();
    }
    let endpoint = |interface| json!({ "id": interface, "interface": interface, "region_id": "RegionOne", "region": "RegionOne", "url": world.ceilometer });
    let endpoints: Vec<Value> = ["public", "internal", "admin"].map(endpoint).into();
    let kind = if world.faults.no_metering { "metric" } else { "metering" };
    let catalog = json!([{ "id": "1", "type": kind, "name": "ceilometer", "endpoints": endpoints }]);
    let token = json!({
        "methods": ["password"],
        "issued_at": "2026-11-22T10:25:34.000000Z",
        "expires_at": "2026-11-22T11:25:34.000000Z",
        "project": project,
        "catalog": catalog,
    });
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
    let project = |(id, name): &(String, String)| json!({ "id": id, "name": name, "enabled": true });
    if world.identity == Some(Identity::V2) {
        let tenants: Vec<Value> = world.projects.iter().map(project).collect();
        return Response::json(200, json!({ "tenants": tenants, "tenants_links": [] }));
    }
    let marker = request.all("marker").first().map(|marker| (*marker).to_owned());
    let behind = |(id, _): &&(String, String)| marker.as_ref().is_some_and(|marker| id != marker);
    let from = world.projects.iter().take_while(behind).count();
    let from = if marker.is_some() { from + 1 } else { 0 };
    let page: Vec<_> = world.projects.iter().skip(from).take(world.faults.page.unwrap_or(usize::MAX)).collect();
    let more = from + page.len() < world.projects.len();
    let next = more.then(|| format!("http://keystone.invalid:5000/v3/projects?marker={}", page.last().unwrap().0));
    let projects: Vec<Value> = page.into_iter().map(project).collect();
    Response::json(200, json!({ "projects": projects, "links": { "next": next, "previous": null }, "truncated": more }))
}
