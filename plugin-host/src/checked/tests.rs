//! The seam: a loader of doubles, what is checked of their answers, and the time they have.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::sleep;

use artifice_plugin_api::{Context, Date, Decimal, ErrorKind, Kind, ROption, RSlice, RVec, Tenant};
use serde_json::{Value, json};

use super::*;
use crate::error::LoadError;
use crate::loader::{Loader, ModuleInfo, load};

/// What a double answers to its next calls, and which calls it got.
#[derive(Debug, Default)]
struct Script {
    standings: Mutex<VecDeque<Standing>>,
    receipts: Mutex<VecDeque<Receipt>>,
    documents: Vec<(String, String)>,
    price: Option<Price>,
    /// How long `find`, `lines` and `commit` take.
    takes: Duration,
    calls: Mutex<Vec<&'static str>>,
}

impl Script {
    fn called(&self, name: &'static str) {
        self.calls.lock().unwrap().push(name);
        if ["find", "lines", "commit"].contains(&name) {
            sleep(self.takes);
        }
    }

    fn receipt(&self) -> Receipt {
        self.receipts.lock().unwrap().pop_front().unwrap_or_else(|| Receipt::new("R"))
    }
}

#[derive(Debug)]
struct Double {
    class: ClassPath,
    info: ClassInfo,
    script: Arc<Script>,
}

