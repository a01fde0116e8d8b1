//! The two books that are kept, each on both databases, and where they lie.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use artifice_tests::database::Kind;
use artifice_tests::odoo::{Odoo, Tables};
use artifice_tests::{Cloud, artifice, copy_directory, workspace};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Who keeps the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    Csv,
    Odoo,
}

pub const KEEPERS: [Keeper; 2] = [Keeper::Csv, Keeper::Odoo];

/// What is the same on both databases: prices, names, metering.
const INPUTS: &str = "inputs";
/// Metering that arrives when a book is continued.
const LATE: &str = "late.ndjson.gz";

/// A cloud with a ledger, and the ERP that has its documents if files are not all.
pub struct Book {
    pub keeper: Keeper,
    pub cloud: Cloud,
    pub odoo: Option<Odoo>,
}

impl Keeper {
    fn directory(self) -> PathBuf {
        workspace().join("tests/kept").join(if self == Keeper::Csv { "csv" } else { "odoo" })
    }

    /// What was kept of the book on this program's database.
    pub fn kept(self, name: &str) -> PathBuf {
        let database = if Kind::of_this_program() == Kind::Sqlite { "sqlite" } else { "postgres" };
        self.directory().join(database).join(name)
    }

    /// What was kept for both databases.
    pub fn inputs(self) -> PathBuf {
        self.directory().join(INPUTS)
    }

    /// The book as it was kept, for today's program.
    pub fn open(self) -> Book {
        let odoo = (self == Keeper::Odoo).then(|| {
            let stored = unpacked(&self.kept("erp.json.gz"));
            Odoo::holding(Tables::from_json(&serde_json::from_slice(&stored).unwrap()))
        });
        let book = self.book(artifice(), odoo);
        for part in ["cards", "samples"] {
            fs::create_dir(book.cloud.path(part)).unwrap();
            copy_directory(&self.inputs().join(part), &book.cloud.path(part));
        }
        for file in ["rates.csv", "names.csv"] {
            fs::copy(self.inputs().join(file), book.cloud.path(file)).unwrap();
        }
        if self == Keeper::Csv {
            fs::create_dir(book.cloud.path("invoices")).unwrap();
            copy_directory(&self.kept("invoices"), &book.cloud.path("invoices"));
        }
        match Kind::of_this_program() {
            Kind::Sqlite => drop(book.cloud.write("ledger.db", unpacked(&self.kept("ledger.db.gz")))),
            Kind::Postgres => {
                let dump = String::from_utf8(unpacked(&self.kept("ledger.sql.gz"))).unwrap();
                book.cloud.db().script(&dump);
            }
        }
        book.cloud.run("db migrate").done();
        book
    }

    /// A book with its configuration, and nothing else.
    pub fn book(self, program: PathBuf, odoo: Option<Odoo>) -> Book {
        let cloud = Cloud::new().inside(program);
        cloud.set("source", "{kind: file, path: ['samples/*']}").set("limits", "{total: 60}");
        cloud.set("datacenters", "{akl-*: auckland}");
        cloud.set(
            "fees",
            "[{name: Support, section: Support, amount: 5.50, uses: [Compute]}, \
              {name: Delivery, section: Post, amount: 1, per: period, tenant: [aroha]}]",
        );
        fs::remove_file(cloud.path("samples.ndjson")).unwrap();
        let book = Book { keeper: self, cloud, odoo };
        book.priced_by_cards();
        book
    }
}

/// Compressed, as most of what is kept is.
pub fn packed(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(content.as_ref()).unwrap();
    packed.finish().unwrap()
}

/// A file's content before it was compressed.
pub fn unpacked(file: &Path) -> Vec<u8> {
    let mut content = Vec::new();
    GzDecoder::new(fs::File::open(file).unwrap()).read_to_end(&mut content).unwrap();
    content
}

impl Book {
    /// Prices are the cards' and the rates file's.
    pub fn priced_by_cards(&self) {
        self.cloud.set("rates", "{cards: [cards], file: rates.csv, names: names.csv}");
        self.backend();
    }

    /// Prices are the ERP's; taxes and the minimum charge stay the cards'.
    pub fn priced_by_the_erp(&self) {
        self.cloud.set("rates", "{source: backend, cards: [cards]}");
        self.backend();
    }

    fn backend(&self) {
        // One worker: numbers are given in the order of the tenants.
        let main =
            |class| format!("{{invoice:object: {class}, timezone: Pacific/Auckland, currency: NZD, workers: 1}}");
        match &self.odoo {
            // A directory that has the same name wherever it is.
            None => self.cloud.set("main", &main("billing.csv_invoice:Csv")).set(
                "invoice:config",
                "{output_path: /proc/self/cwd/invoices, output_file: '%(tenant)s-%(number)s-%(kind)s-%(start)s.csv', \
                  header: true, row_layout: [number, kind, refers_to, key, tenant, section, location, type, start, end, \
                  resource_id, resource_name, meter, aggregate, volume, unit, rate, rate_unit, cost, currency]}",
            ),
            Some(odoo) => {
                odoo.serve(&self.cloud, ", prices: {from: list_price, per: {Units: hour, Unit: hour}}");
                self.cloud.set("main", &main("billing.openerp:OpenERP"))
            }
        };
    }

    /// Metering arrives that nobody had heard of.
    pub fn hears_late(&self) {
        fs::copy(self.keeper.inputs().join(LATE), self.cloud.path("samples").join(LATE)).unwrap();
    }

    /// The files of the documents and of the backend's records, with their content.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut files, root) = (BTreeMap::new(), self.cloud.path("invoices"));
        let mut rest = vec![root.clone()];
        while let Some(directory) = rest.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    rest.push(path);
                } else {
                    files.insert(path.strip_prefix(&root).unwrap().to_owned(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// Everything that the backend holds, to be compared.
    pub fn held(&self) -> String {
        match &self.odoo {
            None => format!("{:?}", self.files()),
            Some(odoo) => odoo.with(|tables| tables.to_json().to_string()),
        }
    }
}
