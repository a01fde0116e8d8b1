//! What people open in a spreadsheet or look at in a terminal, and how they say which month they mean.

use std::process::Command;

use artifice_model::{Calendar, Timestamp};
use artifice_tests::{Cloud, Ran, Vm, artifice};

const AUGUST: &str = "--month 2013-08";

/// Names that a tenant may give to its machines, and what they are in a cell.
const FORMULAS: [(&str, &str); 8] = [
    ("=HYPERLINK(\"http://x/?\"&A1)", "'=HYPERLINK(\"http://x/?\"&A1)"),
    ("web;=1+1", "web;'=1+1"),
    ("web\t@SUM(A1)", "web\t'@SUM(A1)"),
    ("\u{200b}+1", "'\u{200b}+1"),
    ("\u{1}-1", "'\u{1}'-1"),
    ("\u{ff1d}1", "'\u{ff1d}1"),
    ("-web", "'-web"),
    ("web-1, -2 = @home", "web-1,' -2 = @home"),
];

/// The cells of a column.
fn column(text: &str, name: &str) -> Vec<String> {
    let mut rows = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let index = rows.headers().unwrap().iter().position(|header| header == name).unwrap();
    let mut cells: Vec<String> = rows.records().map(|row| row.unwrap()[index].to_owned()).collect();
    cells.sort();
    cells
}

#[test]
fn no_csv_has_a_formula_that_a_tenant_wrote_and_every_number_stays_one() {
    let cloud = Cloud::new();
    cloud.set("invoice:config", "{output_path: ./invoices, header: true, row_layout: [resource_name, quantity, cost]}");
    for (index, (name, _)) in FORMULAS.iter().enumerate() {
        cloud.meter(Vm::of("demo", &format!("vm-{index}")).named(name).active("2013-08-05", 10));
    }
    let mut safe = FORMULAS.map(|(_, safe)| safe.to_owned());
    safe.sort();

    // What the command writes has its control characters and those without a width seen, so they hide nothing.
    let mut seen = safe.clone().map(|cell| {
        match cell.as_str() {
            "web\t'@SUM(A1)" => "web\u{fffd}@SUM(A1)",
            "'\u{200b}+1" => "\u{fffd}+1",
            "'\u{1}'-1" => "\u{fffd}-1",
            same => same,
        }
        .to_owned()
    });
    seen.sort();

    let usage = cloud.run(&format!("usage {AUGUST} --format csv")).done().out;
    assert_eq!(column(&usage, "resource_name"), seen);
    cloud.bill(AUGUST).done();
    assert_eq!(column(&cloud.read("invoices/demo-2013-08-01-2013-09-01.csv"), "resource_name"), safe);
    for arguments in ["", " --by tenant,resource"] {
        let history = cloud.run(&format!("history --format csv{arguments}")).done().out;
        assert_eq!(column(&history, "resource_name"), seen, "{arguments}");
    }
    // As JSON, nothing is changed.
    let mut names: Vec<&str> = FORMULAS.map(|(name, _)| name).to_vec();
    names.sort_unstable();
    let bill = cloud.usage(AUGUST).done().bill_of("demo");
    let mut shown = bill.all("resource_name");
    shown.sort_unstable();
    assert_eq!(shown, names);

    // A machine was shut off before the last sample that had come in time says so.
    cloud.meter(Vm::of("demo", "vm-6").named("-web").active("2013-08-05T05:30:00", 0));
    cloud.bill(&format!("--adjust {AUGUST}")).done();
    let history = cloud.run("history --format csv").done().out;
    let negative = |name| column(&history, name).iter().filter(|cell| cell.starts_with('-')).count();
    assert_eq!((negative("quantity"), negative("cost")), (1, 1), "{history}");
}

