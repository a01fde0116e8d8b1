//! What scripts depend on: keys, texts, digits.

use artifice_tests::{Cloud, Vm, Volume};
use serde_json::{Value, json};

const AUGUST: &str = "--month 2013-08";

fn demo() -> Cloud {
    let cloud = Cloud::new();
    cloud.set("rates", "{file: rates.csv, names: names.csv}");
    cloud.write("names.csv", "m1.nano | VM instance, size nano\n");
    cloud.write("rates.csv", "* | VM instance, size nano | hour | 0.0500\n* | volume.size | GB per month | 7.30\n");
    cloud.meter(Vm::of("demo", "vm-1").named("trogdor").active("2013-08-05", 174));
    cloud.meter(Volume::of("demo", "disk").sized(3, "2013-08-05", 2));
    cloud
}

fn expected_preview() -> Value {
    json!({
        "tenant": {"id": "demo", "name": null},
        "period": {"start": "2013-08-01T00:00:00Z", "end": "2013-09-01T00:00:00Z"},
        "currency": "NZD",
        "lines": [
            {
                "section": "Block storage", "location": "akl-1", "service": "volume.size", "name": "volume.size",
                "resource_id": "disk", "resource_name": "", "meter": "volume.size", "aggregate": "max_per_slice",
                "quantity": "6", "unit": "GB·hour", "rate": "7.3", "rate_unit": "GB per month", "cost": "0.06",
            },
            {
                "section": "Compute", "location": "akl-1", "service": "m1.nano", "name": "VM instance, size nano",
                "resource_id": "vm-1", "resource_name": "trogdor", "meter": "instance", "aggregate": "uptime",
                "quantity": "174", "unit": "hour", "rate": "0.05", "rate_unit": "hour", "cost": "8.70",
            },
        ],
        "subtotal": "8.76", "taxes": [], "total": "8.76",
    })
}

#[test]
fn a_preview_has_exactly_the_documented_shape() {
    let shown = demo().usage(AUGUST).done().json();

    assert_eq!(shown, json!({"tenants": [expected_preview()], "failed": []}));
    // Also in this order, which people read.
    let text = |value: &Value| value.to_string();
    assert_eq!(text(&shown["tenants"][0]), text(&expected_preview()));
}

#[test]
fn a_preview_equals_the_bill() {
    let cloud = demo();
    let preview = cloud.usage(AUGUST).done().json();
    assert_eq!(cloud.bill("--dry-run --month 2013-08").done().json(), preview);

    let billed = cloud.bill(AUGUST).done();

    let bill = billed.bill_of("demo");
    assert_eq!(bill.preview().0, expected_preview());
    let statement = bill.0["statement"].as_object().unwrap();
    assert_eq!(statement.keys().collect::<Vec<_>>(), ["id", "key", "status", "receipt"]);
    assert_eq!((statement["id"].as_str(), bill.status()), (statement["key"].as_str(), "committed"));
    assert_eq!(bill.receipt(), "demo-2013-08-01-2013-09-01.csv");
    assert_eq!(cloud.usage(AUGUST).done().json(), preview, "a preview also shows what was billed");
}

#[test]
fn the_list_of_statements_has_exactly_the_documented_keys() {
    let cloud = demo();
    assert_eq!(cloud.run("statement list --format json").done().json(), json!({"statements": []}));
    let bill = cloud.bill(AUGUST).done().bill_of("demo");

    let [statement] = &cloud.statements()[..] else { panic!("one statement") };

    for (key, value) in [
        ("id", json!(bill.id())),
        ("number", json!(1)),
        ("kind", json!("invoice")),
        ("status", json!("committed")),
        ("tenant", json!({"id": "demo", "name": null})),
        ("period", bill.0["period"].clone()),
        ("currency", json!("NZD")),
        ("subtotal", json!("8.76")),
        ("total", json!("8.76")),
        ("backend", json!("billing.csv_invoice:Csv")),
        ("receipt", json!(bill.receipt())),
    ] {
        assert_eq!(statement[key], value, "{key}");
    }
    assert!(statement["created"].as_str().unwrap().ends_with('Z'));
    assert_eq!(cloud.run("statement list --format json --status committed").done().json()["statements"][0], *statement);
    assert_eq!(cloud.run("statement list --format json --status pending").done().json(), json!({"statements": []}));
    cloud.run("statement list --status done").refused().says("there are held, pending, sending");
}

