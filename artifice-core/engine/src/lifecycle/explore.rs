//! Every interleaving of [`deliver`]: workers that run at once, die anywhere, and meet a backend
//! that refuses, times out, commits and says nothing, or commits late.
//!
//! The real code runs against a ledger and a backend in memory. Each call of either is one step;
//! which worker takes the next one, who dies, and what the backend does is a choice. A run follows
//! a list of choices; the next run changes the last one that has another possibility left, until
//! there is none. After each run one more worker, with a backend that works, finishes the
//! statement, and there must be exactly one document.
//!
//! Two workers have too many interleavings to try all. Tried are all in which a worker that could
//! go on is interrupted a few times at most: that is where races hide (Musuvathi and Qadeer,
//! "Iterative context bounding", PLDI 2007).

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use artifice_model::{Decimal, Period, Tenant, Timestamp};
use async_trait::async_trait;

use crate::lifecycle::deliver::{Aim, Courier, Delivered, Desk, Sent, World, deliver};
use artifice_ledger::{
    Basis, Change, Claim, Kind, LedgerError, Receipt, State, Statement, StatementId, TenantNo, Token,
};

const LEASE_US: i64 = 1_000;
const DELAY_US: i64 = 100;

/// What may happen in an exploration.
#[derive(Clone, Copy)]
struct Limits {
    workers: usize,
    crashes: usize,
    /// How often a worker that could go on has to wait for another one.
    interruptions: usize,
    /// How often time may pass a lease while its holder still runs: a worker that was away for long.
    lost_leases: usize,
    /// Whether the backend keeps one document for a key by itself, as its contract says. Without
    /// lost leases the procedure must not even need that.
    keyed: bool,
}

/// Choices: those to follow, then the first possibility of each, all noted.
#[derive(Default)]
struct Choices {
    follow: Vec<usize>,
    made: Vec<(usize, usize)>,
}

impl Choices {
    fn choose(&mut self, possibilities: usize) -> usize {
        let choice = self.follow.get(self.made.len()).copied().unwrap_or(0);
        self.made.push((choice, possibilities));
        choice
    }

    /// The choices of the next run; `None` if all have been made.
    fn next(mut self) -> Option<Vec<usize>> {
        while let Some((choice, possibilities)) = self.made.pop() {
            if choice + 1 < possibilities {
                return Some(self.made.iter().map(|(choice, _)| *choice).chain([choice + 1]).collect());
            }
        }
        None
    }
}

struct Truth {
    choices: Choices,
    now: i64,
    tokens: u32,
    statement: Statement,
    documents: usize,
    /// Until when a commit that is under way by itself may happen.
    late: Option<i64>,
    /// Whether the backend only works.
    works: bool,
    keyed: bool,
    dead: Vec<usize>,
}

impl Truth {
    fn commit(&mut self) {
        if !(self.keyed && self.documents > 0) {
            self.documents += 1;
        }
    }

    /// Time passes; what is under way happens before its last moment, or never.
    fn pass(&mut self, until: i64) {
        self.now = self.now.max(until);
        if self.late.is_some_and(|last| last < self.now) {
            self.late = None;
            if self.choices.choose(2) == 0 {
                self.commit();
            }
        }
    }
}

/// One worker's view of the world that all share.
struct View {
    worker: usize,
    shared: Arc<Mutex<Truth>>,
    wakes_at: Arc<Mutex<i64>>,
}

impl View {
    fn shared(&self) -> MutexGuard<'_, Truth> {
        self.shared.lock().unwrap()
    }
}

/// Lets the explorer decide who goes on.
struct Step(bool);

impl Future for Step {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[async_trait]
impl Desk for View {
    async fn read(&self, _: &StatementId) -> Result<Statement, LedgerError> {
        Step(false).await;
        Ok(self.shared().statement.clone())
    }