impl Backend for Double {
    fn class(&self) -> &ClassPath {
        &self.class
    }
    fn info(&self) -> &ClassInfo {
        &self.info
    }
    fn spent(&self) -> Option<String> {
        (self.script.calls.lock().unwrap().last() == Some(&"health")).then(|| "its program has ended".to_owned())
    }
    fn health(&self, _call: &Call<'_>) -> Result<(), Error> {
        self.script.called("health");
        Ok(())
    }
    fn price(&self, _call: &Call<'_>, _query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        self.script.called("price");
        Ok(self.script.price.clone())
    }
    fn find(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<Standing, Error> {
        self.script.called("find");
        Ok(self.script.standings.lock().unwrap().pop_front().unwrap_or(Standing::Absent))
    }
    fn discard(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<(), Error> {
        self.script.called("discard");
        Ok(())
    }
    fn longest_delay(&self, _call: &Call<'_>) -> Result<Duration, Error> {
        self.script.called("longest_delay");
        Ok(Duration::from_secs(45))
    }
    fn documents(&self, _call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        for (key, reference) in &self.script.documents {
            self.script.called("documents");
            // It does not care whether it is told to stop.
            let _ = each(Document::new(key, "", Receipt::new(reference)));
        }
        Ok(Listing::since(since))
    }
    fn open(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<Box<dyn Invoice>, Error> {
        self.script.called("open");
        Ok(Box::new(Draft(self.script.clone())))
    }
}

struct Draft(Arc<Script>);

impl Invoice for Draft {
    fn section(&mut self, _name: &str) -> Result<(), Error> {
        Ok(())
    }
    fn lines(&mut self, _lines: &[Line<'_>]) -> Result<(), Error> {
        self.0.called("lines");
        Ok(())
    }
    fn totals(&mut self, _totals: &Totals<'_>) -> Result<(), Error> {
        Ok(())
    }
    fn commit(&mut self) -> Result<Receipt, Error> {
        self.0.called("commit");
        Ok(self.0.receipt())
    }
    fn rewrite(&mut self, _receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        self.0.called("rewrite");
        Ok(Some(self.0.receipt()))
    }
}

/// Neither a library nor a program: what a loader needs is two methods.
struct Doubles(Arc<Script>);

impl Loader for Doubles {
    fn describe(&self, _file: &Path) -> Result<ModuleInfo, LoadError> {
        Ok(ModuleInfo { name: "test.double".to_owned(), interface: String::new(), classes: vec![info()] })
    }
    fn create(
        &self,
        class: &ClassPath,
        _settings: &Value,
        _context: &Context<'_>,
    ) -> Result<Box<dyn Backend>, LoadError> {
        Ok(Box::new(Double { class: class.clone(), info: info(), script: self.0.clone() }))
    }
}

fn info() -> ClassInfo {
    let (name, config_schema) = ("Double".into(), "not JSON".into());
    ClassInfo { name, version: "1".into(), description: "doubles".into(), config_schema, extra: RVec::new() }
}

fn double(script: Script) -> (Arc<dyn Backend>, Arc<Script>) {
    let script = Arc::new(script);
    let class = "test.double:Double".parse().unwrap();
    let backend = load(&Doubles(script.clone()), &class, &json!({}), &Context::new("/", "UTC")).unwrap();
    (backend, script)
}

fn soon() -> Call<'static> {
    Call::within(Duration::from_secs(60))
}

fn header() -> Header<'static> {
    let day = Date { year: 1970, month: 1, day: 1 };
    Header {
        key: "k".into(),
        ledger_id: "".into(),
        digest: "d".into(),
        number: 1,
        kind: Kind::Invoice,
        refers_to: ROption::RNone,
        tenant: Tenant { id: "t".into(), name: ROption::RNone, attributes: RSlice::EMPTY },
        start: Timestamp { micros: 0 },
        end: Timestamp { micros: 1 },
        timezone: "UTC".into(),
        first_day: day,
        last_day: day,
        issued: day,
        currency: "NZD".into(),
        currency_digits: 2,
        extra: RSlice::EMPTY,
    }
}

fn listed(documents: &[(&str, &str)], most: usize) -> (Vec<String>, Result<Listing, Error>) {
    let documents = documents.iter().map(|(key, reference)| ((*key).to_owned(), (*reference).to_owned())).collect();
    let (backend, _) = double(Script { documents, ..Script::default() });
    let mut keys = Vec::new();
    let listing = backend.documents(&soon(), Timestamp { micros: 7 }, &mut |document| {
        keys.push(document.key.to_string());
        if keys.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (keys, listing)
}

#[test]
fn a_good_answer_is_handed_on_as_it_is() {
    let standings = [
        Standing::Absent,
        Standing::Stands(Receipt::new("R1")),
        Standing::Cancelled(Receipt::new("R2").with("a", "b")),
        Standing::Changed { receipt: Receipt::new("x".repeat(MAX_REFERENCE)), what: "its total".into() },
    ];
    let (backend, _) = double(Script { standings: Mutex::new(standings.clone().into()), ..Script::default() });
    for standing in standings {
        assert_eq!(backend.find(&soon(), &header()), Ok(standing));
    }
    assert_eq!(backend.longest_delay(&soon()), Ok(Duration::from_secs(45)));
    assert_eq!((backend.class().to_string().as_str(), backend.spent()), ("test.double:Double", None));
    assert_eq!(backend.schema(), json!({"writeOnly": true}), "what cannot be read makes everything secret");
    backend.health(&soon()).unwrap();
    assert_eq!(backend.spent().as_deref(), Some("its program has ended"));
    let (keys, listing) = listed(&[("k1", "R1"), ("k2", "R2")], 100);
    assert_eq!((keys, listing), (vec!["k1".to_owned(), "k2".to_owned()], Ok(Listing::since(Timestamp { micros: 7 }))));
}

#[test]
fn a_receipt_without_a_good_reference_is_nobodys_receipt() {
    for (reference, length) in [(String::new(), "0 bytes"), ("x".repeat(MAX_REFERENCE + 1), "4097 bytes")] {
        let receipt = Receipt::new(reference);
        let what = "its total".into();
        let standings = [
            Standing::Stands(receipt.clone()),
            Standing::Cancelled(receipt.clone()),
            Standing::Changed { receipt: receipt.clone(), what },
        ];
        let asked = standings.len();
        let receipts = Mutex::new([receipt.clone(), receipt].into());
        let (backend, _) = double(Script { standings: Mutex::new(standings.into()), receipts, ..Script::default() });
        let mut errors: Vec<Error> =
            (0..asked).map(|_| backend.find(&soon(), &header()).map(drop).unwrap_err()).collect();
        let mut invoice = backend.open(&soon(), &header()).unwrap();
        errors.push(invoice.commit().unwrap_err());
        errors.push(invoice.rewrite(&Receipt::new("R")).unwrap_err());
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Unknown);
            assert!(error.message().contains(&format!("a receipt whose reference is {length} long")), "{error}");
        }
    }
}

#[test]
fn what_was_changed_must_be_said() {
    for what in [String::new(), "x".repeat(MAX_REFERENCE + 1)] {
        let standing = Standing::Changed { receipt: Receipt::new("R"), what: what.into() };
        let (backend, _) = double(Script { standings: Mutex::new([standing].into()), ..Script::default() });
        assert!(backend.find(&soon(), &header()).unwrap_err().message().contains("what was changed"));
    }
}

#[test]
fn one_broken_document_is_an_error_that_says_which() {
    let long = "x".repeat(5000);
    for (pairs, says) in [
        ([("k1", "R1"), ("k2", "")].as_slice(), vec!["key 'k2'", "reference is 0 bytes long"]),
        (&[("k1", &long), ("k2", "R2")], vec!["key 'k1'", "reference is 5000 bytes long"]),
        (&[("", "R1")], vec!["document 'R1'", "key is 0 bytes long"]),
        (&[(&long, "R\u{1b}1")], vec!["document 'R\\u{1b}1'", "key is 5000 bytes long"]),
        (&[("k", "R1"), ("l", "R2"), ("k", "R3")], vec!["key 'k' twice, as 'R1' and as 'R3'"]),
    ] {
        let error = listed(pairs, 100).1.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unknown);
        assert!(says.iter().all(|part| error.message().contains(part)), "{error}");
        assert!(error.message().len() < 500, "{error}");
    }
}

#[test]
fn whoever_goes_on_after_a_list_was_broken_off_is_not_heard() {
    let pairs = [("k1", "R1"), ("k2", "R2"), ("k3", "R3"), ("k1", "twice"), ("", "")];
    let (keys, listing) = listed(&pairs, 2);
    assert_eq!(keys, ["k1", "k2"]);
    assert!(listing.is_ok());
}

#[test]
fn a_price_holds_at_the_instant_that_it_was_asked_for() {
    let at = |micros| ROption::RSome(Timestamp { micros });
    let query = PriceQuery {
        tenant: "t".into(),
        location: "l".into(),
        service: "s".into(),
        unit: "hour".into(),
        at: Timestamp { micros: 1_375_315_200_000_000 },
        quantity: Decimal::new(1, 0),
        extra: RSlice::EMPTY,
    };
    let now = query.at.micros;
    for (from, until, holds) in [
        (ROption::RNone, ROption::RNone, true),
        (at(now), at(now + 1), true),
        (at(now + 1), ROption::RNone, false),
        (ROption::RNone, at(now), false),
    ] {
        let (amount, origin) = (Decimal::new(5, 2), "a list".into());
        let (per, currency) = ("hour".into(), "NZD".into());
        let price = Price { amount, per, currency, origin, from, until, extra: RVec::new() };
        let (backend, _) = double(Script { price: Some(price), ..Script::default() });
        let answer = backend.price(&soon(), &query);
        assert_eq!(answer.is_ok(), holds, "{answer:?}");
        let says = "test.double:Double was asked for a price at 2013-08-01T00:00:00Z, and answered one that does not";
        assert!(answer.err().is_none_or(|error| error.message().contains(says)));
    }
    assert_eq!(double(Script::default()).0.price(&soon(), &query), Ok(None));
}

#[test]
fn nothing_is_called_when_nobody_listens_any_more() {
    let (backend, script) = double(Script { documents: vec![("k".to_owned(), "R".to_owned())], ..Script::default() });
    let over = Call::within(Duration::ZERO);
    let mut errors = vec![
        backend.health(&over).unwrap_err(),
        backend.find(&over, &header()).unwrap_err(),
        backend.discard(&over, &header()).unwrap_err(),
        backend.longest_delay(&over).unwrap_err(),
        backend.documents(&over, Timestamp { micros: 0 }, &mut |_| ControlFlow::Continue(())).unwrap_err(),
    ];
    errors.extend(backend.open(&over, &header()).err());
    assert_eq!(errors.len(), 6);
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Unavailable), "{errors:?}");
    assert!(script.calls.lock().unwrap().is_empty());
}

#[test]
fn what_is_answered_too_late_is_not_heard() {
    let takes = Duration::from_millis(200);
    let (backend, script) = double(Script { takes, ..Script::default() });
    let error = backend.find(&Call::within(takes / 2), &header()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Unknown, "the backend answered too late"));
    assert_eq!(*script.calls.lock().unwrap(), ["find"]);
}

#[test]
fn a_document_whose_lines_took_too_long_is_not_committed() {
    let (takes, time) = (Duration::from_millis(500), Duration::from_millis(300));
    let (backend, script) = double(Script { takes, ..Script::default() });
    let mut invoice = backend.open(&Call::within(time), &header()).unwrap();
    invoice.lines(&[]).unwrap();
    // Whoever holds it to be in doubt must be right when he finds nothing.
    assert_eq!(invoice.commit().unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(!script.calls.lock().unwrap().contains(&"commit"));
    let mut invoice = backend.open(&Call::within(time), &header()).unwrap();
    assert_eq!(invoice.commit().unwrap_err().kind(), ErrorKind::Unknown, "it may have been made");
    assert!(script.calls.lock().unwrap().contains(&"commit"));
}
