//! Keystones that answer as recorded, and some that do not.

use std::sync::atomic::{AtomicUsize, Ordering};

use std::time::Duration;

use artifice_settings::{Document, Secret};
use serde_json::json;

use super::*;
use crate::http::Tls;
use crate::http::canned::{Canned, answer, recorded};
use crate::openstack::credentials::{Application, Domain, Origin, Scope, User};
use crate::openstack::settings::Interface;

const PASSWORD: &str = "not-to-be-seen";

fn settings(url: &Url, path: &str) -> OpenStack {
    OpenStack::of_password(url.join(path).unwrap(), "billing", PASSWORD, "service")
}

fn http() -> Http {
    Http::new(SUBJECT, &Tls::default(), Duration::from_secs(10)).unwrap()
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
        "/v3/projects?limit=500" => first.clone(),
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

/// Logs in to a Keystone that answers as it was recorded, and answers what it was asked.
fn asked_of(name: &str, with: Credentials) -> Option<(Value, Identity)> {
    let token = recorded(&format!("keystone/{name}.json"))?;
    let server = Canned::new(move |_| token.clone());
    let settings = OpenStack { credentials: with, ..settings(&server.url, "v3") };
    let keystone = Keystone::log_in(&http(), &settings).map_err(|error| error.to_string()).unwrap();
    let mut asked: Value = serde_json::from_str(server.requests()[0].lines().last().unwrap()).unwrap();
    Some((asked["auth"].take(), keystone.identity()))
}

#[test]
fn recorded_ways_to_log_in_are_asked_for_as_they_were() {
    let secret = || Secret::new(PASSWORD.to_owned());
    let user = || User::Name("billing".to_owned(), Domain::Name("Default".to_owned()));
    let application = |which| Credentials::Application { which, secret: secret() };
    let by_id = application(Application::Id("03af".to_owned()));
    let Some((asked, identity)) = asked_of("36-token-application-credential-id", by_id) else { return };
    let credential = json!({ "id": "03af", "secret": PASSWORD });
    assert_eq!(
        asked,
        json!({ "identity": { "methods": ["application_credential"], "application_credential": credential } })
    );
    assert_eq!(
        identity.to_string(),
        "billing (Default) to the project service (Default), with the roles admin, manager, reader, member"
    );

    let by_name = application(Application::Name("artifice".to_owned(), user()));
    let (asked, _) = asked_of("37-token-application-credential-name", by_name).unwrap();
    let credential = json!({ "name": "artifice", "secret": PASSWORD, "user": { "name": "billing", "domain": { "name": "Default" } } });
    assert_eq!(asked["identity"]["application_credential"], credential);
    assert!(asked.get("scope").is_none());

    let system = Credentials::Password { user: user(), password: secret(), scope: Scope::System };
    let (asked, identity) = asked_of("30-token-system-scope", system).unwrap();
    assert_eq!(asked["scope"], json!({ "system": { "all": true } }));
    assert_eq!(identity.to_string(), "billing (Default) to the system, with the role reader");

    let scope = Scope::ProjectId("ecb4".to_owned());
    let (asked, identity) = asked_of("39-token-rescope", Credentials::Token { token: secret(), scope }).unwrap();
    let token = json!({ "methods": ["token"], "token": { "id": PASSWORD } });
    assert_eq!(asked, json!({ "identity": token, "scope": { "project": { "id": "ecb4" } } }));
    assert_eq!(identity.scope, "the project service (Default)");
}

#[test]
fn what_v2_cannot_do_is_said_before_it_is_asked() {
    let secret = || Secret::new(PASSWORD.to_owned());
    let user = || User::Id("1".to_owned());
    let server = Canned::new(|_| body(r#"{"access": {"token": {"id": "t"}}}"#));
    let says = |credentials| {
        let settings = OpenStack { credentials, ..settings(&server.url, "v2.0") };
        Keystone::log_in(&http(), &settings).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let application = Credentials::Application { which: Application::Id("1".to_owned()), secret: secret() };
    assert!(
        says(application).contains("and not application credentials and tokens; write openstack.authentication_url")
    );
    let system = Credentials::Password { user: user(), password: secret(), scope: Scope::System };
    assert!(says(system).contains("and not domains and the system"));
    assert!(server.asked().is_empty());
    let by_ids = Credentials::Password { user: user(), password: secret(), scope: Scope::ProjectId("2".to_owned()) };
    assert_eq!(says(by_ids), "");
    let sent: Value = serde_json::from_str(server.requests()[0].lines().last().unwrap()).unwrap();
    assert_eq!((&sent["auth"]["passwordCredentials"]["userId"], &sent["auth"]["tenantId"]), (&"1".into(), &"2".into()));
}

#[test]
fn refusals_name_what_may_be_wrong_where_it_stands() {
    let Some(refused) = recorded("keystone/38-token-401-application-credential.json") else { return };
    let server = Canned::new(move |_| refused.clone());
    let cloud = Origin::Cloud { name: "prod".to_owned(), file: "/etc/openstack/clouds.yaml".into() };
    let secret = || Secret::new(PASSWORD.to_owned());
    let application = || Credentials::Application { which: Application::Id("03af".to_owned()), secret: secret() };
    let user = || User::Name("billing".to_owned(), Domain::Name("Default".to_owned()));
    let of_domain = Scope::Domain(Domain::Id("d".to_owned()));
    for (credentials, origin, expected) in [
        (
            application(),
            cloud.clone(),
            "the application credential 03af (|application_credential_id of the cloud prod in /etc/openstack/clouds.yaml, its secret",
        ),
        (application(), Origin::Environment, "03af (|OS_APPLICATION_CREDENTIAL_ID, its secret"),
        (
            Credentials::Password { user: user(), password: secret(), scope: of_domain },
            Origin::Environment,
            "billing to the domain d (|OS_USERNAME, OS_PASSWORD, OS_DOMAIN_NAME, or a domain",
        ),
        (
            Credentials::Token { token: secret(), scope: Scope::System },
            cloud,
            "the token's owner to the system (|has expired or was revoked",
        ),
    ] {
        let settings = OpenStack { credentials, origin, ..settings(&server.url, "v3") };
        let says = Keystone::log_in(&http(), &settings).err().unwrap().to_string();
        let (who, what) = expected.split_once('|').unwrap();
        assert!(says.starts_with("Keystone refuses to log in ") && says.contains(who) && says.contains(what), "{says}");
        assert!(!says.contains(PASSWORD));
    }
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
        "/identity/v3/projects?limit=500" => refused.clone(),
        "/identity/v3/auth/projects?limit=500" => own.clone(),
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
fn a_token_is_renewed_before_it_ends() {
    let count = AtomicUsize::new(0);
    let server = Canned::new(move |request| match request.starts_with("POST") {
        true => {
            let token = count.fetch_add(1, Ordering::SeqCst);
            let v3 = r#"{"token": {"issued_at": "2026-11-22T10:00:00.000000Z", "expires_at": "2026-11-22T10:00:00.200000Z"}}"#;
            answer("201 Created", &format!("X-Subject-Token: token-{token}\r\n"), v3)
        }
        false => body(r#"{"projects": [], "links": {"next": null}}"#),
    });
    let keystone = log_in(&server, "v3").unwrap();
    keystone.projects().unwrap();
    std::thread::sleep(Duration::from_millis(120));
    keystone.projects().unwrap();
    let tokens: Vec<String> = server.requests().iter().filter(|request| request.starts_with("GET")).cloned().collect();
    assert!(tokens[1].contains("x-auth-token: token-") && !tokens[1].contains("token-0"), "{tokens:?}");
}

#[test]
fn one_logs_in_again_for_all_who_wait_for_it() {
    let server = Canned::new(|_| {
        std::thread::sleep(Duration::from_millis(100));
        v3_token()
    });
    let keystone = log_in(&server, "v3").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| keystone.renew().unwrap());
        }
    });
    // Who comes when it is done already cannot know that.
    assert!(server.asked().len() < 1 + 8, "{:?}", server.asked());
}

#[test]
fn domains_have_names_where_somebody_is_chosen_by_them() {
    let names = ["28-token-billing-service-project", "31-projects-list-system-reader", "15-domains-list"];
    let files: Vec<_> = names.iter().filter_map(|name| recorded(&format!("keystone/{name}.json"))).collect();
    let [token, projects, domains] = &files[..] else { return };
    for may_list in [true, false] {
        let [token, projects, domains] = [token, projects, domains].map(Vec::clone);
        let server = Canned::new(move |request| match request.split(' ').nth(1).unwrap() {
            "/v3/auth/tokens" => token.clone(),
            "/v3/projects?limit=500" => projects.clone(),
            "/v3/domains?limit=500" if may_list => domains.clone(),
            "/v3/domains?limit=500" => answer("403 Forbidden", "", "{}"),
            other => panic!("{other}"),
        });
        let document = Document::configuration("c.yaml", "include: {domain: corp}".to_owned()).unwrap();
        let tenants = crate::choice::read(document.root().map().unwrap());
        let settings = OpenStack { tenants, ..settings(&server.url, "v3") };
        let projects = Keystone::log_in(&http(), &settings).unwrap().projects().unwrap();
        let of = |name: &str| projects.iter().find(|project| project.name.as_deref() == Some(name)).unwrap();
        let domain = of("initech").domain.as_ref().unwrap();
        assert_eq!(domain.name.as_deref(), may_list.then_some("corp"));
        assert_eq!(of("initech").tags.as_deref(), Some(&["billable".to_owned()][..]));
        assert!(!of("closed").enabled && of("idle").enabled);
    }
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

#[test]
fn projects_come_page_by_page_and_not_without_end() {
    // Each page has somebody new, and one after it.
    let pages = AtomicUsize::new(0);
    let page = move |_: &str| {
        let number = pages.fetch_add(1, Ordering::SeqCst);
        let names: Vec<String> =
            (0..100).map(|name| format!(r#"{{"id": "{number}-{name}", "name": "{}"}}"#, "n".repeat(40_000))).collect();
        body(&format!(r#"{{"projects": [{}], "links": {{"next": "/v3/projects?marker={number}"}}}}"#, names.join(",")))
    };
    let server = Canned::new(move |request| match request.split(' ').nth(1).unwrap() {
        "/v3/auth/tokens" => v3_token(),
        path => page(path),
    });
    let says = log_in(&server, "v3").unwrap().projects().unwrap_err().to_string();
    assert!(says.contains("the pages of its projects do not end"), "{says}");
    assert!(server.asked().len() < 30, "{} pages were asked for", server.asked().len());
}

#[test]
fn a_page_that_brings_nobody_is_the_last_one() {
    let asked = AtomicUsize::new(0);
    let server = Canned::new(move |request| match request.split(' ').nth(1).unwrap() {
        "/v3/auth/tokens" => v3_token(),
        _ => {
            let number = asked.fetch_add(1, Ordering::SeqCst);
            body(&format!(r#"{{"projects": [], "links": {{"next": "/v3/projects?marker={number}"}}}}"#))
        }
    });
    let says = log_in(&server, "v3").unwrap().projects().unwrap_err().to_string();
    assert!(says.contains("the pages of its projects do not end") && server.asked().len() == 2, "{says}");
}

#[test]
fn what_stands_beside_the_projects_is_not_kept() {
    let beside = format!(r#""links": {{"next": null, "odd": [{}[]]}}"#, "[],".repeat(100_000));
    let server = Canned::new(move |request| match request.split(' ').nth(1).unwrap() {
        "/v3/auth/tokens" => v3_token(),
        _ => body(&format!(
            r#"{{"projects": [{{"id": "p\ud800", "odd": [{{}}]}}, {{"id": "q", "name": ""}}], {beside}}}"#
        )),
    });
    let projects = log_in(&server, "v3").unwrap().projects().unwrap();
    let ids: Vec<_> = projects.iter().map(|project| (project.id.as_str(), project.name.as_deref())).collect();
    assert_eq!(ids, [("p\0", None), ("q", None)]);
}
