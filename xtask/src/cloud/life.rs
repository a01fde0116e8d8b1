//! The machines of the cloud, and what happens to them in the month.

use super::tenants::{ABODE, COFFEE, DECADE, FACADE, SEED};
use crate::samples::Instant;

/// What happens to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It is made; before, it wasn't there.
    Create,
    /// It restarts by itself: its counters start anew.
    Reboot,
    /// It becomes one of another flavor.
    Resize(&'static str),
    /// It is switched off.
    Stop,
    /// It is switched on.
    Start,
    /// It moves to another host while it runs.
    Migrate(&'static str),
    /// It is deleted.
    Delete,
}

/// A machine.
pub struct Machine {
    /// Whose it is.
    pub tenant: &'static str,
    /// What its people call it.
    pub name: &'static str,
    /// Its flavor, until it is resized.
    pub flavor: &'static str,
    /// Its host, until it migrates.
    pub host: &'static str,
    /// What it sends in an hour, about, in bytes.
    pub sends: u64,
    /// What happens to it, in order.
    pub events: &'static [(Instant, Event)],
}

const AKL_1: &str = "compute-1.akl";
const AKL_2: &str = "compute-2.akl";
const WLG_1: &str = "compute-1.wlg";

const fn machine(
    tenant: &'static str,
    name: &'static str,
    flavor: &'static str,
    host: &'static str,
    sends: u64,
    events: &'static [(Instant, Event)],
) -> Machine {
    Machine { tenant, name, flavor, host, sends, events }
}

/// All machines.
pub const MACHINES: [Machine; 12] = [
    machine(
        COFFEE,
        "shop",
        "m1.small",
        AKL_1,
        260_000_000,
        &[(Instant::of(11, 3, 20), Event::Reboot), (Instant::of(16, 9, 30), Event::Resize("m1.large"))],
    ),
    machine(COFFEE, "shop-db", "m1.medium", AKL_2, 0, &[]),
    machine(COFFEE, "mail", "m1.small", AKL_2, 9_000_000, &[]),
    machine(
        FACADE,
        "studio",
        "m1.large",
        AKL_1,
        31_000_000,
        &[(Instant::of(9, 18, 0), Event::Stop), (Instant::of(16, 8, 0), Event::Start)],
    ),
    machine(FACADE, "πλάνα", "m1.small", AKL_2, 0, &[]),
    machine(DECADE, "倉庫", "m1.medium", WLG_1, 84_000_000, &[]),
    machine(DECADE, "catalogue", "m1.small", WLG_1, 0, &[]),
    machine(SEED, "симуляция", "m1.large", AKL_2, 0, &[(Instant::of(19, 22, 0), Event::Migrate(WLG_1))]),
    machine(SEED, "расчёт-7", "m1.large", AKL_1, 0, &[(Instant::of(21, 13, 45), Event::Delete)]),
    machine(SEED, "notebook", "m1.small", AKL_1, 0, &[]),
    machine(ABODE, "www", "m1.small", WLG_1, 48_000_000, &[]),
    machine(ABODE, "viewings", "m1.medium", WLG_1, 0, &[(Instant::of(5, 10, 15), Event::Create)]),
];

/// How a machine is at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Its flavor.
    pub flavor: &'static str,
    /// Its host.
    pub host: &'static str,
    /// Whether it is switched on.
    pub running: bool,
    /// How often its counters have started anew.
    pub boots: u32,
}

impl Machine {
    /// How it is at an instant; none while it isn't.
    pub fn at(&self, instant: Instant) -> Option<Condition> {
        let mut condition = Condition { flavor: self.flavor, host: self.host, running: true, boots: 0 };
        let mut exists = !self.events.iter().any(|(_, event)| *event == Event::Create);
        for (_, event) in self.events.iter().filter(|(at, _)| *at <= instant) {
            match event {
                Event::Create => exists = true,
                Event::Delete => exists = false,
                Event::Reboot => condition.boots += 1,
                Event::Resize(flavor) => (condition.flavor, condition.boots) = (flavor, condition.boots + 1),
                Event::Stop => condition.running = false,
                Event::Start => (condition.running, condition.boots) = (true, condition.boots + 1),
                Event::Migrate(host) => (condition.host, condition.boots) = (host, condition.boots + 1),
            }
        }
        exists.then_some(condition)
    }
}
