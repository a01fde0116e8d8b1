//! What servers and backends say.

use artifice_tests::odoo::{Does, Fault, Odoo, Trouble, Version};
use artifice_tests::openstack::{Identity, OpenStack, Response, Server};
use artifice_tests::{Cloud, Erp, Vm};
use serde_json::json;

use super::{long, signs, told, wrong};

#[test]
fn what_a_service_of_the_cloud_says_is_shown_without_harm() {
    let mut found = Vec::new();
    let texts = [signs(), long()];
    for text in &texts {
        for status in [200, 302, 401, 403, 404, 410, 500] {
            for shape in 0..3 {
                let text = text.clone();
                let parrot = Server::start(move |_| {
                    let body = [
                        json!({"error": {"message": text}, "versions": [{"id": text}], "links": {"next": text}}),
                        json!({"error_message": {"faultstring": text}}),
                        json!([{"groupby": {"project_id": text}, "count": 1, "name": text, "project_id": text}]),
                    ];
                    let mut response = Response::json(status, &body[shape]);
                    response.headers.push(("Location".to_owned(), "http://x/\u{7f}".to_owned()));
                    response
                });
                let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
                openstack.project("demo", "demo");
                openstack.serve(&cloud);
                cloud.set("openstack", &openstack.section(&format!(", ceilometer_url: '{}'", parrot.url())));
                found.extend(wrong("Ceilometer", &cloud.run("-vv usage --month 2013-08")));
                cloud.set("openstack", &openstack.section("").replace(&openstack.keystone.url(), &parrot.url()));
                found.extend(wrong("Keystone", &cloud.run("-v --log-format json config check --online")));
            }
        }
        let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
        openstack.catalog_says(text);
        openstack.serve(&cloud);
        found.extend(wrong("the catalog", &cloud.run("-vv usage --month 2013-08")));
    }
    told("services", texts.len() * 7 * 3 * 2 + 2, 1, &found);
}

#[test]
fn what_an_erp_says_is_stored_and_shown_without_harm() {
    let mut found = Vec::new();
    for text in [signs(), long()] {
        for (call, fault) in [
            ("authenticate", Fault::User(text.clone())),
            ("account.move", Fault::User(text.clone())),
            ("account.move", Fault::Server(format!("Traceback (most recent call last):\n  x\n{text}"))),
            ("", Fault::User(text.clone())),
        ] {
            let (cloud, odoo) = (Cloud::new(), Odoo::for_billing(Version::Odoo16, &["demo"]));
            cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 3));
            odoo.serve(&cloud, "");
            odoo.trouble(Trouble::at(call, Does::Fails(fault)));
            for arguments in [
                "-vv bill --month 2013-08",
                "--log-format json bill --month 2013-08 --format json",
                "statement list",
                "statement show 1",
                "statement show 1 --format json",
                "config check --online",
            ] {
                found.extend(wrong("an ERP's fault", &cloud.run(arguments)));
            }
        }
    }
    told("an ERP", 8, 6, &found);
}

#[test]
fn a_reason_and_a_receipt_are_shown_without_harm() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 3));
    Erp::of(&cloud, "");
    cloud.bill("--month 2013-08").done();
    let mut found = Vec::new();
    let voided = artifice_tests::Ran::of(cloud.command("statement void 1 --reason").arg(signs()));
    found.extend(wrong("a reason", &voided));
    for arguments in ["statement show 1", "statement show 2", "statement list", "statement show 1 --format json"] {
        found.extend(wrong("a reason", &cloud.run(arguments)));
    }
    told("a reason", 1, 5, &found);
}
