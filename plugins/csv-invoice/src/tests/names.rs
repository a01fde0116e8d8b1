use super::*;
use artifice_plugin_api::file_name::folded;

use crate::name::{LONGEST, Template, Values, is_plain};

fn named(tenant: &str) -> String {
    let home = home();
    let receipt = Bill::of(tenant).commit(&csv(home.path())).unwrap();
    let name = file(&receipt);
    assert_eq!(names(&home), [name.as_str()], "it lies in output_path");
    assert!(is_plain(&name) && name.len() <= LONGEST, "{name}");
    name.strip_suffix("-2013-08-01-2013-09-01.csv").unwrap().to_owned()
}

#[test]
fn a_tenant_cannot_leave_output_path() {
    assert_eq!(named("../../etc/x"), "_.._etc_x");
    assert_eq!(named("/etc/passwd"), "_etc_passwd");
    assert_eq!(named("..\\..\\x"), "_.._x");
    assert_eq!(named("C:\\x"), "C__x");
    assert_eq!(named(".hidden"), "hidden");
}

#[test]
fn no_name_hides_or_turns_around_what_it_says() {
    assert_eq!(named("a\nb\0c\u{7f}d"), "a_b_c_d");
    assert_eq!(named("x\u{202e}vsc"), "x_vsc");
    assert_eq!(named("what? *: \"<x>|\""), "what_ __ __x___");
}

#[test]
fn names_of_any_script_stay_readable() {
    for tenant in ["日本語テナント", "Ōtautahi", "Компания", "شركة", "crème brûlée 🍮", "a.b", "100%"]
    {
        assert_eq!(named(tenant), tenant);
    }
}

#[test]
fn windows_devices_are_no_names() {
    let device = |tenant: &str| {
        let values = Values { tenant: tenant.to_owned(), ..Values::default() };
        Template::parse("%(tenant)s.csv").unwrap().fill(&values).nth(1)
    };
    assert_eq!(device("con"), "_con.csv");
    assert_eq!(device("NUL.tar"), "_NUL.tar.csv");
    assert_eq!(device("LPT1"), "_LPT1.csv");
    assert_eq!(device("com¹"), "_com¹.csv");
    assert_eq!(device("COM10"), "COM10.csv");
    assert_eq!(device("console"), "console.csv");
}

#[test]
fn long_names_are_cut_at_a_character_and_keep_dates_and_extension() {
    let cut = named(&"長".repeat(400));
    assert_eq!(cut, "長".repeat(40));
    let values = Values { tenant: "長".repeat(400), tenant_id: "x".repeat(400), ..Values::default() };
    let name = Template::parse("%(tenant_id)s%(tenant)s.csv").unwrap().fill(&values);
    assert!(name.nth(1).len() <= LONGEST && name.nth(1).ends_with("長.csv"));
    assert!(name.nth(u64::MAX).len() <= LONGEST && name.nth(u64::MAX).ends_with("-18446744073709551615.csv"));
}

#[test]
fn a_name_is_never_empty() {
    let fill = |template: &str, tenant: &str| {
        let values = Values { tenant: tenant.to_owned(), ..Values::default() };
        Template::parse(template).unwrap().fill(&values).nth(1)
    };
    assert_eq!(fill("%(tenant)s", ".."), "statement");
    assert_eq!(fill("%(tenant)s.csv", " . "), "statement.csv");
    assert_eq!(fill("%(tenant)s", "a.b "), "a.b");
    assert_eq!(fill("%(tenant)s.", "a"), "a");
    assert_eq!(fill(".csv", "a"), "statement.csv");
}

#[test]
fn an_unnamed_tenant_is_called_by_its_id() {
    for tenant in [None, Some(String::new()), Some("  ".to_owned())] {
        let home = home();
        Bill { tenant, ..Bill::default() }.commit(&csv(home.path())).unwrap();
        assert_eq!(names(&home), ["931d1a3b-2013-08-01-2013-09-01.csv"]);
    }
}

