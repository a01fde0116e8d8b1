//! Who works behind the wire: knows who asks, executes, and commits, now or later.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::thread;
use std::time::Duration;

use super::fault::{Fault, Result, server};
use super::load;
use super::service::{self, Execute};
use super::table::Tables;
use super::trouble::Trouble;
use super::value::{Struct, Value, record};
use super::version::Version;
use super::xml::Call;

/// The database's name.
pub const DATABASE: &str = "erp";
/// The password of every user.
pub const PASSWORD: &str = "let-me-in-4711";
/// A key that serves as the password as well, but for nobody in OpenERP 7.
pub const API_KEY: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";

/// What was asked, and how long request and answer were, heads included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// `authenticate`, or model and method.
    pub call: String,
    pub request: usize,
    pub answer: usize,
    /// The values of the call.
    pub params: Vec<Value>,
}

/// The server behind the wire.
pub struct Desk {
    tables: Mutex<Tables>,
    pub(super) troubles: Mutex<Vec<Trouble>>,
    pub(super) exchanges: Mutex<Vec<Exchange>>,
    /// The calls that were understood, before anything came of them.
    begun: Mutex<Vec<String>>,
    logins: AtomicUsize,
    /// What serves as anybody's password.
    passwords: Mutex<Vec<String>>,
    /// How many requests have begun.
    pub(super) heard: AtomicUsize,
    pub(super) cut_request: Mutex<Option<(usize, usize)>>,
    pub(super) cut_answer: Mutex<Option<(usize, usize)>>,
    /// External ids that a transaction writes which is not committed yet.
    held: Mutex<BTreeSet<String>>,
    released: Condvar,
    under_way: AtomicUsize,
    own: Weak<Desk>,
}

/// Who asks.
fn login(uid: i64) -> Option<&'static str> {
    [(2, "admin"), (6, "limited"), (7, "nobody")].into_iter().find(|(id, _)| *id == uid).map(|(_, login)| login)
}

