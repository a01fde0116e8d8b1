//! Keystones that answer as recorded, and some that do not.

use std::sync::atomic::{AtomicUsize, Ordering};

use std::time::Duration;

use artifice_settings::Secret;

use super::*;
use crate::http::canned::{Canned, answer, recorded};
use crate::openstack::settings::Interface;

const PASSWORD: &str = "not-to-be-seen";

fn settings(url: &Url, path: &str) -> OpenStack {
    OpenStack {
        authentication_url: url.join(path).unwrap(),
        ceilometer_url: None,
        default_tenant: "service".to_owned(),
        username: "billing".to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        user_domain: "Default".to_owned(),
        project_domain: "Default".to_owned(),
        region: None,
        interface: Interface::Public,
        allow_http: false,
        ca_file: None,
        timeout: Duration::from_secs(10),
    }
}

fn http() -> Http {
    Http::new(SUBJECT, None, Duration::from_secs(10)).unwrap()
}

fn log_in(server: &Canned, path: &str) -> Result<Keystone, String> {
    let found = Keystone::log_in(&http(), &settings(&server.url, path)).map_err(|error| error.to_string());
    assert!(found.as_ref().err().is_none_or(|error| !error.contains(PASSWORD)), "{:?}", found.err());
    found
}

fn body(text: &str) -> Vec<u8> {
    answer("200 OK", "", text)
}

const V3: &str = r#"{"token": {"issued_at": "2026-11-22T10:00:00.000000Z", "expires_at": "2026-11-22T11:00:00.000000Z",
    "catalog": [{"type": "metering", "endpoints": [
        {"interface": "public", "region_id": "akl", "region": "akl", "url": "http://a:8777"},
        {"interface": "public", "region_id": "wlg", "region": "wlg", "url": "http://w:8777"},
        {"interface": "internal", "region_id": "akl", "region": "akl", "url": "http://i:8777"},
        {"interface": "odd", "url": "http://odd"}]}]}}"#;

fn v3_token() -> Vec<u8> {
    answer("201 Created", "X-Subject-Token: token-3\r\n", V3)
}

#[test]
fn recorded_v3_is_found_by_its_root_and_logged_in_to() {
    let names =
        ["42-root-300-versions", "28-token-billing-service-project", "11-projects-list-limit2", "09-projects-list"];
    let files: Vec<_> = names.iter().filter_map(|name| recorded(&format!("keystone/{name}.json"))).collect();
    let [root, token, first, rest] = &files[..] else { return };
    let [root, token, first, rest] = [root, token, first, rest].map(Vec::clone);
    let server = Canned::new(move |request| match request.split(' ').nth(1).unwrap() {
        "/" => root.clone(),
        "/v3/auth/tokens" => token.clone(),
        "/v3/projects" => first.clone(),
        // The recorded link is to another port.
        "/v3/projects?limit=2&marker=3c402ac9951d45279330927c6a736478" => rest.clone(),
        other => panic!("{other}"),
    });
    let keystone = log_in(&server, "").unwrap();
    assert_eq!(keystone.endpoint("metering").unwrap().as_str(), "http://127.0.0.1:18777/");
    assert!(keystone.session().renew.is_some() && keystone.session().token.reveal().starts_with("gAAAA"));
    let projects = keystone.projects().unwrap();
    assert!(projects.iter().any(|project| project.name.as_deref() == Some("initech")));
    let sent: Value = serde_json::from_str(server.requests()[1].lines().last().unwrap()).unwrap();
    let auth = &sent["auth"];
    assert_eq!(auth["identity"]["password"]["user"]["domain"]["name"], "Default");
    assert_eq!(
        (&auth["scope"]["project"]["name"], &auth["identity"]["methods"][0]),
        (&Value::from("service"), &"password".into())
    );
}

#[test]
fn recorded_refusals_say_what_may_be_wrong() {
    for name in ["23-token-401-bad-password", "24-token-401-unknown-project", "25-token-401-disabled-project"] {
        let Some(refused) = recorded(&format!("keystone/{name}.json")) else { return };
        let server = Canned::new(move |_| refused.clone());
        let says = log_in(&server, "v3").err().unwrap();
        assert!(says.starts_with("Keystone refuses to log in billing to service (POST http://"), "{says}");
        assert!(says.contains("username, password, default_tenant, or a domain"), "{says}");
    }
    let Some(gone) = recorded("keystone/43-v2-tokens-gone-404.json") else { return };
    let server = Canned::new(move |_| gone.clone());
    let says = log_in(&server, "v2.0").err().unwrap();
    assert!(says.contains("it has no v2.0 there: write openstack.authentication_url without a version"), "{says}");
}

