//! Classes and their configuration.

use std::fs;

use artifice_tests::plugin;

use super::cloud;

#[test]
fn a_library_under_another_name_is_refused() {
    let cloud = cloud();
    cloud.write("plugins/libacme_copy.so", fs::read(plugin("billing_csv_invoice")).unwrap());
    cloud.set("main", "{invoice:object: acme.copy:Csv}");

    let refused = cloud.bill("--month 2013-08").refused().says_one_line();

    refused.says("libacme_copy.so").says("contains the module 'billing.csv_invoice', not 'acme.copy'");
    assert!(!cloud.has_ledger());
}

#[test]
fn a_class_that_is_not_there_is_refused_with_those_that_are() {
    let cloud = cloud();
    for (class, says) in [
        ("billing.csv_invoice:Cvs", "has no class 'Cvs'; it has Csv"),
        ("billing.csv_invoice:csv", "has no class 'csv'; it has Csv"),
        ("test.misbehaving:Close", "has no class 'Close'; it has Closed, Erp"),
        ("test.misbehaving:ERP", "has no class 'ERP'; it has Erp, Closed"),
    ] {
        cloud.set("main", &format!("{{invoice:object: '{class}'}}"));
        cloud.bill("--month 2013-08").refused().says_one_line().says(says);
    }
}

#[test]
fn what_names_no_class_is_a_mistake_of_the_configuration() {
    let cloud = cloud();
    for class in ["csv", "billing.csv_invoice", "billing.csv_invoice:", "../x:Csv", "billing/csv:Csv", "a:b:c"] {
        cloud.set("main", &format!("{{invoice:object: '{class}'}}"));
        let refused = cloud.bill("--month 2013-08").refused().says_one_line();
        refused.says("artifice.yaml:4:").says("write module:Class");
    }
}

#[test]
fn a_configuration_that_the_class_refuses_is_one_clear_error() {
    let cloud = cloud();
    for (config, says) in [
        ("{}", "output_path"),
        ("{output_path: ./invoices, delimter: ','}", "delimter"),
        ("{output_path: [a]}", "output_path"),
        ("{output_path: ./invoices, header: sometimes}", "header"),
        ("{output_path: ./invoices, row_layout: [location, csot]}", "did you mean 'cost'?"),
        ("{output_path: ./invoices, output_file: '%(tennant)s'}", "tennant"),
        ("{output_path: ''}", "output_path"),
    ] {
        cloud.set("invoice:config", config);
        let refused = cloud.bill("--month 2013-08").refused().says_one_line();
        refused.says("billing.csv_invoice:Csv").says("invoice:config").says(says);
        assert!(!cloud.has_ledger() && !cloud.path("invoices").exists());
        cloud.run("config check").refused().says(says);
    }
}

#[test]
fn a_secret_that_the_class_refuses_is_in_no_message() {
    let cloud = cloud();
    cloud.set("main", "{invoice:object: 'test.misbehaving:Erp'}");
    cloud.set("invoice:config", "{directory: erp, door_code: 48151623}");
    for arguments in ["config check", "bill --month 2013-08"] {
        let refused = cloud.run(arguments).refused().says("door_code: invalid type: integer `***`");
        assert!(!format!("{refused:?}").contains("48151623"), "{refused:?}");
    }
}

#[test]
fn a_backend_that_is_closed_bills_nobody_and_breaks_nothing() {
    let cloud = cloud();
    cloud.set("main", "{invoice:object: test.misbehaving:Closed}").set("invoice:config", "{}");

    cloud.run("config check").done();
    cloud.run("config check --online").failed().says("this ERP is closed for good");
    cloud.bill("--month 2013-08").failed().says("stored, but not sent: this ERP is closed for good");
    assert_eq!(cloud.statuses(), ["pending"]);
}