#[test]
fn a_document_for_a_spreadsheet_begins_with_the_mark_of_utf_8() {
    let cloud = Cloud::new();
    cloud.set("invoice:config", "{output_path: ./invoices, bom: true, row_layout: [resource_name, volume]}");
    cloud.meter(Vm::of("demo", "vm").named("Büro").active("2013-08-05", 10));
    cloud.bill(AUGUST).done();
    let document = cloud.path("invoices/demo-2013-08-01-2013-09-01.csv");
    let text = std::fs::read_to_string(&document).unwrap();
    assert_eq!(text, "\u{feff}Büro,10\n");
    // It is written again so, whatever is configured by then.
    cloud.set("invoice:config", "{output_path: ./invoices}");
    std::fs::remove_file(&document).unwrap();
    cloud.run("statement regenerate 1").done();
    assert_eq!(std::fs::read_to_string(&document).unwrap(), text);
}

#[test]
fn a_month_may_be_said_from_today() {
    let cloud = Cloud::new();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, timezone: Pacific/Auckland}");
    let calendar = Calendar::new("Pacific/Auckland").unwrap();
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap());
    let current = calendar.month_of(now).unwrap();
    let previous = calendar.month_of(Timestamp::from_micros(current.start().micros() - 1)).unwrap();
    let at = previous.start().to_string();
    cloud.meter(Vm::of("demo", "vm").active(at.trim_end_matches('Z'), 3));

    let month = calendar.date(previous.start()).unwrap().to_string();
    let named = cloud.usage(&format!("--month {}", &month[..7])).done();
    assert_eq!(cloud.usage("--month previous").done().out, named.out);
    assert_eq!(named.bill_of("demo").all("quantity"), ["3"]);
    cloud.bill("--month previous --accept-incomplete").done();
    cloud.run("history --month previous --format csv").done();
    cloud.usage("--month current").done().says("nothing was used in the period");
    cloud.bill("--month current").refused().says("--accept-incomplete");
    cloud.usage("--month next").refused().says("(or `previous`, `current`)");
}

#[test]
fn the_configuration_of_the_directory_is_found() {
    let cloud = Cloud::new();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(artifice());
        Ran::of(command.current_dir(cloud.path("")).env_remove("ARTIFICE_CONFIG").args(arguments))
    };
    assert!(run(&["config", "check"]).done().out.contains("./artifice.yaml: correct"));
    // Whoever names one means that.
    cloud.write("other.yaml", cloud.read("artifice.yaml"));
    assert!(run(&["-c", "other.yaml", "config", "check"]).done().out.contains("other.yaml: correct"));
}

#[test]
fn tables_fit_their_terminal_and_ids_are_short_in_them() {
    let cloud = Cloud::new();
    let (tenant, resource) = ("931dc699f9934021b1d0c9d1f2a3b4c5", "0198c1f2-7d2f-7000-8000-000000000001");
    for name in ["", "a machine with quite a long name, as people give them"] {
        let id = if name.is_empty() { resource } else { "vm" };
        cloud.meter(Vm::of(tenant, id).named(name).active("2013-08-05", 10));
    }
    cloud.bill(AUGUST).done();
    for command in [
        "usage --month 2013-08",
        "statement list",
        "statement show 1",
        "history",
        "history --by tenant,resource",
        "rates list",
    ] {
        for columns in [80, 120, 200] {
            let out = Ran::of(cloud.command(command).env("COLUMNS", columns.to_string())).done().out;
            let frames: Vec<&str> = out.lines().filter(|line| line.starts_with(['┌', '│', '╞', '└'])).collect();
            assert!(
                !frames.is_empty() && frames.iter().all(|line| line.chars().count() <= columns),
                "{columns}\n{out}"
            );
            let whole = frames.iter().all(|line| line.ends_with(['┐', '│', '╡', '┘', '┤']));
            assert!(whole && !out.contains('\u{1b}'), "{columns}\n{out}");
        }
    }
    let table = cloud.run("usage --month 2013-08").done().out;
    assert!(table.contains("0198c1f2…") && !table.contains(resource), "{table}");
    let json = cloud.usage(AUGUST).done().out;
    assert!(json.contains(resource) && json.contains(tenant));
}
