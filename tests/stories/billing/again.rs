//! Documents: where they are, and that they can be written again.

use std::fs;

use artifice_tests::{Cloud, Vm};

const AUGUST: &str = "--month 2013-08";

#[test]
fn a_document_is_written_again_byte_for_byte_from_what_is_stored() {
    let cloud = Cloud::new();
    cloud.set("rates", "{file: rates.csv, names: names.csv}");
    cloud.write("names.csv", "m1.nano | Größe nano\n").write("rates.csv", "* | Größe nano | hour | 0.05\n");
    cloud.meter(Vm::of("demo", "vm-1").named("trogdor").active("2013-08-05", 24));
    let receipt = cloud.document(cloud.bill(AUGUST).done().bill_of("demo").receipt());
    let original = fs::read(&receipt).unwrap();
    // That it was written again is in the trail, and nowhere else.
    let billed =
        || cloud.ledger().lines().filter(|row| !row.starts_with("audit: ")).map(str::to_owned).collect::<Vec<_>>();
    let before = billed();
    let regenerated = |why: &str| {
        let answer = cloud.run("statement regenerate 1").done();
        assert_eq!(answer.out.trim_end(), receipt.to_str().unwrap(), "{why}");
        assert_eq!(fs::read(&receipt).unwrap(), original, "{why}");
        assert_eq!(cloud.files("invoices").len(), 1, "{why}");
        assert_eq!(billed(), before, "{why}");
    };

    regenerated("nothing has changed");
    cloud.write("names.csv", "m1.nano | tiny\n").write("rates.csv", "* | tiny | hour | 99\n");
    regenerated("rates and names are others");
    fs::remove_file(cloud.path("samples.ndjson")).unwrap();
    regenerated("the metering is gone");
    fs::remove_file(&receipt).unwrap();
    regenerated("the document is gone");
    fs::remove_dir_all(cloud.path("invoices/.artifice")).unwrap();
    regenerated("the backend's records are gone");
    fs::remove_dir_all(cloud.path("invoices")).unwrap();
    regenerated("the whole directory is gone");
    cloud.set(
        "invoice:config",
        "{output_path: ./invoices, output_file: '%(number)s.csv', delimiter: ';', header: true}",
    );
    fs::remove_file(&receipt).unwrap();
    regenerated("the backend is set otherwise");
}

#[test]
fn what_is_not_there_cannot_be_written_again() {
    let cloud = Cloud::new();
    cloud.run("statement regenerate 1").failed().says("there is no statement '1'");
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 24));
    cloud.bill(AUGUST).done();
    cloud.run("statement regenerate 2").failed().says("there is no statement '2'").says_one_line();
    cloud.run("statement regenerate nonsense").failed().says("there is no statement 'nonsense'");
}

#[test]
fn a_file_that_somebody_has_changed_is_not_overwritten_silently() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 24));
    cloud.write("invoices/demo-2013-08-01-2013-09-01.csv", "mine\n");

    let bill = cloud.bill(AUGUST).done().bill_of("demo");

    assert_eq!(bill.receipt(), "demo-2013-08-01-2013-09-01-2.csv");
    assert_eq!(cloud.read("invoices/demo-2013-08-01-2013-09-01.csv"), "mine\n");
}

#[test]
fn a_tenants_name_leads_nowhere_else() {
    let tenants =
        ["../../etc/x", "/etc/passwd", "..", "a/b", "日本語テナント", "Ünïcödé \u{202e}gnp", "con", "-rf", "$(reboot)"];
    let cloud = Cloud::new();
    for tenant in tenants {
        cloud.meter(Vm::of(tenant, &format!("vm of {tenant}")).active("2013-08-05", 24));
    }

    let billed = cloud.bill(AUGUST).done();

    assert_eq!(billed.bills().len(), tenants.len());
    assert_eq!(cloud.files("invoices").len(), tenants.len());
    for bill in billed.bills() {
        let receipt = cloud.document(bill.receipt());
        assert_eq!(receipt.parent(), Some(cloud.path("invoices").as_path()), "{bill:?}");
        assert!(fs::read_to_string(receipt).unwrap().ends_with(",24,1.20\n"));
    }
    let mut outside = cloud.files("");
    outside.retain(|name| !name.starts_with("ledger.db"));
    assert_eq!(outside, ["artifice.yaml", "invoices", "rates.csv", "samples.ndjson"]);
    assert!(cloud.files("invoices").iter().any(|name| name.starts_with("日本語テナント")));
}

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_only_text() {
    let cloud = Cloud::new();
    cloud.set("invoice:config", "{output_path: ./invoices, row_layout: [tenant, resource_name, amount, cost]}");
    cloud.meter(Vm::of("=1+1", "vm-1").named("=HYPERLINK(\"http://x\")").active("2013-08-05", 1));
    cloud.meter(Vm::of("=1+1", "vm-2").named("@SUM(A1)").active("2013-08-05", 1));
    cloud.meter(Vm::of("=1+1", "vm-3").named("a, \"b\"\nc").active("2013-08-05", 1));

    let bill = cloud.bill(AUGUST).done().bill_of("=1+1");

    let document = fs::read_to_string(cloud.document(bill.receipt())).unwrap();
    assert_eq!(
        document,
        "'=1+1,\"'=HYPERLINK(\"\"http://x\"\")\",1,0.05\n'=1+1,'@SUM(A1),1,0.05\n'=1+1,\"a, \"\"b\"\"\nc\",1,0.05\n"
    );
}

#[test]
fn tenants_of_one_name_get_a_document_each() {
    let cloud = Cloud::new();
    cloud.set("invoice:config", "{output_path: ./invoices, output_file: 'bill.csv'}");
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 1));
    }

    cloud.bill(AUGUST).done();

    assert_eq!(cloud.files("invoices"), ["bill-2.csv", "bill-3.csv", "bill.csv"]);
}
