//! Killed at random instants, again and again, alone and beside another one.

use std::process::Child;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use artifice_tests::chance::{Chance, crashes, first_seed};
use artifice_tests::killing::{for_each, kill};
use artifice_tests::{Cloud, Erp};

use super::check::{Check, with_csv};
use super::{ADJUST, BILL, CHARGE, LATE_CHARGE, finish, meter, meter_late};

/// So that a bill has a middle.
const SLOW: &str = "{at: commit, does: sleep, millis: 10}, {at: committed, does: sleep, millis: 10}";
/// What may go wrong with the backend besides.
const FAULTS: [&str; 4] = [
    "",
    "{at: commit, does: refuse, first: 1}, ",
    "{at: commit, does: time_out, first: 1}, ",
    "{at: committed, does: time_out, first: 1}, ",
];

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Bill,
    Adjust,
    Void,
    /// All of these at once.
    Everything,
}

/// Tenants, and what is done for them.
pub struct Trial {
    pub cloud: Cloud,
    pub chance: Chance,
    deed: Deed,
    tenants: Vec<String>,
}

impl Trial {
    /// Four tenants. What each of many does is told by its seed: of seeds in a row, every deed is done with both
    /// backends.
    pub fn new(cloud: Cloud, seed: u64) -> Trial {
        let mut chance = Chance::of(seed);
        let deed = [Deed::Bill, Deed::Adjust, Deed::Void, Deed::Everything][usize::try_from(seed / 2 % 4).unwrap()];
        let tenants = ["aroha", "bob", "carol", "dave"].map(str::to_owned).to_vec();
        tenants.iter().for_each(|tenant| meter(&cloud, tenant));
        let with_erp = seed.is_multiple_of(2);
        if with_erp {
            with_slow_erp(&cloud, "")
        } else {
            with_csv(&cloud)
        }
        if deed != Deed::Bill {
            cloud.run(BILL).done();
        }
        if matches!(deed, Deed::Adjust | Deed::Everything) {
            tenants.iter().for_each(|tenant| meter_late(&cloud, tenant));
        }
        if with_erp {
            let faults: &&str = chance.one_of(&FAULTS);
            with_slow_erp(&cloud, faults);
        }
        Trial { cloud, chance, deed, tenants }
    }

    /// The commands that may be killed.
    fn commands(&self) -> Vec<String> {
        let voids = || (1..=self.tenants.len()).map(|number| format!("statement void {number} --reason mistake"));
        match self.deed {
            Deed::Bill => vec![BILL.to_owned()],
            Deed::Adjust => vec![ADJUST.to_owned()],
            Deed::Void => voids().collect(),
            Deed::Everything => voids().chain([BILL.to_owned(), BILL.to_owned(), ADJUST.to_owned()]).collect(),
        }
    }

    /// Starts one of the commands.
    pub fn start(&mut self) -> Child {
        let command = self.chance.one_of(&self.commands()).clone();
        self.cloud.command(&command).spawn().unwrap()
    }

    /// Starts as many at once, and kills each at an instant of its own. Says how many still ran.
    fn crash(&mut self, at_once: usize, longest: Duration) -> u64 {
        let begin = Instant::now();
        let longest_us = u64::try_from(longest.as_micros()).unwrap();
        let mut running: Vec<(Duration, Child)> =
            (0..at_once).map(|_| (Duration::from_micros(self.chance.number(0..longest_us)), self.start())).collect();
        running.sort_by_key(|(after, _)| *after);
        let mut killed = 0;
        for (after, child) in running {
            thread::sleep(after.saturating_sub(begin.elapsed()));
            killed += u64::from(kill(child));
        }
        killed
    }

    /// Runs it all again, and checks that everybody was billed once for what there is.
    #[track_caller]
    pub fn ends_well(&self) {
        let late = matches!(self.deed, Deed::Adjust | Deed::Everything);
        if self.deed == Deed::Void {
            for command in self.commands() {
                finish(&self.cloud, &command).done();
            }
        }
        finish(&self.cloud, BILL).done();
        if late {
            finish(&self.cloud, ADJUST).done();
        }
        self.cloud.is_billed_once(&self.tenants, if late { LATE_CHARGE } else { CHARGE });
    }
}

fn with_slow_erp(cloud: &Cloud, faults: &str) {
    let _ = Erp::of(cloud, &format!("{faults}{SLOW}"));
    cloud.set("main", "{invoice:object: test.misbehaving:Erp, workers: 3}");
}

/// How long a bill takes that nobody disturbs, on this machine and now.
pub fn undisturbed() -> Duration {
    static WHOLE: OnceLock<Duration> = OnceLock::new();
    *WHOLE.get_or_init(|| {
        let trial = Trial::new(Cloud::new(), 0);
        let begin = Instant::now();
        trial.cloud.run(BILL).done();
        begin.elapsed()
    })
}

/// What a trial is called: how to do it again. (Its choices are the same then; what the machine makes of its
/// instants is not quite.)
pub fn name(seed: &u64) -> String {
    format!("ARTIFICE_CRASH_SEED={seed} ARTIFICE_CRASHES=1")
}

#[test]
fn killed_at_random_instants_it_is_billed_once() {
    let first = first_seed();
    let seeds: Vec<u64> = (first..first + crashes()).collect();
    let killed = std::sync::atomic::AtomicU64::new(0);
    for_each(&seeds, 3, name, |seed| {
        let mut trial = Trial::new(Cloud::new(), *seed);
        for _ in 0..trial.chance.number(1..4) {
            let at_once = *trial.chance.one_of(&[1, 2]);
            let some = trial.crash(at_once, undisturbed());
            killed.fetch_add(some, std::sync::atomic::Ordering::Relaxed);
        }
        trial.ends_well();
    });
    let killed = killed.into_inner();
    println!("{} trials from seed {first} on, {killed} kills that met a running program", seeds.len());
    assert!(killed > 0, "nothing was killed");
}
