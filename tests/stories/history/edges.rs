//! No ledger, an old one, an empty one; and names that are odd.

use artifice_tests::{Cloud, Vm};
use serde_json::json;

use super::{AUGUST, all, billed, groups};

#[test]
fn without_a_ledger_there_is_a_note_and_nothing_else() {
    let cloud = Cloud::new();
    for arguments in ["", "-t demo", "--by tenant", "--month 2013-08"] {
        let ran = cloud.run(&format!("history {arguments}")).done().says("no ledger yet; the first bill makes it");
        assert_eq!(ran.out, "");
    }
    assert_eq!(cloud.run("history --format json").done().json(), json!({"lines": []}));
    let empty = json!({"by": ["month", "tenant"], "groups": []});
    assert_eq!(cloud.run("history --format json --by month,tenant").done().json(), empty);
    assert_eq!(cloud.run("history --format csv").done().out.lines().count(), 1);
    let header = cloud.run("history --format csv --by resource,service").done().out;
    assert_eq!(
        header,
        "tenant_id,tenant_name,resource_id,resource_name,service,name,currency,unit,lines,quantity,cost\n"
    );
    assert!(!cloud.has_ledger());
}

#[test]
fn an_empty_ledger_has_no_history() {
    let cloud = Cloud::new();
    cloud.run("db migrate").done();
    cloud.run("history").done().says("nothing was billed");
    cloud
        .run("history --by month --month 2013-08")
        .done()
        .says("nothing was billed in the period 2013-08-01 to 2013-09-01");
    cloud.run("history -t demo").refused().says("'demo'; billed were: nobody");
    assert_eq!(cloud.run("history --format json").done().json(), json!({"lines": []}));
}

#[test]
fn to_look_changes_nothing() {
    let cloud = billed();
    let before = cloud.ledger();
    for arguments in ["", "--by tenant,location,section,service,resource,month", "--format csv", "-t bob"] {
        cloud.run(&format!("history {arguments}")).done();
    }
    assert_eq!(cloud.ledger(), before);
}

#[test]
fn odd_names_stay_what_they_are() {
    let odd = ["a,b", "say \"hi\"", "line\nbreak", " spaces ", "=1+1", "naïve 東京 🦀", "a|b;c\td"];
    let cloud = Cloud::new();
    for (index, name) in odd.iter().enumerate() {
        cloud.meter(Vm::of(name, &format!("{index}{name}")).named(name).active("2013-08-05", 24));
    }
    cloud.bill(AUGUST).done();

    let mut names: Vec<&str> = odd.to_vec();
    names.sort_unstable();
    assert_eq!(all(&cloud, "", "resource_name"), names);
    let tenants: Vec<String> = groups(&cloud, "--by tenant");
    let expected: Vec<String> = names.iter().map(|name| format!("{name} 1: NZD 1.20 for 24 hour")).collect();
    assert_eq!(tenants, expected);
    assert_eq!(groups(&cloud, "--by resource").len(), odd.len());
    let csv = cloud.run("history --by tenant --format csv").done().out;
    for row in ["\n\"a,b\",,NZD,", "\n\"say \"\"hi\"\"\",,NZD,", "\nline\u{fffd}break,,NZD,", "\n spaces ,,NZD,"] {
        assert!(csv.contains(row), "{row}: {csv}");
    }
    for name in odd {
        let mut one = cloud.command("history --format json -t");
        let shown = artifice_tests::Ran::of(one.arg(name)).done().json();
        assert_eq!(shown["lines"].as_array().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn a_table_has_nothing_that_a_terminal_would_obey() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").named("\u{1b}[31mred\u{7}").active("2013-08-05", 24));
    cloud.bill(AUGUST).done();
    for arguments in ["", "--by resource"] {
        let table = cloud.run(&format!("history {arguments}")).done().out;
        assert!(table.contains("[31mred") && !table.contains(['\u{1b}', '\u{7}']), "{table:?}");
    }
}