impl Desk {
    pub fn new(tables: Tables) -> Arc<Desk> {
        Arc::new_cyclic(|own| Desk {
            tables: Mutex::new(tables),
            troubles: Mutex::default(),
            exchanges: Mutex::default(),
            begun: Mutex::default(),
            logins: AtomicUsize::new(0),
            passwords: Mutex::new(vec![PASSWORD.to_owned(), API_KEY.to_owned()]),
            heard: AtomicUsize::new(0),
            cut_request: Mutex::default(),
            cut_answer: Mutex::default(),
            held: Mutex::default(),
            released: Condvar::new(),
            under_way: AtomicUsize::new(0),
            own: own.clone(),
        })
    }

    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    pub fn troubles(&self) -> MutexGuard<'_, Vec<Trouble>> {
        self.troubles.lock().unwrap()
    }

    pub fn cut_request(&self, cut: Option<(usize, usize)>) {
        *self.cut_request.lock().unwrap() = cut;
    }

    pub fn cut_answer(&self, cut: Option<(usize, usize)>) {
        *self.cut_answer.lock().unwrap() = cut;
    }

    pub fn exchanges(&self) -> Vec<Exchange> {
        self.heard.store(0, Ordering::SeqCst);
        self.begun.lock().unwrap().clear();
        std::mem::take(&mut self.exchanges.lock().unwrap())
    }

    pub fn has_begun(&self, call: &str) -> bool {
        self.begun.lock().unwrap().iter().any(|begun| begun.contains(call))
    }

    pub fn logins(&self) -> usize {
        self.logins.load(Ordering::SeqCst)
    }

    pub fn settle(&self) {
        while self.under_way.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What a call asks for, and what it is answered; executed now or later.
    pub fn dispatch(&self, path: &str, call: &Call) -> (String, Result<Asked>) {
        let asked = self.understood(path, call);
        let name = match &asked {
            Ok(Asked::Execute(_, execute)) => format!("{}.{}", execute.model, execute.method),
            _ => call.method.clone(),
        };
        self.begun.lock().unwrap().push(name.clone());
        (name, asked)
    }

    fn understood(&self, path: &str, call: &Call) -> Result<Asked> {
        let service = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let version = self.tables().version;
        let text = |at: usize| call.params.get(at).and_then(Value::text).unwrap_or_default().to_owned();
        match (service, call.method.as_str()) {
            ("common", "version") => Ok(Asked::Known(about(version))),
            ("common", "authenticate" | "login") => {
                self.has_database(&text(0))?;
                self.logins.fetch_add(1, Ordering::SeqCst);
                let good = self.knows(&text(2));
                let uid = [2, 6, 7].into_iter().find(|uid| login(*uid) == Some(&text(1))).filter(|_| good);
                Ok(Asked::Known(uid.map_or(Value::Bool(false), Value::Int)))
            }
            ("object", "execute_kw" | "execute" | "exec_workflow") => {
                self.has_database(&text(0))?;
                let login = call.params.get(1).and_then(Value::int).and_then(login);
                let good = self.knows(&text(2));
                let Some(login) = login.filter(|_| good) else { return Err(Fault::Denied) };
                let rest = call.params.get(5..).unwrap_or_default();
                let (args, named) = match call.method.as_str() {
                    "execute_kw" => {
                        let named = rest.get(1).and_then(Value::members).cloned().unwrap_or_default();
                        (rest.first().map(|args| args.list().to_vec()).unwrap_or_default(), named)
                    }
                    _ => (rest.to_vec(), Struct::new()),
                };
                Ok(Asked::Execute(login, Execute { model: text(3), method: text(4), args, named }))
            }
            ("common" | "object" | "db", other) => server(format!("Exception: Method not found: {other}")),
            (other, _) => server(format!("KeyError: '{other}'")),
        }
    }

    /// Takes these as passwords from now on, and no others.
    pub fn take_passwords(&self, passwords: &[&str]) {
        *self.passwords.lock().unwrap() = passwords.iter().map(|it| (*it).to_owned()).collect();
    }

    fn knows(&self, password: &str) -> bool {
        let old = self.tables().version == Version::OpenErp7;
        self.passwords.lock().unwrap().iter().any(|it| it == password) && !(old && password == API_KEY)
    }

    fn has_database(&self, name: &str) -> Result<()> {
        // Recorded databases are called like this.
        if name == DATABASE || name.starts_with("odoo") {
            return Ok(());
        }
        server(format!(
            "psycopg2.OperationalError: connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  database \
             \"{name}\" does not exist\n"
        ))
    }

    /// Executes a call in a transaction.
    pub fn transact(&self, login: &str, call: &Execute, pause: Duration) -> Result<Value> {
        let ids = call.external_ids();
        if !self.hold(&ids) {
            return Ok(load::conflict());
        }
        thread::sleep(pause);
        let result = self.execute(login, call);
        self.release(&ids);
        result
    }

    fn execute(&self, login: &str, call: &Execute) -> Result<Value> {
        let mut tables = self.tables();
        if let Some(answer) = service::about_rights(&tables, login, call) {
            return answer;
        }
        if let Some(fault) = service::refused(&tables, login, &call.model, service::operation(&call.method)) {
            return Err(fault);
        }
        let mut changed = tables.clone();
        let result = service::execute(&mut changed, call);
        match result {
            Ok(_) | Err(Fault::None) => *tables = changed,
            // What was tried is remembered, whatever became of it.
            Err(_) => tables.tampered = changed.tampered,
        }
        result
    }

    /// Takes external ids. If somebody has one of them, waits for his commit, and fails.
    fn hold(&self, ids: &[String]) -> bool {
        let mut held = self.held.lock().unwrap();
        let mut free = true;
        while ids.iter().any(|id| held.contains(id)) {
            free = false;
            held = self.released.wait(held).unwrap();
        }
        if free {
            held.extend(ids.iter().cloned());
        }
        free
    }

    fn release(&self, ids: &[String]) {
        let mut held = self.held.lock().unwrap();
        held.retain(|id| !ids.contains(id));
        self.released.notify_all();
    }

    /// Executes a call after a while, with nobody to answer. What it writes is its own from now on.
    pub fn later(&self, login: &'static str, call: Execute, after: Duration) {
        let desk = self.own.upgrade().unwrap();
        let ids = call.external_ids();
        if !self.hold(&ids) {
            return;
        }
        self.under_way.fetch_add(1, Ordering::SeqCst);
        thread::spawn(move || {
            thread::sleep(after);
            let _ = desk.execute(login, &call);
            desk.release(&ids);
            desk.under_way.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// What a call asks for.
pub enum Asked {
    /// Something whose answer is known.
    Known(Value),
    /// To be executed for somebody.
    Execute(&'static str, Execute),
}

fn about(version: Version) -> Value {
    let (text, number) = match version {
        Version::OpenErp7 => ("7.0", 7),
        Version::Odoo16 => ("16.0", 16),
        Version::Odoo17 => ("17.0", 17),
    };
    let info = vec![Value::Int(number), 0.into(), 0.into(), "final".into(), 0.into(), "".into()];
    Value::Struct(record([
        ("server_version", text.into()),
        ("server_version_info", info.into()),
        ("server_serie", text.into()),
        ("protocol_version", 1.into()),
    ]))
}
