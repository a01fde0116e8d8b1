//! What happens around documents: logging in once, writing again, comparing, prices.

use artifice_tests::odoo::{VERSIONS, Version};

use super::{AUGUST, running};

#[test]
fn many_statements_take_one_login() {
    for version in VERSIONS {
        let names: Vec<String> = (0..12).map(|number| format!("tenant-{number:02}")).collect();
        let tenants: Vec<&str> = names.iter().map(String::as_str).collect();
        let (cloud, odoo) = running(version, &tenants);
        assert_eq!(cloud.bill(AUGUST).done().bills().len(), 12);
        odoo.has_each_statement_once(&cloud, 12);
        assert_eq!(odoo.logins(), 1);
    }
}

#[test]
fn regenerating_creates_nothing_and_answers_what_is_there() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        let receipt = cloud.bill(AUGUST).done().bill_of("demo").receipt().to_owned();
        let before = odoo.documents();
        odoo.exchanges();

        let answer = cloud.run("statement regenerate 1").done();

        assert_eq!(answer.out.trim_end(), receipt);
        assert_eq!(odoo.documents(), before);
        let writes = ["create", "load", "write", "unlink", "post", "open", "button"];
        let asked = odoo.exchanges();
        let wrote = asked.iter().find(|it| writes.iter().any(|write| it.call.ends_with(write)));
        assert_eq!(wrote, None);
        odoo.has_each_statement_once(&cloud, 1);
    }
}

#[test]
fn the_check_of_the_configuration_asks_and_changes_nothing() {
    for version in VERSIONS {
        let (cloud, mut odoo) = running(version, &["demo"]);
        cloud.run("config check --online").done();
        assert!(odoo.documents().is_empty() && !odoo.exchanges().is_empty());
        odoo.stop();
        cloud.run("config check --online").failed().says("127.0.0.1");
    }
}

#[test]
fn the_ledger_is_compared_with_what_the_erp_has() {
    for version in [Version::Odoo16, Version::Odoo17] {
        let (cloud, odoo) = running(version, &["aroha", "bob"]);
        cloud.bill(AUGUST).done();
        cloud.run("db verify --backend").done();
        odoo.has_each_statement_once(&cloud, 2);
    }
}