    async fn change(&self, _: &StatementId, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        Step(false).await;
        let mut shared = self.shared();
        let statement = &mut shared.statement;
        if statement.basis() != *basis {
            return Ok(false);
        }
        assert!(statement.state.leads_to(change.to()), "{} does not lead to {}", statement.state, change.to());
        statement.state = change.to();
        match change {
            Change::Claim(claim) => statement.claim = Some(claim.clone()),
            Change::Commit(receipt) => statement.receipt = Some(receipt.clone()),
            Change::Release(_) => statement.doubted = None,
            Change::Doubt { since, .. } => statement.doubted = Some(*since),
            Change::Approve | Change::Void(_) => panic!("nobody does that"),
        }
        Ok(true)
    }
}

#[async_trait]
impl Courier for View {
    async fn send(&self, _: &Statement) -> Sent {
        Step(false).await;
        let outcome = {
            let mut shared = self.shared();
            let outcome = if shared.works { 0 } else { shared.choices.choose(5) };
            match outcome {
                0 | 2 => shared.commit(),
                4 => shared.late = Some(shared.now + DELAY_US),
                _ => {}
            }
            outcome
        };
        // Between what the backend did and its answer the worker may die.
        Step(false).await;
        match outcome {
            0 => Sent::Received(receipt()),
            1 => Sent::NotSent("refused".to_owned()),
            _ => Sent::Unknown("no answer".to_owned()),
        }
    }

    async fn find(&self, _: &Statement) -> Result<Option<Receipt>, String> {
        Step(false).await;
        let mut shared = self.shared();
        if !shared.works && shared.choices.choose(2) == 1 {
            return Err("unreachable".to_owned());
        }
        let now = shared.now;
        shared.pass(now);
        Ok((shared.documents > 0).then(receipt))
    }

    async fn longest_delay_us(&self) -> Result<i64, String> {
        Ok(DELAY_US + 1)
    }
}

#[async_trait]
impl World for View {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.shared().now)
    }
    async fn sleep(&self, duration: Duration) {
        *self.wakes_at.lock().unwrap() = self.shared().now + i64::try_from(duration.as_micros()).unwrap();
        Step(false).await;
    }
    fn token(&self) -> Token {
        self.shared().tokens += 1;
        self.shared().tokens.to_string().into()
    }
    fn owner(&self) -> String {
        self.worker.to_string()
    }
    fn is_gone(&self, owner: &str) -> bool {
        self.shared().dead.iter().any(|dead| dead.to_string() == owner)
    }
    fn lease_us(&self) -> i64 {
        LEASE_US
    }
}

fn receipt() -> Receipt {
    Receipt { reference: "document".to_owned(), details: Vec::new() }
}

type Work = Pin<Box<dyn Future<Output = Result<Delivered, LedgerError>>>>;

struct Running {
    worker: usize,
    work: Work,
    wakes_at: Arc<Mutex<i64>>,
}

fn start(worker: usize, shared: &Arc<Mutex<Truth>>) -> Running {
    let wakes_at = Arc::new(Mutex::new(0));
    let view = View { worker, shared: shared.clone(), wakes_at: wakes_at.clone() };
    let work = Box::pin(async move { deliver(&view, &view, &view, &"key".into(), Aim::Send).await });
    Running { worker, work, wakes_at }
}

fn truth(choices: Choices, keyed: bool) -> Arc<Mutex<Truth>> {
    Arc::new(Mutex::new(Truth {
        choices,
        now: 1_000,
        tokens: 0,
        statement: statement(),
        documents: 0,
        late: None,
        works: false,
        keyed,
        dead: Vec::new(),
    }))
}

/// One run by some choices: what was there to choose, and how it ended.
fn run(follow: Vec<usize>, limits: Limits) -> Choices {
    let shared = truth(Choices { follow, made: Vec::new() }, limits.keyed);
    let mut running: Vec<Running> = (0..limits.workers).map(|worker| start(worker, &shared)).collect();
    let Limits { mut crashes, mut interruptions, mut lost_leases, .. } = limits;
    let mut last = 0;
    while !running.is_empty() {
        let now = shared.lock().unwrap().now;
        let is_awake = |running: &&Running| *running.wakes_at.lock().unwrap() <= now;
        let mut awake: Vec<usize> = running.iter().filter(is_awake).map(|running| running.worker).collect();
        if awake.is_empty() {
            let next = running.iter().map(|running| *running.wakes_at.lock().unwrap()).min().unwrap();
            shared.lock().unwrap().pass(next);
            continue;
        }
        // Whoever took the last step goes first, and alone if no interruption is left.
        awake.sort_by_key(|worker| *worker != last);
        let goes_on = awake[0] == last;
        if goes_on && interruptions == 0 {
            awake.truncate(1);
        }
        // Somebody takes a step, or dies instead, or all are away for so long that no lease holds.
        let deaths = if crashes > 0 { awake.len() } else { 0 };
        let choice = shared.lock().unwrap().choices.choose(awake.len() + deaths + usize::from(lost_leases > 0));
        if choice == awake.len() + deaths {
            lost_leases -= 1;
            shared.lock().unwrap().pass(now + LEASE_US + 1);
            continue;
        }
        let worker = awake[choice % awake.len()];
        interruptions -= usize::from(goes_on && worker != last);
        last = worker;
        let at = running.iter().position(|running| running.worker == worker).unwrap();
        if choice >= awake.len() {
            crashes -= 1;
            drop(running.remove(at));
            shared.lock().unwrap().dead.push(worker);
        } else if let Poll::Ready(result) = running[at].work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            check(&result.unwrap(), &shared.lock().unwrap());
            drop(running.remove(at));
        }
    }
    finish(&shared);
    let mut shared = shared.lock().unwrap();
    std::mem::take(&mut shared.choices)
}

