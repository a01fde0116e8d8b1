//! Stories of documents, told through the interface that the host calls.

mod concurrency;
mod crashes;
mod failures;
mod kinds;
mod listing;
mod names;
mod rewriting;
mod rows;
mod settings;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use artifice_plugin_api::{
    Backend, Call, Context, Date, Decimal, Document, Error, Fraction, Header, Invoice, Kind, Line, Pair, RSlice, RStr,
    Receipt, Reference, Standing, Tax, Tenant, Timestamp, Totals,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::store::Hook;
use crate::{Csv, CsvInvoice};

fn call() -> Call<'static> {
    Call::within(Duration::from_secs(300))
}

fn at(text: &str) -> Timestamp {
    Timestamp { micros: text.parse::<DateTime<Utc>>().unwrap().timestamp_micros() }
}

fn decimal(text: &str) -> Decimal {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    Decimal::new(format!("{whole}{fraction}").parse().unwrap(), u8::try_from(fraction.len()).unwrap())
}

/// A line of the statement in the command's documentation; stories change what they are about.
#[derive(Clone)]
struct Row {
    location: String,
    service: String,
    name: String,
    quantity: &'static str,
    rate: Option<&'static str>,
    cost: &'static str,
    extra: Vec<(&'static str, &'static str)>,
}

impl Default for Row {
    fn default() -> Self {
        Row {
            location: "compute.openstack".to_owned(),
            service: "m1.nano".to_owned(),
            name: "VM instance, size nano".to_owned(),
            quantity: "174.026781",
            rate: Some("0.05"),
            cost: "8.7",
            extra: Vec::new(),
        }
    }
}

/// A statement; stories change what they are about.
#[derive(Clone)]
struct Bill {
    key: String,
    ledger_id: &'static str,
    digest: String,
    number: u64,
    kind: Kind,
    /// The invoice that it takes back or changes: its key, number and receipt.
    refers_to: Option<(String, u64, Receipt)>,
    tenant_id: String,
    tenant: Option<String>,
    start: &'static str,
    end: &'static str,
    timezone: &'static str,
    rows: Vec<Row>,
    taxes: Vec<(&'static str, &'static str, &'static str)>,
}

impl Default for Bill {
    fn default() -> Self {
        Bill {
            key: "0198c1f2-7d2f-7000-8000-000000000001".to_owned(),
            ledger_id: "",
            digest: "d1".to_owned(),
            number: 1,
            kind: Kind::Invoice,
            refers_to: None,
            tenant_id: "931d1a3b".to_owned(),
            tenant: Some("demo".to_owned()),
            start: "2013-08-01T00:00:00Z",
            end: "2013-09-01T00:00:00Z",
            timezone: "UTC",
            rows: vec![Row::default()],
            taxes: Vec::new(),
        }
    }
}

impl Bill {
    fn keyed(key: impl Into<String>) -> Bill {
        Bill { key: key.into(), ..Bill::default() }
    }

    fn of(tenant: &str) -> Bill {
        Bill { tenant: Some(tenant.to_owned()), ..Bill::default() }
    }

    fn header(&self) -> Header<'_> {
        Header {
            key: self.key.as_str().into(),
            ledger_id: self.ledger_id.into(),
            digest: self.digest.as_str().into(),
            number: self.number,
            kind: self.kind,
            refers_to: self
                .refers_to
                .as_ref()
                .map(|(key, number, receipt)| Reference {
                    key: key.as_str().into(),
                    number: *number,
                    receipt,
                    extra: RSlice::EMPTY,
                })
                .into(),
            tenant: Tenant {
                id: self.tenant_id.as_str().into(),
                name: self.tenant.as_deref().map(RStr::from).into(),
                attributes: RSlice::from_slice(&[]),
            },
            start: at(self.start),
            end: at(self.end),
            timezone: self.timezone.into(),
            first_day: Date { year: 2013, month: 8, day: 1 },
            last_day: Date { year: 2013, month: 8, day: 31 },
            issued: Date { year: 2013, month: 9, day: 2 },
            currency: "NZD".into(),
            currency_digits: 2,
            extra: RSlice::from_slice(&[]),
        }
    }

