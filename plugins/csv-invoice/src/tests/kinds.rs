//! Adjustments and credits: documents of their own, with signed amounts.

use super::*;

/// What takes the first invoice back, whose document has that receipt.
fn credit(receipt: &Receipt) -> Bill {
    Bill {
        kind: Kind::Credit,
        digest: "d2".to_owned(),
        number: 2,
        refers_to: Some((Bill::default().key, 1, receipt.clone())),
        rows: vec![Row { quantity: "-174.026781", cost: "-8.7", ..Row::default() }],
        taxes: vec![("GST", "15", "-1.31")],
        ..Bill::keyed("0198c1f2-7d2f-7000-8000-000000000002")
    }
}

/// What changes the first invoice.
fn adjustment(receipt: &Receipt, cost: &'static str) -> Bill {
    Bill {
        kind: Kind::Adjustment,
        number: 3,
        rows: vec![Row { quantity: "-1", rate: Some("0.05"), cost, ..Row::default() }],
        taxes: Vec::new(),
        ..Bill { key: "0198c1f2-7d2f-7000-8000-000000000003".to_owned(), ..credit(receipt) }
    }
}

#[test]
fn a_credit_and_an_adjustment_are_documents_beside_the_invoice() {
    let home = home();
    let csv = csv(home.path());
    let invoice = Bill::default().commit(&csv).unwrap();
    let text = fs::read_to_string(place(&home, &invoice)).unwrap();
    let change = adjustment(&invoice, "-0.05").commit(&csv).unwrap();
    let back = credit(&invoice).commit(&csv).unwrap();
    assert_eq!(file(&invoice), "demo-2013-08-01-2013-09-01.csv");
    assert_eq!(file(&change), "demo-2013-08-01-2013-09-01-2.csv");
    assert_eq!(file(&back), "demo-2013-08-01-2013-09-01-3.csv");
    assert_eq!(names(&home).len(), 3);
    assert_eq!(fs::read_to_string(place(&home, &invoice)).unwrap(), text, "the invoice stays as it is");
    for (bill, receipt) in
        [(Bill::default(), &invoice), (adjustment(&invoice, "-0.05"), &change), (credit(&invoice), &back)]
    {
        assert_eq!(bill.find(&csv).unwrap().as_ref(), Some(receipt));
        assert_eq!(bill.commit(&csv).unwrap(), *receipt);
    }
}

#[test]
fn rows_say_what_the_document_is_and_of_which_invoice() {
    let home = home();
    let layout = ["kind", "refers_to", "number", "type", "amount", "rate", "cost"];
    let csv = configured(home.path(), json!({ "row_layout": layout, "header": true })).unwrap();
    let invoice = Bill::default().commit(&csv).unwrap();
    let head = "kind,refers_to,number,type,amount,rate,cost\n";
    let rows = [
        (Bill::default(), "invoice,,1,\"VM instance, size nano\",174.026781,0.05,8.70\n"),
        (adjustment(&invoice, "-0.05"), "adjustment,1,3,\"VM instance, size nano\",-1,0.05,-0.05\n"),
        (credit(&invoice), "credit,1,2,\"VM instance, size nano\",-174.026781,0.05,-8.70\ncredit,1,2,GST,,15,-1.31\n"),
    ];
    for (bill, rows) in rows {
        assert_eq!(bill.text(&csv), format!("{head}{rows}"));
    }
}

#[test]
fn negative_amounts_stay_numbers_and_formulas_beside_them_do_not() {
    let home = home();
    let csv = configured(
        home.path(),
        json!({ "row_layout": ["type", "amount", "cost", "rate", "refers_to", "extra.corrects", "resource_name"] }),
    )
    .unwrap();
    let receipt = Receipt::new("invoice 1");
    let row = |name: &str, cost: &'static str| Row {
        name: name.to_owned(),
        quantity: "-1.5",
        rate: Some("-0.05"),
        cost,
        extra: vec![("corrects", "-1+1")],
        ..Row::default()
    };
    let names = ["-8.70", "=8.70", "VM"];
    let rows = names.map(|name| row(name, "-8.7")).into_iter().chain([row("VM", "-1000000"), row("VM", "0")]).collect();
    assert_eq!(
        Bill { rows, taxes: vec![("-GST", "15", "-0.005")], ..credit(&receipt) }.text(&csv),
        "'-8.70,-1.5,-8.70,-0.05,1,'-1+1,trogdor\n\
         '=8.70,-1.5,-8.70,-0.05,1,'-1+1,trogdor\n\
         VM,-1.5,-8.70,-0.05,1,'-1+1,trogdor\n\
         VM,-1.5,-1000000.00,-0.05,1,'-1+1,trogdor\n\
         VM,-1.5,0.00,-0.05,1,'-1+1,trogdor\n\
         '-GST,,-0.005,15,1,,\n"
    );
}

#[test]
fn a_files_name_may_say_the_kind() {
    let home = home();
    let csv = configured(home.path(), json!({ "output_file": "%(tenant)s-%(start)s-%(kind)s.csv" })).unwrap();
    let invoice = Bill::default().commit(&csv).unwrap();
    credit(&invoice).commit(&csv).unwrap();
    adjustment(&invoice, "-0.05").commit(&csv).unwrap();
    let again = Bill { key: "k4".to_owned(), number: 4, ..adjustment(&invoice, "0.05") };
    again.commit(&csv).unwrap();
    assert_eq!(
        names(&home),
        [
            "demo-2013-08-01-adjustment-2.csv",
            "demo-2013-08-01-adjustment.csv",
            "demo-2013-08-01-credit.csv",
            "demo-2013-08-01-invoice.csv"
        ]
    );
}

#[test]
fn a_credit_is_written_again_byte_for_byte() {
    let home = home();
    let layout = json!({ "row_layout": ["kind", "refers_to", "number", "amount", "cost"] });
    let csv = configured(home.path(), layout).unwrap();
    let invoice = Bill::default().commit(&csv).unwrap();
    let back = credit(&invoice);
    let receipt = back.commit(&csv).unwrap();
    let before = documents(&home);
    let other = configured(home.path(), json!({ "delimiter": ";", "output_file": "%(kind)s.txt" })).unwrap();
    for lost in [&place(&home, &receipt), &invoices(&home).join(".artifice/keys"), &invoices(&home)] {
        let _ = fs::remove_file(lost);
        let _ = fs::remove_dir_all(lost);
        assert_eq!(back.rewrite(&other, &receipt).unwrap(), shown(&home, &receipt));
        assert_eq!(fs::read_to_string(place(&home, &receipt)).unwrap(), before[&file(&receipt)]);
    }
    assert_eq!(names(&home), [file(&receipt)], "the invoice's document is another statement's business");
    Bill::default().rewrite(&other, &invoice).unwrap();
    assert_eq!(documents(&home), before);
}
