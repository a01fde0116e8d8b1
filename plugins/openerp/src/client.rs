//! Calls of an ERP: one log-in a run, two protocols, and errors that say what happened, where, and what to do.

mod fault;
mod login;
mod query;

use std::sync::{Arc, Mutex, PoisonError};
#[cfg(not(fuzzing))]
use std::thread::sleep;
use std::time::{Duration, Instant};

use artifice_plugin_api::{Error, ErrorKind};

pub use fault::{Failed, Failure, is_conflict};
pub use query::Find;

use crate::settings::Endpoint;
#[cfg(fuzzing)]
use crate::wire::offline::sleep;
use crate::wire::{Answer, Args, Http, int, list, record, request, text};

/// How long it waits before the second and the third try.
const WAITS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];
/// What is left for the host to hear of the end.
const MARGIN: Duration = Duration::from_secs(3);

/// When a piece of work has to be done.
#[derive(Clone, Copy)]
pub struct Clock {
    until: Instant,
}

impl Clock {
    /// So much time from now on.
    pub fn of(time: Duration) -> Self {
        Clock { until: Instant::now() + time.saturating_sub(MARGIN.min(time / 10)) }
    }

    /// What is left of it.
    pub fn left(self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

/// A log-in.
pub struct Session {
    /// The release's number: 7, 16.
    pub major: u32,
    /// The release as the ERP writes it.
    pub version: String,
    /// The user's id.
    pub uid: i64,
}

impl Session {
    /// Whether it is spoken to by `/xmlrpc` and `execute`, as before Odoo 8.
    fn is_old(&self) -> bool {
        self.major < 8
    }
}

/// An ERP, as one user of one database.
pub struct Client {
    http: Http,
    endpoint: Endpoint,
    /// The log-in, or why there will be none in this run.
    session: Mutex<Option<Result<Arc<Session>, Error>>>,
}

impl Client {
    /// A client. Nothing is sent yet.
    pub fn new(endpoint: Endpoint) -> Result<Self, Error> {
        Ok(Client { http: Http::new(&endpoint)?, endpoint, session: Mutex::new(None) })
    }

    /// The user's login, for messages.
    pub fn user(&self) -> &str {
        &self.endpoint.username
    }

    /// The log-in: made once a run, by whoever needs it first. A wrong password is not tried again.
    pub fn session(&self, clock: Clock) -> Result<Arc<Session>, Error> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = session.as_ref() {
            return known.clone();
        }
        let made = self.login(clock);
        let passes = matches!(&made, Err(error) if error.kind() == ErrorKind::Unavailable);
        if !passes {
            *session = Some(made.clone());
        }
        made
    }

    /// Asks something that changes nothing, up to three times.
    pub fn ask(&self, clock: Clock, model: &str, method: &str, args: Args, named: Args) -> Result<Answer, Error> {
        let session = self.session(clock)?;
        self.execute(&session, clock, true, model, method, args, named).map_err(Failed::asked)
    }

    /// Has something changed, once: whoever calls decides what a lost answer means.
    pub fn tell(&self, clock: Clock, model: &str, method: &str, args: Args) -> Result<Answer, Failed> {
        let session = self.session(clock).map_err(Failed::before)?;
        self.execute(&session, clock, false, model, method, args, Vec::new())
    }

    /// Sends a signal to a record's workflow, which documents had before Odoo 10.
    pub fn signal(&self, clock: Clock, model: &str, signal: &str, id: i64) -> Result<Answer, Failed> {
        let session = self.session(clock).map_err(Failed::before)?;
        let mut params = self.credentials(&session);
        params.extend([text(model), text(signal), int(id)]);
        let path = if session.is_old() { "/xmlrpc/object" } else { "/xmlrpc/2/object" };
        self.send(clock, false, path, "exec_workflow", params, &format!("{model} {signal}"))
    }

    fn credentials(&self, session: &Session) -> Args {
        vec![text(&self.endpoint.database), int(session.uid), text(self.endpoint.password.reveal())]
    }

    /// `named` are arguments by name, of which only the newer protocol knows: a record or nothing.
    #[expect(clippy::too_many_arguments, reason = "a call has that many parts")]
    fn execute(
        &self,
        session: &Session,
        clock: Clock,
        again: bool,
        model: &str,
        method: &str,
        args: Args,
        named: Args,
    ) -> Result<Answer, Failed> {
        let mut params = self.credentials(session);
        params.extend([text(model), text(method)]);
        let (path, name) = if session.is_old() {
            params.extend(args);
            ("/xmlrpc/object", "execute")
        } else {
            params.push(list(args));
            params.push(named.into_iter().next().unwrap_or_else(|| record([])));
            ("/xmlrpc/2/object", "execute_kw")
        };
        self.send(clock, again, path, name, params, &format!("{model} {method}"))
    }

    fn send(
        &self,
        clock: Clock,
        again: bool,
        path: &str,
        name: &str,
        params: Args,
        what: &str,
    ) -> Result<Answer, Failed> {
        let place = format!("{} {what}", self.http.address(path));
        let xml = request(name, params);
        let mut waits = WAITS.iter();
        loop {
            let timeout = clock.left().min(self.endpoint.timeout);
            if timeout.is_zero() {
                return Err(Failed::out_of_time(&place));
            }
            let failed = match self.http.call(path, xml.clone(), timeout) {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(fault)) => Failed::fault(&place, &fault, &self.endpoint),
                Err(lost) => Failed::lost(&place, lost, &self.endpoint.password),
            };
            let again = failed.passes() && (again || failed.is_unsent());
            match waits.next() {
                Some(wait) if again && clock.left() > *wait => sleep(*wait),
                _ => return Err(failed),
            }
        }
    }
}