#[test]
fn recorded_members_see_their_own_projects() {
    let names = ["33-token-demo-member", "34-projects-403-member", "32-auth-projects-unscoped"];
    let files: Vec<_> = names.iter().filter_map(|name| recorded(&format!("keystone/{name}.json"))).collect();
    let [token, refused, own] = &files[..] else { return };
    let [token, refused, own] = [token, refused, own].map(Vec::clone);
    let server = Canned::new(move |request| match request.split(' ').nth(1).unwrap() {
        "/identity/v3/auth/tokens" => token.clone(),
        "/identity/v3/projects" => refused.clone(),
        "/identity/v3/auth/projects" => own.clone(),
        other => panic!("{other}"),
    });
    let keystone = log_in(&server, "identity/v3/").unwrap();
    let projects = keystone.projects().unwrap();
    assert_eq!(
        projects.iter().map(|project| project.name.as_deref().unwrap()).collect::<Vec<_>>(),
        ["demo", "service"]
    );
}

#[test]
fn v2_has_everything_in_the_body_and_tenants_at_the_operators_address() {
    let catalog = |admin: &str| {
        format!(
            r#"{{"access": {{"token": {{"id": "token-2", "expires": "2013-08-09T00:00:00Z", "tenant": {{"id": "1"}}}}, "serviceCatalog": [
            {{"type": "metering", "name": "ceilometer", "endpoints": [{{"region": "R", "publicURL": "http://c:8777/", "adminURL": "http://x"}}]}},
            {{"type": "identity", "endpoints": [{{"region": "R", "adminURL": "{admin}", "publicURL": "http://k"}}]}}]}}}}"#
        )
    };
    let tenants = r#"{"tenants": [{"id": "a", "name": "demo", "enabled": true}], "tenants_links": []}"#;
    let admin = Canned::new(move |request| match request.lines().next().unwrap() {
        "GET /v2.0/tenants HTTP/1.1" => body(tenants),
        other => panic!("{other}"),
    });
    let own = r#"{"tenants": [{"id": "b", "name": "own"}], "tenants_links": []}"#;
    for (address, expected) in [(admin.url.join("v2.0").unwrap().to_string(), "demo"), (String::new(), "own")] {
        let access = catalog(&address);
        let server = Canned::new(move |request| match request.lines().next().unwrap() {
            "GET / HTTP/1.1" => {
                answer("300 Multiple Choices", "", r#"{"versions": {"values": [{"id": "v2.0", "status": "stable"}]}}"#)
            }
            "POST /v2.0/tokens HTTP/1.1" => body(&access),
            "GET /v2.0/tenants HTTP/1.1" => body(own),
            other => panic!("{other}"),
        });
        let keystone = log_in(&server, "").unwrap();
        assert_eq!(keystone.endpoint("metering").unwrap().as_str(), "http://c:8777/");
        assert_eq!(keystone.projects().unwrap()[0].name.as_deref(), Some(expected));
        let sent: Value = serde_json::from_str(server.requests()[1].lines().last().unwrap()).unwrap();
        assert_eq!(
            (&sent["auth"]["tenantName"], &sent["auth"]["passwordCredentials"]["username"]),
            (&"service".into(), &"billing".into())
        );
    }
}

#[test]
fn an_endpoint_is_chosen_by_interface_and_region_and_what_lacks_is_said() {
    let server = Canned::new(|_| v3_token());
    let mut keystone = log_in(&server, "v3").unwrap();
    let mut with = |interface, region: Option<&str>| {
        keystone.settings.interface = interface;
        keystone.settings.region = region.map(str::to_owned);
        keystone.endpoint("metering").map(|url| url.to_string()).map_err(|error| error.to_string())
    };
    assert_eq!(with(Interface::Public, Some("wlg")).unwrap(), "http://w:8777/");
    assert_eq!(with(Interface::Internal, None).unwrap(), "http://i:8777/");
    assert!(with(Interface::Public, None).unwrap_err().ends_with("choose one with openstack.region: akl, wlg"));
    let none = with(Interface::Public, Some("dud")).unwrap_err();
    assert!(
        none.contains("no metering service with the interface public in the region dud (it has it in akl, wlg)"),
        "{none}"
    );
    assert!(with(Interface::Admin, None).unwrap_err().contains("openstack.ceilometer_url"));
}

