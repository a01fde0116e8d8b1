//! How the copies were made, once, by the program before. `tests/kept/README.md` says more.

use std::fs;
use std::path::PathBuf;

use artifice_model::Decimal;
use artifice_tests::database::{Kind, Postgres};
use artifice_tests::odoo::{Does, Odoo, Trouble, Version};
use artifice_tests::{Counter, Vm, Volume, copy_directory};

use super::books::{Book, KEEPERS, Keeper, packed};
use super::reading::{asked, nothing_is_wrong};

const TENANTS: [&str; 7] = ["aroha", "bob", "carol", "erin", "fern", "gus", "hemi"];

const RATES: &str = "* | m1.large | hour | 0.21\n* | storage.objects.size | GB per month | 0.07\n";
const NAMES: &str = "m1.nano | Tiny instance\nm1.small | Small instance\nvolume.size | Volume\n";
const CARD: &str = "prices:
  - service: m1.nano
    per: hour
    free: 10
    tiers: graduated
    steps: [{to: 20, price: 1}, {price: 0.1}]
  - service: network.outgoing.bytes
    per: GB
    tiers: volume
    steps: [{to: 10, price: 0.12}, {price: 0.08}]
  - {service: network.outgoing.bytes, tenant: gus, per: GB, price: '0.0137', discount: 12.5%}
  - {service: volume.size, location: 'auck*', per: GB per hour, package: 100, price: 0.5}
minimum: 12.00
taxes: [{name: GST, percent: 15}, {name: Levy, percent: '2.5', sections: [Compute]}]
";
const WINTER: &str = "until: 2013-08-20
prices: [{service: m1.small, per: hour, price: '0.10', discount: 10%}]
";
const SPRING: &str = "from: 2013-08-20
prices: [{service: m1.small, per: hour, price: 0.15}]
";

impl Book {
    fn hears(&self, file: &str, samples: &str) {
        let path = self.cloud.path("samples");
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(file), packed(samples)).unwrap();
    }

    /// Kills a command at a place.
    fn dies(&self, place: &str, command: &str) {
        self.cloud.killed_at(place, command);
        let _ = fs::remove_file(self.cloud.path("crash"));
    }
}

/// What everybody used, as far as it is heard of in time.
fn first() -> String {
    let mut all = Vm::of("aroha", "web").active("2013-08-02", 20) + &Vm::of("aroha", "db").active("2013-08-22", 30);
    for tenant in TENANTS.into_iter().chain(["dora", "iris"]) {
        let id = |what: &str| format!("{what}-of-{tenant}");
        all += &Vm::of(tenant, &id("vm")).named("Büro & <Lager>").flavor("m1.small").active("2013-08-19", 24);
        all += &Vm::of(tenant, &id("vm")).flavor("m1.small").active("2013-09-05", 12);
        all += &Vm::of(tenant, &id("nano")).host("wlg-1").active("2013-09-06", 14);
        all += &Volume::of(tenant, &id("disk")).sized(250, "2013-08-21", 5);
        all += &Counter::of(tenant, &id("nic"), "network.outgoing.bytes")
            .counts("2013-08-23", &[7_000_000_000, 9_500_000_000, 1_000_000_000, 12_345_678_901]);
    }
    for tenant in ["carol", "hemi"] {
        all += &Volume::of(tenant, &format!("archive-of-{tenant}")).sized(20_000, "2013-08-03", 1);
    }
    all
}

/// July, which the ERP's price list is for.
fn july() -> String {
    ["aroha", "bob"].map(|tenant| Vm::of(tenant, &format!("july-of-{tenant}")).active("2013-07-08", 200)).concat()
}

/// What is adjusted before the book is kept.
fn second() -> String {
    // A machine was shut off before the last sample that had arrived in time says so.
    let less = Vm::of("gus", "vm-of-gus").flavor("m1.small").active("2013-08-19T20:30:00", 0);
    Vm::of("aroha", "web").active("2013-08-04", 4) + &less
}

/// What arrives when the book is continued.
fn late() -> String {
    Vm::of("aroha", "web").active("2013-08-06", 3)
        + &Vm::of("aroha", "july-of-aroha").active("2013-07-20", 5)
        + &Volume::of("fern", "more-of-fern").sized(30, "2013-08-28", 2)
}

fn odoo() -> Odoo {
    let odoo = Odoo::for_billing_on(Version::Odoo17, "2013-10-01", &TENANTS);
    odoo.customer("iris");
    odoo.with(|tables| tables.set("res.company", 1, "tax_calculation_rounding_method", "round_globally"));
    odoo.tax("GST", 15);
    for (name, tenths) in [("Product Price", 6), ("Product Unit of Measure", 6)] {
        odoo.precision(name, tenths);
    }
    let levy = odoo.tax("Levy", 2);
    odoo.with(|tables| tables.set("account.tax", levy, "amount", "2.5".parse::<Decimal>().unwrap()));
    for service in ["m1.large", "Support", "Delivery", "Minimum charge"] {
        odoo.create(
            "product.product",
            [("name", service.into()), ("default_code", service.into()), ("type", "service".into())],
        );
    }
    odoo.with(|tables| {
        // Its list prices are in the company's own currency.
        let nzd = tables.find("res.currency", "name", "NZD").unwrap();
        tables.set("res.company", 1, "currency_id", nzd);
        let nano = tables.find("product.product", "default_code", "m1.nano").unwrap();
        tables.set("product.product", nano, "list_price", Decimal::new(7, 2).unwrap());
    });
    odoo
}

