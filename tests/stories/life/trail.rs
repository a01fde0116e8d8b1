//! Who did what to a statement.

use artifice_tests::{Cloud, Erp, Ran, Vm};
use serde_json::Value;

use super::{AUGUST, shown};

fn entries(cloud: &Cloud, number: usize) -> Vec<Value> {
    shown(cloud, number)["audit"].as_array().unwrap().clone()
}

fn actions(cloud: &Cloud, number: usize) -> Vec<String> {
    let action = |entry: &Value| format!("{} {}", entry["action"].as_str().unwrap(), entry["status"].as_str().unwrap());
    entries(cloud, number).iter().map(action).collect()
}

#[test]
fn everything_that_was_done_to_a_statement_is_in_its_trail() {
    let cloud = Cloud::new();
    let _ = Erp::of(&cloud, "{at: commit, does: refuse, first: 1}, {at: committed, does: time_out, first: 1}");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.set("limits", "{total: 1}");

    cloud.bill(AUGUST).failed();
    cloud.run("statement release 1").done();
    cloud.bill(AUGUST).failed();
    cloud.bill(AUGUST).done();
    cloud.run("statement regenerate 1").done();
    Ran::of(cloud.command("statement void 1 --reason").arg("a typo's price")).done();

    assert_eq!(
        actions(&cloud, 1),
        [
            "held held",
            "released pending",
            "claimed sending",
            "returned pending",
            "claimed sending",
            "doubted in_doubt",
            "committed committed",
            "regenerated committed",
            "voiding voiding",
            "voided void",
        ]
    );
    assert_eq!(actions(&cloud, 2), ["stored pending", "claimed sending", "committed committed"]);
}

#[test]
fn an_entry_names_who_when_by_which_command_and_from_which_configuration() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    let account = String::from_utf8(std::process::Command::new("id").arg("-un").output().unwrap().stdout).unwrap();

    cloud.bill(AUGUST).done();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, settle: 3h}");
    Ran::of(cloud.command("statement void 1 --reason").arg("it's wrong").env("SUDO_USER", "alice")).done();

    let [stored, .., voided] = &entries(&cloud, 1)[..] else { panic!("a trail") };
    assert!(stored["who"].as_str().unwrap().starts_with(&format!("{}@", account.trim())), "{stored}");
    assert!(stored["at"].as_str().unwrap().ends_with('Z'));
    assert!(stored["command"].as_str().unwrap().ends_with("bill --format json --month 2013-08"), "{stored}");
    assert!(stored["program"].as_str().unwrap().starts_with("artifice "), "{stored}");
    assert!(voided["who"].as_str().unwrap().ends_with("(sudo by alice)"), "{voided}");
    assert!(voided["command"].as_str().unwrap().ends_with(r"statement void 1 --reason 'it'\''s wrong'"), "{voided}");
    let [then, now] = [stored, voided].map(|entry| entry["configuration"].as_str().unwrap());
    assert!(then.len() == 64 && now.len() == 64 && then != now);
    let table = cloud.run("statement show 1").done().out;
    assert!(table.contains("committed") && table.contains("it's wrong"), "{table}");
}