#[test]
fn a_statement_is_shown_by_its_number_and_its_id() {
    let cloud = demo();
    let bill = cloud.bill(AUGUST).done().bill_of("demo");

    let by_number = cloud.run("statement show 1 --format json").done().json();
    assert_eq!(cloud.run(&format!("statement show {} --format json", bill.id())).done().json(), by_number);
    assert_eq!(by_number["lines"], bill.0["lines"]);
    assert!(cloud.run("statement show 1").done().out.contains("trogdor"));
    cloud.run("statement show 2").failed().says("no statement '2'").says_one_line();
}

#[test]
fn csv_has_a_header_and_a_row_for_each_line() {
    let shown = demo().run("usage --month 2013-08 --format csv").done();

    let rows: Vec<&str> = shown.out.lines().collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        rows[0],
        "tenant_id,tenant_name,start,end,currency,section,location,service,name,resource_id,resource_name,meter,aggregate,quantity,unit,rate,rate_unit,cost,entry"
    );
    assert_eq!(
        rows[2],
        "demo,,2013-08-01T00:00:00Z,2013-09-01T00:00:00Z,NZD,Compute,akl-1,m1.nano,\"VM instance, size nano\",vm-1,trogdor,instance,uptime,174,hour,0.05,hour,8.70,instance"
    );
}

#[test]
fn a_table_is_for_people() {
    let cloud = demo();
    let table = cloud.run("usage --month 2013-08").done();
    for word in ["Compute", "VM instance, size nano", "trogdor", "174 hour", "0.05 per hour", "8.70", "Total NZD 8.76"]
    {
        assert!(table.out.contains(word), "{word}: {}", table.out);
    }
    assert!(cloud.run("bill --month 2013-08").done().out.contains("committed"));
    assert!(cloud.run("statement list").done().out.contains("NZD 8.76"));
}

#[test]
fn money_has_its_currencys_digits() {
    for (currency, rate, hours, cost) in [
        ("JPY", "0.5", 3, "2"),
        ("JPY", "100", 1, "100"),
        ("NZD", "0.005", 1, "0.01"),
        ("NZD", "2", 1, "2.00"),
        ("BHD", "0.0015", 1, "0.002"),
        ("BHD", "1.5", 1, "1.500"),
    ] {
        let cloud = Cloud::new();
        cloud.set("main", &format!("{{invoice:object: billing.csv_invoice:Csv, currency: {currency}}}"));
        cloud.write("rates.csv", format!("* | m1.nano | hour | {rate}\n"));
        cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", hours));

        let bill = cloud.bill(AUGUST).done().bill_of("demo");

        assert_eq!((bill.all("cost"), bill.total()), (vec![cost], cost), "{currency}");
        assert_eq!((bill.0["currency"].as_str(), bill.all("rate")), (Some(currency), vec![rate]));
        let row = cloud.read("invoices/demo-2013-08-01-2013-09-01.csv");
        assert!(row.trim_end().ends_with(&format!(",{cost}")), "{row}");
    }
}

#[test]
fn an_original_rates_file_works_in_its_original_place() {
    let cloud = Cloud::new();
    cloud.set("rates", "{}");
    cloud.set("invoice:config", "{output_path: ./invoices, rates: {file: rates, name: names}}");
    cloud.write("rates", "region | VM, nano | duration | 0.01\n").write("names", "m1.nano | VM, nano\n");
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 2));

    // A duration is ten minutes; the region's name says nothing.
    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").all("cost"), ["0.12"]);
}
