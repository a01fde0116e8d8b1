//! The password and the key are nobody's business.

use artifice_tests::killing::for_all;
use artifice_tests::odoo::{API_KEY, Does, Fault, PASSWORD, Trouble, Version};

use super::{AT_ONCE, AUGUST, running};

#[test]
fn they_are_in_no_output_and_in_no_log_whatever_happens() {
    let echo = "<html><title>Bad request: let-me-in-4711 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b</title></html>";
    let everything_wrong = [
        None,
        Some(Trouble::at("authenticate", Does::Answers(false.into()))),
        Some(Trouble::at("", Does::Http(502, "text/html", echo))),
        Some(Trouble::at("account.move", Does::Http(400, "text/html", echo))),
        Some(Trouble::at("account.move", Does::Fails(Fault::Server(format!("KeyError: '{PASSWORD} {API_KEY}'"))))),
        Some(Trouble::at("account.move", Does::CutAnswer(30))),
        Some(Trouble::at("authenticate", Does::Fails(Fault::User(format!("who is {PASSWORD} {API_KEY}?"))))),
    ];
    for_all(&everything_wrong, AT_ONCE, |trouble| {
        for (version, secret) in
            [(Version::Odoo17, PASSWORD), (Version::Odoo16, API_KEY), (Version::OpenErp7, PASSWORD)]
        {
            let (cloud, odoo) = running(version, &["demo"]);
            cloud.set("invoice:config", &odoo.settings("").replace(PASSWORD, secret));
            if let Some(trouble) = trouble.clone() {
                odoo.trouble(trouble);
            }
            for command in ["-vv bill --format json", "-vv --log-format json bill", "-vv config check --online"] {
                let period = if command.contains("check") { "" } else { AUGUST };
                let ran = cloud.run(&format!("{command} {period}"));
                assert!(!ran.err.contains(secret) && !ran.out.contains(secret), "{trouble:?} {ran:#?}");
                assert!(!ran.err.contains("panicked"), "{ran:#?}");
            }
            assert!(!cloud.has_ledger() || !cloud.ledger().contains(secret), "{trouble:?}");
        }
    });
}

#[test]
fn an_api_key_serves_as_the_password() {
    let (cloud, odoo) = running(Version::Odoo17, &["demo"]);
    cloud.write("key", format!("{API_KEY}\n"));
    let settings = odoo.settings("").replace(&format!("password: '{PASSWORD}'"), "password_file: key");
    cloud.set("invoice:config", &settings);
    cloud.bill(AUGUST).done();
    odoo.has_each_statement_once(&cloud, 1);
}
