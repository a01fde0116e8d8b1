//! Something is wrong in the ERP: one clear error says what to do, the statement waits, and is sent after the repair.

use artifice_tests::Cloud;
use artifice_tests::killing::for_all;
use artifice_tests::odoo::{Does, Odoo, Trouble, VERSIONS, Value, Version};

use super::{AT_ONCE, AUGUST, running};

/// It fails with all of these words, leaves no posted document, and is finished once that is repaired. Where the run
/// cannot even begin, nothing is stored.
#[track_caller]
fn until_repaired(cloud: &Cloud, odoo: &Odoo, says: &[&str], repair: impl FnOnce()) {
    let failed = cloud.bill(AUGUST);
    assert!(matches!(failed.status, Some(1 | 2)), "{failed:#?}");
    for text in says {
        assert!(failed.err.to_lowercase().contains(&text.to_lowercase()), "'{text}' is not in {failed:#?}");
    }
    assert!(!failed.err.contains("panicked") && failed.err.len() < 3000, "{failed:#?}");
    if failed.status == Some(1) {
        assert_eq!(cloud.statuses(), ["pending"], "{failed:#?}");
    }
    assert!(odoo.documents().iter().all(|it| !it.is_posted()), "{failed:#?}");
    repair();
    cloud.bill(AUGUST).done();
    odoo.has_each_statement_once(cloud, 1);
}

#[track_caller]
fn in_every_version(says: &[&str], wrong: impl Fn(&Cloud, &Odoo) + Sync, repair: impl Fn(&Cloud, &Odoo) + Sync) {
    for_all(&VERSIONS, AT_ONCE, |version| {
        let (cloud, odoo) = running(*version, &["demo"]);
        wrong(&cloud, &odoo);
        until_repaired(&cloud, &odoo, says, || repair(&cloud, &odoo));
    });
}

fn settings(cloud: &Cloud, odoo: &Odoo, from: &str, to: &str) {
    cloud.set("invoice:config", &odoo.settings("").replace(from, to));
}

#[test]
fn the_password_is_wrong() {
    in_every_version(
        &["admin", "password"],
        |cloud, odoo| settings(cloud, odoo, "let-me-in-4711", "wrong"),
        |cloud, odoo| odoo.serve(cloud, ""),
    );
}

#[test]
fn the_database_is_not_there() {
    in_every_version(
        &["nosuch", "database"],
        |cloud, odoo| settings(cloud, odoo, "database: erp", "database: nosuch"),
        |cloud, odoo| odoo.serve(cloud, ""),
    );
}

#[test]
fn the_user_may_not_invoice() {
    in_every_version(
        &["nobody", "Invoicing"],
        |cloud, odoo| settings(cloud, odoo, "username: admin", "username: nobody"),
        |cloud, odoo| odoo.serve(cloud, ""),
    );
}

#[test]
fn a_user_with_invoicing_rights_is_enough() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        settings(&cloud, &odoo, "username: admin", "username: limited");
        cloud.bill(AUGUST).done();
        odoo.has_each_statement_once(&cloud, 1);
    }
}

#[test]
fn the_journal_is_not_there() {
    in_every_version(
        &["journal", "NOPE"],
        |cloud, odoo| odoo.serve(cloud, ", journal: NOPE"),
        |cloud, odoo| odoo.serve(cloud, ""),
    );
}

#[test]
fn there_is_no_sales_journal_at_all() {
    let journals = |odoo: &Odoo, active: bool| {
        odoo.with(|tables| {
            for journal in tables.ids("account.journal") {
                if tables.text("account.journal", journal, "code") == "INV" {
                    tables.set("account.journal", journal, "active", active);
                }
            }
        });
    };
    for version in [Version::Odoo16, Version::Odoo17] {
        let (cloud, odoo) = running(version, &["demo"]);
        journals(&odoo, false);
        until_repaired(&cloud, &odoo, &["journal"], || journals(&odoo, true));
    }
}

#[test]
fn the_customer_is_not_there() {
    in_every_version(
        &["demo", "res.partner"],
        |_, odoo| {
            odoo.with(|tables| {
                let id = tables.find("res.partner", "ref", "demo").unwrap();
                tables.set("res.partner", id, "ref", "somebody else");
            })
        },
        |_, odoo| {
            odoo.customer("demo");
        },
    );
}

#[test]
fn the_product_is_archived() {
    let set = |odoo: &Odoo, active: bool| {
        odoo.with(|tables| {
            let id = tables.find("product.product", "default_code", "m1.nano").unwrap();
            tables.set("product.product", id, "active", active);
        });
    };
    in_every_version(&["m1.nano", "archived"], |_, odoo| set(odoo, false), |_, odoo| set(odoo, true));
}

