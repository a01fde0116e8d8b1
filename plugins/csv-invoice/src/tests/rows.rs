use super::*;
use crate::layout::Harmless;
use crate::table::neutral;

fn laid_out(bill: &Bill, settings: Value) -> String {
    bill.text(&configured(home().path(), settings).unwrap())
}

#[test]
fn a_layout_takes_every_field_of_a_line_and_of_the_statement() {
    let row = Row { extra: vec![("zone", "akl-1")], ..Row::default() };
    let bill = Bill { rows: vec![row], ..Bill::default() };
    let layout = json!([
        "section",
        "service",
        "name",
        "resource_id",
        "resource_name",
        "meter",
        "aggregate",
        "quantity",
        "unit",
        "rate",
        "rate_unit",
        "currency",
        "tenant",
        "tenant_id",
        "number",
        "key",
        "kind",
        "refers_to",
        "extra.zone",
        "extra.missing",
    ]);
    assert_eq!(
        laid_out(&bill, json!({ "row_layout": layout, "delimiter": ";" })),
        "Compute;m1.nano;VM instance, size nano;03bd;trogdor;instance;uptime;174.026781;hour;0.05;hour;NZD;demo;931d1a3b;1;\
         0198c1f2-7d2f-7000-8000-000000000001;invoice;;akl-1;\n"
    );
}

#[test]
fn a_field_may_stand_twice_and_a_header_names_the_cells() {
    let text =
        laid_out(&Bill::default(), json!({ "row_layout": ["amount", "cost", "volume", "quantity"], "header": true }));
    assert_eq!(text, "amount,cost,volume,quantity\n174.026781,8.70,174.026781,174.026781\n");
    let formula = laid_out(&Bill::default(), json!({ "row_layout": ["extra.x"], "header": true }));
    assert_eq!(formula, "extra.x\n\"\"\n");
}

#[test]
fn a_line_without_one_price_has_an_empty_rate() {
    let bill = Bill { rows: vec![Row { rate: None, ..Row::default() }], ..Bill::default() };
    assert_eq!(laid_out(&bill, json!({ "row_layout": ["rate", "cost"] })), ",8.70\n");
}

#[test]
fn taxes_are_rows_only_if_there_are_any_and_sums_never() {
    let layout = json!({ "row_layout": ["location", "type", "start", "end", "amount", "cost", "rate", "rate_unit"] });
    assert_eq!(laid_out(&Bill::default(), layout.clone()).lines().count(), 1);
    let taxed = Bill { taxes: vec![("GST", "15", "1.305"), ("=levy", "2.5", "-0.1")], ..Bill::default() };
    let text = laid_out(&taxed, layout);
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            ",GST,2013-08-01T00:00:00Z,2013-09-01T00:00:00Z,,1.305,15,%",
            ",'=levy,2013-08-01T00:00:00Z,2013-09-01T00:00:00Z,,-0.10,2.5,%"
        ]
    );
}

#[test]
fn what_a_spreadsheet_would_run_is_text() {
    for formula in [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u{a0}=1",
        "\u{feff}=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
    ] {
        assert_eq!(neutral(formula, Harmless::First), format!("'{formula}"));
        let second = neutral(formula, Harmless::Second);
        assert!(second.starts_with('\'') && second.replace('\'', "") == formula, "{second:?}");
    }
    for harmless in ["", " ", "a=1", "'=1", "1-1", "m1.nano", "日本語", "%", "|x"] {
        for rule in [Harmless::First, Harmless::Second] {
            assert_eq!(neutral(harmless, rule), harmless);
        }
    }
    // Only the newer rule knows other delimiters, and what has no width.
    for (formula, safe) in
        [("web;=1", "web;'=1"), ("web\t@x", "web\t'@x"), ("\u{2060}=1", "'\u{2060}=1"), ("\0-1", "'\0'-1")]
    {
        assert_eq!(neutral(formula, Harmless::First), formula);
        assert_eq!(neutral(formula, Harmless::Second), safe);
    }
}