    /// The document, with everything told to it, before any ending.
    fn written(&self, csv: &Csv) -> Result<CsvInvoice, Error> {
        let mut invoice = csv.open(&call(), &self.header())?;
        invoice.section("Compute")?;
        for row in &self.rows {
            let extra: Vec<Pair<'_>> =
                row.extra.iter().map(|(key, value)| Pair { key: (*key).into(), value: (*value).into() }).collect();
            invoice.lines(&[Line {
                section: "Compute".into(),
                location: row.location.as_str().into(),
                service: row.service.as_str().into(),
                name: row.name.as_str().into(),
                resource_id: "03bd".into(),
                resource_name: "trogdor".into(),
                meter: "instance".into(),
                aggregate: "uptime".into(),
                start: at(self.start),
                end: at(self.end),
                quantity: decimal(row.quantity),
                unit: "hour".into(),
                rate: row.rate.map(decimal).into(),
                rate_unit: "hour".into(),
                factor: Some(Fraction::ONE).into(),
                cost: decimal(row.cost),
                taxes: RSlice::from_slice(&[]),
                extra: RSlice::from_slice(&extra),
            }])?;
        }
        let taxes: Vec<Tax<'_>> = self
            .taxes
            .iter()
            .map(|(name, percent, amount)| Tax {
                name: (*name).into(),
                percent: decimal(percent),
                base: decimal("8.7"),
                amount: decimal(amount),
                extra: RSlice::EMPTY,
            })
            .collect();
        invoice.totals(&Totals {
            subtotal: decimal("8.7"),
            taxes: RSlice::from_slice(&taxes),
            total: decimal("8.7"),
            extra: RSlice::EMPTY,
        })?;
        Ok(invoice)
    }

    fn commit(&self, csv: &Csv) -> Result<Receipt, Error> {
        self.written(csv)?.commit()
    }

    fn standing(&self, csv: &Csv) -> Result<Standing, Error> {
        csv.find(&call(), &self.header())
    }

    fn find(&self, csv: &Csv) -> Result<Option<Receipt>, Error> {
        Ok(self.standing(csv)?.receipt().cloned())
    }

    fn rewrite(&self, csv: &Csv, receipt: &Receipt) -> Result<Receipt, Error> {
        Ok(self.written(csv)?.rewrite(receipt)?.expect("documents are files here"))
    }

    fn text(&self, csv: &Csv) -> String {
        String::from_utf8(self.written(csv).unwrap().bytes(&csv.format).unwrap()).unwrap()
    }
}

/// A backend with the defaults and these settings over them.
fn configured(dir: &Path, settings: Value) -> Result<Csv, Error> {
    let mut all = json!({ "output_path": "invoices" });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let directory = dir.to_str().unwrap();
    Csv::new(serde_json::from_value(all).map_err(Error::configuration)?, &Context::new(directory, "UTC"))
}

fn csv(dir: &Path) -> Csv {
    configured(dir, json!({})).unwrap()
}

/// A backend that does something between two steps.
fn hooked(dir: &Path, hook: Hook) -> Csv {
    let mut csv = csv(dir);
    Arc::get_mut(&mut csv.store).unwrap().hook = Some(hook);
    csv
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn invoices(home: &tempfile::TempDir) -> PathBuf {
    home.path().join("invoices")
}

/// What a person sees in `output_path`: every visible file with its content.
fn documents(home: &tempfile::TempDir) -> BTreeMap<String, String> {
    let entries = fs::read_dir(invoices(home)).into_iter().flatten().flatten();
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .filter(|(name, _)| !name.starts_with('.'))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect()
}

fn names(home: &tempfile::TempDir) -> Vec<String> {
    documents(home).into_keys().collect()
}

/// How many temporary files there are.
fn temporaries(home: &tempfile::TempDir) -> usize {
    fs::read_dir(invoices(home).join(".artifice/temp")).map_or(0, Iterator::count)
}

/// Where a receipt's document is.
fn place(home: &tempfile::TempDir, receipt: &Receipt) -> PathBuf {
    invoices(home).join(receipt.reference.as_str())
}

/// A receipt as writing its document again answers it: with the whole path, for people.
fn shown(home: &tempfile::TempDir, receipt: &Receipt) -> Receipt {
    Receipt { reference: place(home, receipt).to_string_lossy().into_owned().into(), ..receipt.clone() }
}

fn file(receipt: &Receipt) -> String {
    receipt.detail("file").unwrap().to_owned()
}