#[test]
fn the_currency_is_not_in_use() {
    in_every_version(&["NZD", "activ"], |_, odoo| odoo.currency("NZD", false), |_, odoo| odoo.currency("NZD", true));
}

#[test]
fn a_locked_period_is_told_before_anything_is_posted() {
    // Odoo would book it in another period, and say nothing.
    for version in [Version::Odoo16, Version::Odoo17] {
        let (cloud, odoo) = running(version, &["demo"]);
        let lock = |day: Value| odoo.with(|tables| tables.set("res.company", 1, "fiscalyear_lock_date", day));
        lock("2013-08-31".into());
        until_repaired(&cloud, &odoo, &["lock", "2013-08-31"], || lock(false.into()));
        assert_eq!(odoo.documents()[0].booked, "2013-08-31");
    }
}

#[test]
fn a_customer_reference_that_somebody_else_uses_twice_is_not_guessed_at() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["demo"]);
        odoo.create("res.partner", [("name", "Another".into()), ("ref", "demo".into())]);
        cloud.bill(AUGUST).failed().says("demo");
        assert!(odoo.documents().is_empty());
        assert_eq!(cloud.statuses(), ["pending"]);
    }
}

/// An answer that is none, to every call whose name has that in it.
#[track_caller]
fn answered_badly(version: Version, at: &str, does: Does, says: &[&str]) {
    let (cloud, odoo) = running(version, &["demo"]);
    odoo.serve(&cloud, ", most_bytes: 1000000, timeout_s: 3");
    odoo.trouble(Trouble::at(at, does));
    let failed = cloud.bill(AUGUST);
    assert!(matches!(failed.status, Some(1 | 2)), "{failed:#?}");
    for text in says {
        assert!(failed.err.contains(text), "'{text}' is not in {failed:#?}");
    }
    assert!(!failed.err.contains("panicked") && failed.err.len() < 3000, "{failed:#?}");
    odoo.no_trouble();
    cloud.bill(AUGUST).done();
    odoo.has_each_statement_once(&cloud, 1);
}

#[test]
fn answers_without_an_end_or_a_bottom_are_bounded() {
    let bad = [
        (Does::Huge, vec!["bytes"]),
        (Does::Endless, vec!["bytes"]),
        (Does::Deep(200), vec!["64 levels"]),
        (Does::Deep(5000), vec!["64 levels"]),
    ];
    for_all(&bad, AT_ONCE, |(does, says)| {
        for (version, at) in [
            (Version::Odoo17, "authenticate"),
            (Version::Odoo17, "account.move"),
            (Version::Odoo16, "account.move.load"),
            (Version::OpenErp7, "account.invoice.load"),
        ] {
            answered_badly(version, at, does.clone(), says);
        }
    });
}

#[test]
fn an_answer_to_posting_is_not_needed_where_the_state_can_be_read() {
    let bad = [Does::Huge, Does::Endless, Does::Deep(5000), Does::Garbles(502, "text/html", "<html></html>")];
    for_all(&bad, AT_ONCE, |does| {
        for (version, at) in [(Version::Odoo17, "action_post"), (Version::OpenErp7, "invoice_open")] {
            let (cloud, odoo) = running(version, &["demo"]);
            odoo.serve(&cloud, ", most_bytes: 1000000");
            odoo.trouble(Trouble::at(at, does.clone()));
            cloud.bill(AUGUST).done();
            odoo.has_each_statement_once(&cloud, 1);
        }
    });
}

#[test]
fn a_proxys_page_is_said_in_a_line() {
    let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>nginx</body></html>";
    for_all(&VERSIONS, AT_ONCE, |version| {
        for at in ["", "res.partner", "account."] {
            answered_badly(*version, at, Does::Http(502, "text/html", page), &["502"]);
            answered_badly(*version, at, Does::Http(200, "text/html", page), &["XML"]);
        }
    });
}

#[test]
fn answers_of_another_meaning_are_no_answers() {
    let values: [Value; 5] =
        [Value::Nil, "yes".into(), 5.into(), Value::List(vec![Value::List(Vec::new())]), Value::Struct([].into())];
    for_all(&values, AT_ONCE, |value| {
        answered_badly(Version::Odoo17, "account.move.", Does::Answers(value.clone()), &[]);
        answered_badly(Version::Odoo16, "res.currency.", Does::Answers(value.clone()), &[]);
        answered_badly(Version::OpenErp7, "account.invoice.", Does::Answers(value.clone()), &[]);
    });
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    for_all(&VERSIONS, AT_ONCE, |version| answered_badly(*version, "account.", Does::Silence, &["3 s"]));
}
