//! What a statement keeps of its backend's settings.

use artifice_tests::{Cloud, Erp, Ran, Vm};
use serde_json::json;

use super::AUGUST;

#[test]
fn settings_are_kept_without_their_secrets() {
    let cloud = Cloud::new();
    let _ = Erp::of(&cloud, "");
    cloud.set("invoice:config", "{directory: '${ERP_PLACE}', door_code: '4711-secret'}");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));

    let run = |arguments| Ran::of(cloud.command(arguments).env("ERP_PLACE", "erp")).done();
    run("bill --month 2013-08");

    let kept = run("statement show 1 --format json").json();
    // A variable is kept as a variable: what is behind it may be a secret.
    assert_eq!(kept["backend_settings"], json!({"directory": "${ERP_PLACE}", "door_code": "***"}));
    assert_eq!(kept["backend_version"], json!("1.2.3"));
    assert!(!cloud.ledger().contains("4711-secret"));
}

#[test]
fn a_document_is_written_again_where_it_was_by_the_settings_of_then() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    let receipt = cloud.document(cloud.bill(AUGUST).done().bill_of("demo").receipt());
    let before = std::fs::read(&receipt).unwrap();
    std::fs::remove_file(&receipt).unwrap();
    cloud.set("invoice:config", "{output_path: ./elsewhere, delimiter: ';', output_file: '%(number)s.csv'}");

    assert_eq!(cloud.run("statement regenerate 1").done().out.trim_end(), receipt.to_str().unwrap());

    assert_eq!(std::fs::read(&receipt).unwrap(), before);
    assert!(cloud.files("elsewhere").is_empty());
}