#[test]
fn a_keystone_asked_by_https_may_name_http_only_where_that_is_allowed() {
    let at = |url: &str, change: fn(&mut OpenStack)| {
        let mut settings = settings(&"https://keystone.example.org/".parse().unwrap(), "v3");
        change(&mut settings);
        let metering = |interface| catalog::Endpoint {
            service: "metering".to_owned(),
            interface,
            region: "akl".to_owned(),
            url: url.to_owned(),
        };
        let found = catalog::find(&[metering("public")], "metering", Interface::Public, &settings);
        found.map(|url| url.to_string()).map_err(|error| error.to_string())
    };
    let as_it_is = |_: &mut OpenStack| {};
    let refused = at("http://joe:sesame@c:8777/", as_it_is).unwrap_err();
    assert!(refused.contains("is at http://c:8777/, to which a token would go readable"), "{refused}");
    assert!(refused.ends_with("or set openstack.allow_http: true"), "{refused}");
    for url in ["https://c:8777/", "http://127.0.0.1:8777/", "http://[::1]:8777/", "http://localhost:8777/"] {
        assert_eq!(at(url, as_it_is).unwrap(), url);
    }
    assert!(at("http://127.0.0.1.example.org/", as_it_is).is_err());
    assert!(at("http://c:8777/", |settings| settings.allow_http = true).is_ok());
    let by_http =
        |settings: &mut OpenStack| settings.authentication_url = "http://keystone.example.org/".parse().unwrap();
    assert!(at("http://c:8777/", by_http).is_ok());
    assert!(at("ftp://c:8777/", by_http).unwrap_err().contains("is none"));
}

#[test]
fn a_refused_token_is_renewed_once() {
    let lists = AtomicUsize::new(0);
    let server = Canned::new(move |request| match request.split(' ').nth(1).unwrap() {
        "/v3/auth/tokens" => v3_token(),
        _ if lists.fetch_add(1, Ordering::SeqCst) == 0 => answer("401 Unauthorized", "", "{}"),
        _ => body(r#"{"projects": [], "links": {"next": null}}"#),
    });
    assert!(log_in(&server, "v3").unwrap().projects().unwrap().is_empty());
    assert_eq!(server.asked().iter().filter(|asked| asked.starts_with("POST")).count(), 2);

    let server = Canned::new(|request| match request.starts_with("POST") {
        true => v3_token(),
        false => answer("401 Unauthorized", "", r#"{"error": {"message": "It requires authentication."}}"#),
    });
    let says = log_in(&server, "v3").unwrap().projects().err().unwrap().to_string();
    assert!(says.contains("401 Unauthorized: It requires authentication."), "{says}");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn pages_that_go_round_in_circles_end() {
    let server = Canned::new(|request| match request.starts_with("POST") {
        true => v3_token(),
        false => body(r#"{"projects": [], "links": {"next": "http://elsewhere:1/v3/projects?marker=1"}}"#),
    });
    let says = log_in(&server, "v3").unwrap().projects().err().unwrap().to_string();
    assert!(says.contains("the pages of its projects do not end"), "{says}");
}

#[test]
fn what_is_no_keystone_says_so() {
    for (status, content, expected) in [
        ("200 OK", "<html>It works!</html>", "is openstack.authentication_url right? With /v3 or /v2.0 at its end"),
        ("404 Not Found", "", "404 Not Found; is openstack.authentication_url right?"),
        ("200 OK", r#"{"versions": [{"id": "v4.0"}]}"#, "offers v4.0, and artifice speaks v3 and v2.0"),
        ("200 OK", "[]", "offers no version"),
    ] {
        let server = Canned::new(move |_| answer(status, "", content));
        let says = log_in(&server, "").err().unwrap();
        assert!(says.contains(expected), "{says}");
    }
    let server = Canned::new(|_| answer("201 Created", "", V3));
    assert!(log_in(&server, "v3").err().unwrap().contains("there is no token in the answer"));
    let server = Canned::new(|_| answer("201 Created", "X-Subject-Token: token-3\r\n", "{}"));
    assert!(log_in(&server, "v3").err().unwrap().contains("missing field"));
}
