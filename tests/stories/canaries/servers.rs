//! Servers that repeat what they were sent, and that show secrets of others: whatever they answer, in whatever shape.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use artifice_tests::canary::{Canary, Watch};
use artifice_tests::killing::for_all;
use artifice_tests::odoo::{self, write_answer};
use artifice_tests::openstack::{Identity, OpenStack, PASSWORD, Request, Response, Server, TOKEN};
use artifice_tests::{Cloud, Ran, Vm};
use serde_json::json;

use super::told;

/// Who answers badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    KeystoneV3,
    KeystoneV2,
    /// Keystone, once it has let one in.
    Projects,
    Ceilometer,
    Erp,
    /// The ERP, once it has said which release it is.
    ErpLater,
}

const ALL: [Who; 6] = [Who::KeystoneV3, Who::KeystoneV2, Who::Projects, Who::Ceilometer, Who::Erp, Who::ErpLater];

const STATUSES: [u16; 12] = [200, 201, 300, 302, 400, 401, 403, 404, 410, 418, 500, 503];

/// A body: what it is called, and what it is of the echoes of what was sent, and of a secret of somebody else's.
type Shape = (&'static str, fn(&str, &str) -> Response);

const SHAPES: [Shape; 13] = [
    ("Keystone's error", |echo, _| Response::json(0, json!({"error": {"code": 1, "title": echo, "message": echo}}))),
    ("Ceilometer's error", |echo, _| Response::json(0, json!({"error_message": {"faultstring": echo}}))),
    ("JSON of another shape", |echo, other| Response::json(0, json!({"access": {"token": {"key": other}}, "x": echo}))),
    ("JSON of another type", |_, other| Response::json(0, json!({"token": other, "access": other, "projects": other}))),
    ("a list", |echo, other| Response::json(0, json!([other, echo]))),
    ("a list of objects", |_, other| Response::json(0, json!([{"project_id": {"x": other}, "counter_name": [other]}]))),
    ("a text of JSON", |_, other| Response::json(0, json!(other))),
    ("no JSON", |echo, other| Response::json(0, format!("{{\"token\": \"{other}\" {echo}"))),
    ("a page", |echo, other| {
        typed("text/html", format!("<!DOCTYPE html><title>{other}</title><h1>{echo}</h1>{other}"))
    }),
    ("a text", |echo, other| typed("text/plain", format!("{other}\n{echo}"))),
    ("a fault", |echo, _| typed("text/xml", write_answer(&Err((odoo::Value::Int(1), format!("{echo}\n{echo}")))))),
    ("XML-RPC of another type", |_, other| {
        typed(
            "text/xml",
            format!(
                "<methodResponse><params><param><value><int>{other}</int></value></param></params></methodResponse>"
            ),
        )
    }),
    ("XML with other names", |echo, other| typed("text/xml", format!("<{other}><value>{echo}</{other}></value>"))),
];

fn typed(kind: &str, body: String) -> Response {
    let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
    Response { status: 200, headers, body: body.into_bytes(), ..Response::default() }
}

/// What it answers to everything now: the status, the shape, and whether the connection breaks in it.
type Now = Arc<Mutex<(u16, usize, bool)>>;

struct Scene {
    who: Who,
    cloud: Cloud,
    now: Now,
    watch: Watch,
    /// They answer as long as the scene lasts.
    _servers: (Server, Option<OpenStack>),
}

/// The secret of somebody else, which a server shows.
fn of_another(who: Who) -> Canary {
    Canary::at(format!("a secret of somebody else's that {who:?} knows"))
}

impl Scene {
    fn of(who: Who) -> Scene {
        let cloud = Cloud::new();
        cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 2));
        let sent = match who {
            // They know the token of somebody who has logged in, and by that his password.
            Who::Projects | Who::Ceilometer => Canary::of_text("openstack.password", PASSWORD),
            _ => Canary::at(format!("the password that {who:?} is sent")).odd(),
        };
        let now: Now = Arc::new(Mutex::new((200, 0, false)));
        let (doing, password, other) = (now.clone(), sent.clone(), of_another(who));
        let answer = Arc::new(move |request: &Request| {
            let (status, shape, truncated) = *doing.lock().unwrap();
            // It knows its tokens, and the password where that is what it was sent.
            let mut echoes: Vec<String> = password.echoes().into_iter().map(|(_, echo)| echo).collect();
            echoes.extend(request.token.clone());
            if who == Who::ErpLater && request.body.contains("<methodName>version") {
                let release = odoo::record([("server_version", "16.0".into())]);
                return typed("text/xml", write_answer(&Ok(odoo::Value::Struct(release))));
            }
            let mut response = SHAPES[shape].1(&echoes.join(" "), &other.text());
            (response.status, response.truncated) = (status, truncated);
            let elsewhere = format!("http://x:{other}@elsewhere.invalid/{other}?token={other}#{other}");
            response.headers.push(("Location".to_owned(), elsewhere));
            response.headers.push(("Set-Cookie".to_owned(), format!("session={other}")));
            response.headers.push(("WWW-Authenticate".to_owned(), format!("Basic realm=\"{other}\"")));
            response
        });
        let repeating = answer.clone();
        let parrot = Server::start(move |request| repeating(request));
        let mut canaries = vec![sent.clone(), of_another(who)];
        let openstack = match who {
            Who::Erp | Who::ErpLater => {
                artifice_tests::plugin("billing_openerp");
                cloud.set("main", "{invoice:object: billing.openerp:OpenERP}");
                let settings =
                    format!("url: '{}', database: x, username: y, password: '{}'", parrot.url(), quoted(&sent));
                cloud.set("invoice:config", &format!("{{{settings}}}"));
                None
            }
            Who::KeystoneV3 | Who::KeystoneV2 => {
                let version = if who == Who::KeystoneV3 { "v3" } else { "v2.0" };
                let url = format!("{}/{version}", parrot.url());
                cloud.set("source", "{kind: ceilometer}");
                cloud.set("openstack", &section(&url, &quoted(&sent), ""));
                None
            }
            Who::Projects | Who::Ceilometer => {
                let openstack = OpenStack::new(Identity::V3);
                openstack.project("demo", "demo").meter(Vm::of("demo", "vm").active("2013-08-05", 2));
                // The token is as secret as the password.
                canaries.push(Canary::of_text("the token of a log-in", TOKEN));
                cloud.set("source", "{kind: ceilometer}");
                let more = if who == Who::Ceilometer {
                    format!(", ceilometer_url: '{}'", parrot.url())
                } else {
                    String::new()
                };
                cloud.set("openstack", &section(&openstack.keystone.url(), PASSWORD, &more));
                if who == Who::Projects {
                    openstack.projects_from(move |request| answer(request));
                }
                Some(openstack)
            }
        };
        let watch = Watch::new(canaries, &[]);
        Scene { who, cloud, now, watch, _servers: (parrot, openstack) }
    }

    /// Has it answer so, and runs a command.
    fn run(&self, status: u16, shape: usize, truncated: bool, arguments: &str) -> Ran {
        *self.now.lock().unwrap() = (status, shape, truncated);
        self.cloud.run(arguments)
    }

    fn command(&self) -> &'static str {
        if matches!(self.who, Who::Erp | Who::ErpLater) { "bill --month 2013-08" } else { "usage --month 2013-08" }
    }
}