/// A book as it was made, up to the point where it is kept.
fn told(keeper: Keeper, program: PathBuf) -> Book {
    let book = keeper.book(program, (keeper == Keeper::Odoo).then(odoo));
    let cloud = &book.cloud;
    for (file, content) in
        [("rates.csv", RATES), ("names.csv", NAMES), ("cards/all.yaml", CARD), ("cards/winter.yaml", WINTER)]
    {
        cloud.write(file, content);
    }
    cloud.write("cards/spring.yaml", SPRING);
    book.hears("first.ndjson.gz", &first());
    if let Some(odoo) = &book.odoo {
        book.hears("july.ndjson.gz", &july());
        book.priced_by_the_erp();
        cloud.bill("--month 2013-07 -t aroha -t bob").done();
        cloud.run("statement void 2 --reason mistake").done();
        book.priced_by_cards();
        // Its document is posted, but nobody has heard of that.
        odoo.trouble(Trouble::at("action_post", Does::DiesAfter).once());
        cloud.bill("--month 2013-08 -t erin").failed().says("in doubt");
    }
    let book = if let Some(mut odoo) = book.odoo {
        odoo.no_trouble();
        odoo.start_again();
        Book { odoo: Some(odoo), ..book }
    } else {
        book
    };
    let cloud = &book.cloud;
    cloud.bill("--from 2013-08-01 --to 2013-08-16 -t aroha").done();
    cloud.bill("--month 2013-08 -t bob").done();
    let of = |tenant: &str| {
        let statements = cloud.statements();
        let live = statements.iter().rev().find(|it| it["tenant"]["id"] == tenant && it["kind"] == "invoice");
        live.unwrap()["number"].to_string()
    };
    cloud.run(&format!("statement void {} --reason mistake", of("bob"))).done();
    cloud.bill("--month 2013-08 -t bob").done();
    cloud.bill("--month 2013-08 -t carol").failed().says("is held");
    cloud.bill("--month 2013-08 -t hemi").failed().says("is held");
    cloud.run(&format!("statement void {} --reason mistake", of("hemi"))).done();
    cloud.bill("--month 2013-08 -t gus").done();
    book.hears("second.ndjson.gz", &second());
    cloud.bill("--adjust --from 2013-08-01 --to 2013-08-16 -t aroha").done();
    cloud.bill("--adjust --month 2013-08 -t gus").done();
    match &book.odoo {
        // Its customer is not there yet.
        Some(_) => drop(cloud.bill("--month 2013-08 -t dora").failed().says("not sent")),
        None => refused_by_the_disk(&book, "dora"),
    }
    if book.odoo.is_none() {
        book.dies("after pending>sending", "bill --month 2013-08 -t erin");
    }
    cloud.bill("--month 2013-08 -t fern").done();
    book.dies("after storing credit", &format!("statement void {} --reason mistake", of("fern")));
    book
}

/// A statement is not written, because something stands where the backend keeps whose a document's name is.
fn refused_by_the_disk(book: &Book, tenant: &str) {
    let names = "invoices/.artifice/names";
    let trial = book.cloud.copy();
    let before = trial.files(names);
    trial.bill(&format!("--month 2013-08 -t {tenant}")).done();
    let new: Vec<String> = trial.files(names).into_iter().filter(|name| !before.contains(name)).collect();
    for name in &new {
        fs::create_dir(book.cloud.path(names).join(name)).unwrap();
    }
    book.cloud.bill(&format!("--month 2013-08 -t {tenant}")).failed().says("not sent");
    for name in &new {
        fs::remove_dir(book.cloud.path(names).join(name)).unwrap();
    }
}

/// Writes what is kept of a book.
fn keep(book: &Book) {
    let (keeper, cloud) = (book.keeper, &book.cloud);
    let directory = keeper.kept("");
    fs::create_dir_all(&directory).unwrap();
    let write = |name: &str, content: &[u8]| fs::write(keeper.kept(&format!("{name}.gz")), packed(content)).unwrap();
    match Kind::of_this_program() {
        Kind::Sqlite => {
            // What is in the write-ahead log comes into the file.
            cloud.db().rows("PRAGMA wal_checkpoint(TRUNCATE)");
            write("ledger.db", &fs::read(cloud.path("ledger.db")).unwrap());
        }
        Kind::Postgres => {
            write("ledger.sql", Postgres::shared().dump_of(cloud.postgres()).as_bytes());
        }
    }
    match &book.odoo {
        None => {
            fs::create_dir_all(directory.join("invoices")).unwrap();
            copy_directory(&cloud.path("invoices"), &directory.join("invoices"));
        }
        Some(odoo) => {
            write("erp.json", format!("{:#}\n", odoo.with(|tables| tables.to_json())).as_bytes());
        }
    }
    write("said.txt", asked(book).text().as_bytes());
    let inputs = keeper.inputs();
    for part in ["cards", "samples"] {
        fs::create_dir_all(inputs.join(part)).unwrap();
        copy_directory(&cloud.path(part), &inputs.join(part));
    }
    for file in ["rates.csv", "names.csv"] {
        fs::copy(cloud.path(file), inputs.join(file)).unwrap();
    }
    fs::write(inputs.join("late.ndjson.gz"), packed(late())).unwrap();
}

#[test]
#[ignore = "the copies were made once, by the program before"]
fn copies_are_made() {
    let program = PathBuf::from(std::env::var_os("ARTIFICE_KEPT_BY").expect("the program that makes the copies"));
    for keeper in KEEPERS {
        let book = told(keeper, program.clone());
        nothing_is_wrong(&book);
        keep(&book);
    }
}