#[test]
fn every_placeholder_has_its_value_and_two_percent_signs_are_one() {
    let home = home();
    let settings = json!({ "output_file": "%(number)s %(kind)s %(tenant_id)s %(tenant)s 100%% %(start)s_%(end)s" });
    let bill = Bill { start: "2013-08-01T10:30:00.5Z", number: 42, ..Bill::default() };
    bill.commit(&configured(home.path(), settings).unwrap()).unwrap();
    assert_eq!(names(&home), ["42 invoice 931d1a3b demo 100% 20130801T103000.500Z_2013-09-01"]);
}

#[test]
fn a_tenants_name_is_not_read_as_a_placeholder() {
    assert_eq!(named("%(number)s %% %"), "%(number)s %% %");
}

#[test]
fn midnights_are_those_of_the_bills_timezone() {
    let home = home();
    let august = Bill {
        start: "2013-07-31T12:00:00Z",
        end: "2013-08-31T12:00:00Z",
        timezone: "Pacific/Auckland",
        ..Bill::default()
    };
    august.commit(&csv(home.path())).unwrap();
    assert_eq!(names(&home), ["demo-2013-08-01-2013-09-01.csv"]);
    assert!(documents(&home).values().all(|text| text.contains(",2013-07-31T12:00:00Z,2013-08-31T12:00:00Z,")));
    let nowhere = Bill { timezone: "Mars/Olympus", ..Bill::default() };
    assert!(nowhere.commit(&csv(home.path())).unwrap_err().message().contains("Mars/Olympus"));
}

#[test]
fn later_documents_of_the_same_tenant_and_period_are_numbered() {
    let home = home();
    let csv = csv(home.path());
    for key in ["a", "b", "c", "d", "e"] {
        Bill::keyed(key).commit(&csv).unwrap();
    }
    let base = "demo-2013-08-01-2013-09-01";
    let expected = ["-2", "-3", "-4", "-5", ""].map(|suffix| format!("{base}{suffix}.csv"));
    assert_eq!(names(&home), expected);
    assert_eq!(file(&Bill::keyed("c").commit(&csv).unwrap()), format!("{base}-3.csv"), "and keep their numbers");
}

#[test]
fn names_that_some_file_systems_confuse_do_not_collide() {
    let home = home();
    let csv = csv(home.path());
    for (key, tenant) in
        [("a", "Demo"), ("b", "demo"), ("c", "DEMO"), ("d", "Straße"), ("e", "STRASSE"), ("f", "a/b"), ("g", "a:b")]
    {
        Bill { key: key.to_owned(), ..Bill::of(tenant) }.commit(&csv).unwrap();
    }
    let unique: std::collections::BTreeSet<String> = names(&home).iter().map(|name| folded(name)).collect();
    assert_eq!(unique.len(), 7);
    assert!(names(&home).contains(&"demo-2013-08-01-2013-09-01-2.csv".to_owned()));
}

#[test]
fn a_foreign_file_keeps_its_name_and_its_content() {
    let home = home();
    fs::create_dir(invoices(&home)).unwrap();
    let taken = invoices(&home).join("demo-2013-08-01-2013-09-01.csv");
    fs::write(&taken, "mine").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/nowhere", invoices(&home).join("demo-2013-08-01-2013-09-01-2.csv")).unwrap();
    let receipt = Bill::default().commit(&csv(home.path())).unwrap();
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    assert_eq!(
        file(&receipt),
        if cfg!(unix) { "demo-2013-08-01-2013-09-01-3.csv" } else { "demo-2013-08-01-2013-09-01-2.csv" }
    );
}

#[test]
fn thousands_of_documents_may_bear_one_name() {
    let home = home();
    let csv = configured(home.path(), json!({ "output_file": "invoice.csv", "row_layout": ["cost"] })).unwrap();
    let files: Vec<String> = (0..300).map(|n| file(&Bill::keyed(n.to_string()).commit(&csv).unwrap())).collect();
    assert_eq!(
        (files[0].as_str(), files[1].as_str(), files[299].as_str()),
        ("invoice.csv", "invoice-2.csv", "invoice-300.csv")
    );
}