/// What a worker says must be so.
fn check(said: &Delivered, world: &Truth) {
    match said {
        Delivered::Committed(_) => assert!(world.documents == 1 && world.statement.state == State::Committed),
        Delivered::Void(_) | Delivered::Held(_) => panic!("nobody voids or holds it"),
        Delivered::NotSent(_) | Delivered::InDoubt { .. } => {}
    }
}

/// The next run of the command, with a backend that works.
fn finish(shared: &Arc<Mutex<Truth>>) {
    shared.lock().unwrap().works = true;
    let mut last = start(99, shared);
    let result = loop {
        match last.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => break result.unwrap(),
            Poll::Pending => {
                let until = *last.wakes_at.lock().unwrap();
                shared.lock().unwrap().pass(until);
            }
        }
    };
    let world = shared.lock().unwrap();
    let choices = &world.choices.made;
    assert!(matches!(result, Delivered::Committed(_)), "{result:?} after {choices:?}");
    assert_eq!(world.documents, 1, "documents after {choices:?}");
    assert_eq!(world.statement.receipt, Some(receipt()), "receipt after {choices:?}");
}

fn explore(limits: Limits) -> usize {
    let (mut follow, mut runs) = (Some(Vec::new()), 0);
    while let Some(choices) = follow {
        follow = run(choices, limits).next();
        runs += 1;
    }
    println!("{runs} runs");
    runs
}

/// A statement as it is when it has just been stored.
fn statement() -> Statement {
    let at = Timestamp::from_micros;
    let period = Period::new(at(0), at(1)).unwrap();
    Statement {
        id: "key".into(),
        number: 1,
        kind: Kind::Invoice,
        refers_to: None,
        revision: None,
        tenant: Tenant { id: "tenant".into(), name: None },
        label: None,
        period,
        timezone: "UTC".to_owned(),
        rules: None,
        ledger_id: String::new(),
        currency: "NZD".parse().unwrap(),
        subtotal: Decimal::ONE,
        total: Decimal::ONE,
        digest: "".into(),
        backend: "a.b:C".to_owned(),
        backend_version: "1".to_owned(),
        settings: None,
        created: period.end(),
        state: State::Pending,
        claim: None,
        doubted: None,
        tries: 0,
        error: None,
        receipt: None,
        void_reason: None,
        tenant_no: TenantNo(1),
    }
}

#[test]
fn one_worker_that_may_die_anywhere_and_run_again_makes_one_document() {
    let runs = explore(Limits { workers: 1, crashes: 1, interruptions: 0, lost_leases: 0, keyed: false });
    assert!(runs > 20, "{runs}");
}

#[test]
fn two_workers_of_which_one_may_die_make_one_document() {
    let runs = explore(Limits { workers: 2, crashes: 1, interruptions: 2, lost_leases: 0, keyed: false });
    assert!(runs > 1_000, "{runs}");
}

#[test]
fn a_worker_that_was_away_for_longer_than_its_lease_changes_nothing_that_others_did() {
    let runs = explore(Limits { workers: 2, crashes: 0, interruptions: 2, lost_leases: 1, keyed: true });
    assert!(runs > 1_000, "{runs}");
}

#[test]
fn times_of_a_clock_that_went_wrong_keep_nobody_waiting_for_ever() {
    let far = Timestamp::from_micros(i64::MAX / 2);
    for (state, doubted) in [(State::Sending, None), (State::InDoubt, Some(far))] {
        let shared = truth(Choices::default(), false);
        let claim = Claim { token: "before".into(), owner: "elsewhere".to_owned(), lease_until: far };
        {
            let statement = &mut shared.lock().unwrap().statement;
            (statement.state, statement.claim, statement.doubted) = (state, Some(claim), doubted);
        }
        // Ends after a lease and a delay by this worker's own clock.
        finish(&shared);
        assert!(shared.lock().unwrap().now < 10 * (LEASE_US + 200_000));
    }
}