fn quoted(canary: &Canary) -> String {
    canary.text().replace('\'', "''")
}

fn section(url: &str, password: &str, more: &str) -> String {
    format!(
        "{{authentication_url: '{url}', default_tenant: service, username: billing, password: '{password}', timeout: 5s{more}}}"
    )
}

#[test]
fn no_answer_of_any_server_gives_a_secret_away() {
    let (leaks, cases) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    for_all(&ALL, 3, |who| {
        let scene = Scene::of(*who);
        for (index, (what, _)) in SHAPES.iter().enumerate() {
            for (turn, status) in STATUSES.into_iter().enumerate() {
                // What is tried again takes its time, and is told the same way as the rest: some of it will do.
                let is_erp = matches!(who, Who::Erp | Who::ErpLater);
                let is_tried_again =
                    turn == 1 || status == 503 || is_erp && matches!(status, 300 | 400 | 410 | 418 | 500);
                if is_tried_again && index % 6 != turn % 6 {
                    continue;
                }
                cases.fetch_add(1, Ordering::Relaxed);
                let form = ["-vv", "--log-format json -vv"][(index + turn) % 2];
                let ran = scene.run(status, index, turn == 1, &format!("{form} {}", scene.command()));
                assert!(ran.signal.is_none() && !ran.err.contains("panicked"), "{who:?} {status} {what}: {ran:#?}");
                let found = scene.watch.leaks(&ran);
                let found =
                    found.into_iter().map(|leak| format!("{who:?} {status} {what}: {leak}: {}", ran.err.trim_end()));
                leaks.lock().unwrap().extend(found);
            }
        }
        for arguments in
            ["config check --online", "statement list", "statement list --format json", "db verify --format json"]
        {
            let ran = scene.run(500, 0, false, arguments);
            leaks.lock().unwrap().extend(scene.watch.leaks(&ran));
        }
        leaks.lock().unwrap().extend(scene.watch.leaks_of(&scene.cloud));
    });
    let outputs = ["standard output", "standard error", "the log as JSON", "the ledger with its trail", "files"];
    let echoes = of_another(Who::Erp).echoes().len();
    println!("each echo in {echoes} writings, and a secret of another's in the body and in 3 headers");
    told("servers", ALL.len(), cases.into_inner(), &outputs, &leaks.into_inner().unwrap());
}

#[test]
fn what_a_catalog_says_of_addresses_is_not_shown() {
    let canary = Canary::at("an address of the catalog");
    let watch = Watch::new([canary.clone()], &[]);
    let mut leaks = Vec::new();
    for identity in [Identity::V3, Identity::V2] {
        for form in [
            "http://u:{}@{host}",
            "http://{host}/?token={}",
            "http://{host}/#{}",
            "ftp://{}@{host}",
            "{}",
            "http://[{}",
        ] {
            let (cloud, openstack) = (Cloud::new(), OpenStack::new(identity));
            openstack.project("demo", "demo");
            let host = openstack.ceilometer.url().replace("http://", "");
            openstack.catalog_says(&form.replace("{}", &canary.text()).replace("{host}", &host));
            openstack.serve(&cloud);
            for arguments in ["-vv usage --month 2013-08", "-vv --log-format json config check --online"] {
                let ran = cloud.run(arguments);
                leaks.extend(
                    watch.leaks(&ran).into_iter().map(|leak| format!("{form}: {leak}: {}", ran.err.trim_end())),
                );
            }
        }
    }
    told("the catalog", 6, 24, &["standard output", "standard error", "the log as JSON"], &leaks);
}
