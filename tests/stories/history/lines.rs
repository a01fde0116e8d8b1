//! Every line.

use artifice_tests::{Cloud, Vm};
use serde_json::{Value, json};

use super::{AUGUST, all, billed};

#[test]
fn every_line_is_there_with_whose_it_is_and_in_which_statement() {
    let cloud = billed();
    assert_eq!(all(&cloud, "", "resource_id"), ["disk", "vm-a", "vm-a", "vm-b"]);
    assert_eq!(all(&cloud, "-t aroha --month 2013-08", "cost"), ["0.50", "1.20"]);
    assert_eq!(all(&cloud, "--month 2013-09", "resource_name"), ["renamed"]);

    let shown = cloud.run("history -t bob --format json").done().json();
    let [line] = &shown["lines"].as_array().unwrap()[..] else { panic!("{shown}") };
    let statement = cloud.statements().into_iter().find(|one| one["tenant"]["id"] == "bob").unwrap();
    let number = statement["number"].as_u64().unwrap();
    let in_statement = cloud.run(&format!("statement show {number} --format json")).done().json();
    let mut expected = in_statement["lines"][0].clone();
    for (key, value) in [
        ("tenant", json!({"id": "bob", "name": null})),
        ("statement", json!({"id": statement["id"], "number": number})),
        ("currency", json!("NZD")),
        ("period", statement["period"].clone()),
    ] {
        expected[key] = value;
    }
    assert_eq!(*line, expected);
}

#[test]
fn the_table_has_a_part_for_each_tenant() {
    let table = billed().run("history").done().out;
    let (aroha, bob) = table.split_once("Tenant bob\n").unwrap();
    for words in [
        "Tenant aroha\n",
        "VM, nano",
        "renamed",
        "2013-08-01 to 2013-09-01",
        "0.05 per hour",
        "Total before taxes NZD 2.20\n",
    ] {
        assert!(aroha.contains(words), "{words}: {table}");
    }
    assert!(bob.contains("10 hour") && bob.contains("Total before taxes NZD 1.00\n"), "{table}");
}

#[test]
fn csv_has_a_header_and_a_row_for_each_line() {
    let cloud = billed();
    let shown = cloud.run("history --month 2013-09 --format csv").done().out;
    let rows: Vec<&str> = shown.lines().collect();
    let usage = cloud.run("usage --month 2013-09 --format csv").done().out;
    let usage: Vec<&str> = usage.lines().collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], format!("statement_id,statement_number,{}", usage[0]));
    let statement = cloud.statements().pop().unwrap();
    assert_eq!(rows[1], format!("{},{},{}", statement["id"].as_str().unwrap(), statement["number"], usage[1]));
    assert!(rows[1].contains(",\"VM, nano\","), "{shown}");
}

#[test]
fn a_statement_of_many_lines_is_shown_whole() {
    const MACHINES: usize = 2100;
    let cloud = Cloud::new();
    let machine = |index: usize| Vm::of("demo", &format!("vm-{index:04}")).active("2013-08-05", 1);
    cloud.meter((0..MACHINES).map(machine).collect::<String>());
    cloud.bill(AUGUST).done();

    let expected: Vec<String> = (0..MACHINES).map(|index| format!("vm-{index:04}")).collect();
    assert_eq!(all(&cloud, "", "resource_id"), expected);
    let table = cloud.run("history").done().out;
    assert!(expected.iter().all(|id| table.contains(id.as_str())));
    assert_eq!(table.matches("Tenant demo").count(), 1);
    assert!(table.ends_with("Total before taxes NZD 105.00\n\n"));
    assert_eq!(cloud.run("history --format csv").done().out.lines().count(), MACHINES + 1);
    assert_eq!(super::groups(&cloud, "--by month"), ["2013-08 2100: NZD 105.00 for 2100 hour"]);
}

#[test]
fn what_breaks_off_does_not_look_whole() {
    let cloud = billed();
    // bob's line comes last.
    cloud.db().damage("UPDATE line SET aggregate = 'guess' WHERE service = 'm1.small'");
    for format in ["json", "csv", "table"] {
        let ran = cloud.run(&format!("history --format {format}"));
        let ran = ran.failed().says("the output is incomplete").says("is damaged").says_one_line();
        assert!(serde_json::from_str::<Value>(&ran.out).is_err());
    }
    let ran = cloud.run("history -t bob --format json").refused().says("is damaged").says_one_line();
    assert_eq!(ran.out, "");
}

#[test]
fn whoever_reads_only_the_beginning_is_no_error() {
    use std::io::Read;
    let cloud = Cloud::new();
    let machine = |index: usize| Vm::of("demo", &format!("vm-{index:04}")).active("2013-08-05", 1);
    cloud.meter((0..2000).map(machine).collect::<String>());
    cloud.bill(AUGUST).done();
    for format in ["json", "csv", "table"] {
        let mut running = cloud.command(&format!("history --format {format}")).spawn().unwrap();
        let mut begin = [0; 10];
        running.stdout.take().unwrap().read_exact(&mut begin).unwrap();
        let ended = running.wait_with_output().unwrap();
        assert!(ended.status.success() && ended.stderr.is_empty(), "{format}: {ended:?}");
    }
}