#[test]
fn a_document_may_begin_with_a_byte_order_mark() {
    let settings = json!({ "bom": true, "header": true, "row_layout": ["type", "cost"] });
    let text =
        laid_out(&Bill { rows: vec![Row { name: "größe".to_owned(), ..Row::default() }], ..Bill::default() }, settings);
    assert_eq!(text, "\u{feff}type,cost\ngröße,8.70\n");
    let none = laid_out(&Bill { rows: Vec::new(), ..Bill::default() }, json!({ "bom": true }));
    assert_eq!(none, "\u{feff}");
}

#[test]
fn formulas_are_neutralised_in_every_text_and_negative_numbers_stay_numbers() {
    let row = Row {
        location: "-x".to_owned(),
        service: "@x".to_owned(),
        name: "=cmd|' /C calc'!A0".to_owned(),
        quantity: "-1.5",
        rate: Some("-2"),
        cost: "-3",
        extra: vec![("k", "+x")],
    };
    let bill = Bill { rows: vec![row], key: "-key".to_owned(), tenant_id: "=id".to_owned(), ..Bill::of("+demo") };
    let layout =
        json!(["location", "service", "type", "amount", "rate", "cost", "extra.k", "key", "tenant", "tenant_id"]);
    assert_eq!(
        laid_out(&bill, json!({ "row_layout": layout })),
        "'-x,'@x,'=cmd|' /C calc'!A0,-1.5,-2,-3.00,'+x,'-key,'+demo,'=id\n"
    );
}

#[test]
fn delimiters_quotes_and_line_breaks_in_a_cell_stay_in_it() {
    let name = "a;b \"c\"\nd\r\ne";
    let bill = Bill { rows: vec![Row { name: name.to_owned(), ..Row::default() }], ..Bill::default() };
    let text = laid_out(&bill, json!({ "delimiter": ";", "row_layout": ["type", "cost"] }));
    assert_eq!(text, "\"a;b \"\"c\"\"\nd\r\ne\";8.70\n");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(b';').from_reader(text.as_bytes());
    assert_eq!(&reader.records().next().unwrap().unwrap()[0], name);
}

#[test]
fn the_bytes_depend_on_the_statement_and_the_settings_only() {
    let homes = [home(), home()];
    let rows = |name: &str| Row { name: name.to_owned(), ..Row::default() };
    let bill = Bill { rows: vec![rows("b"), rows("a"), rows("b")], ..Bill::default() };
    let all = homes.each_ref().map(|home| {
        let csv = csv(home.path());
        let rendered = bill.text(&csv);
        bill.commit(&csv).unwrap();
        assert_eq!(documents(home).into_values().collect::<Vec<_>>(), [rendered.as_str()], "rendered as committed");
        rendered
    });
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0].lines().map(|line| line.split(',').nth(1).unwrap()).collect::<String>(), "bab", "in order");
}

#[test]
fn a_statement_without_lines_is_an_empty_document() {
    let home = home();
    Bill { rows: Vec::new(), ..Bill::default() }.commit(&csv(home.path())).unwrap();
    assert_eq!(documents(&home).into_values().collect::<Vec<_>>(), [""]);
}

#[test]
fn a_hundred_thousand_lines_are_one_document() {
    let home = home();
    let bill = Bill { rows: vec![Row::default(); 100_000], ..Bill::default() };
    bill.commit(&csv(home.path())).unwrap();
    assert_eq!(documents(&home).into_values().next().unwrap().lines().count(), 100_000);
}

#[test]
fn a_document_without_its_totals_is_refused() {
    let home = home();
    let csv = csv(home.path());
    let mut invoice = csv.open(&call(), &Bill::default().header()).unwrap();
    assert!(invoice.commit().unwrap_err().message().contains("before the statement's totals"));
    assert!(names(&home).is_empty());
}
