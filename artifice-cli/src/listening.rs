//! How the command hears of its own work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artifice_engine::{Listener, Notice, Progress, Told};

use crate::progress::Shown;
use crate::say;
use crate::words::{self, Count, Shared, Words, many, named};

/// Hands on what becomes of the tenants, and keeps what is noticed.
pub struct Listening<F> {
    told: Mutex<F>,
    notices: Notices,
    run: Option<Shown>,
}

impl<F: FnMut(Told)> Listening<F> {
    /// Hands it on to `told`; what is noticed goes to `notices`.
    pub fn new(notices: &Noticing, told: F) -> Self {
        Listening { told: Mutex::new(told), notices: notices.0.clone(), run: None }
    }

    /// The same for a run of which it is shown how it stands.
    pub fn of(run: &Shown, notices: &Noticing, told: F) -> Self {
        Listening { run: Some(run.clone()), ..Listening::new(notices, told) }
    }
}

impl<F: FnMut(Told) + Send> Listener for Listening<F> {
    fn told(&self, told: Told) {
        if let Some(run) = &self.run {
            run.told(&told);
        }
        (self.told.lock().unwrap_or_else(PoisonError::into_inner))(told);
    }

    fn notice(&self, notice: &Notice) {
        words::notice(notice).into_iter().for_each(|words| self.notices.hear(words));
    }

    fn progress(&self, at: &Progress) {
        tracing::debug!("{at:?}");
        if let Some(run) = &self.run {
            run.hear(at);
        }
    }
}

/// What was noticed, of all tenants together: told when the command is done, one line for each kind, service and
/// meter. Who wants to hear more hears each at once.
#[derive(Default)]
pub struct Noticing(Notices);

impl Noticing {
    /// Hears of one thing more.
    pub fn hear(&self, words: Words) {
        self.0.hear(words);
    }

    /// Tells what was noticed so far.
    pub fn tell(&self) {
        for (what, group) in std::mem::take(&mut *self.0.groups()) {
            say::warning(&group.line(&what));
        }
    }
}

/// However the command ends, what was noticed is told.
impl Drop for Noticing {
    fn drop(&mut self) {
        self.tell();
    }
}

#[derive(Clone, Default)]
struct Notices(Arc<Mutex<Groups>>);

/// By what is the same for all: the beginning and the end.
type Groups = BTreeMap<(String, String), Group>;

/// What is told in one line.
struct Group {
    /// The first, as it is told alone.
    first: String,
    tenants: BTreeSet<String>,
    /// How often it was noticed.
    times: u64,
    count: Count,
}

impl Notices {
    fn groups(&self) -> MutexGuard<'_, Groups> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, words: Words) {
        let shared = match words {
            Words::Once(text) => return say::warning(&text),
            Words::Shared(shared) if say::says_more() => return say::warning(&shared.each()),
            Words::Shared(shared) => shared,
        };
        let first = shared.each();
        let Shared { tenant, before, count, after } = shared;
        let mut groups = self.groups();
        let group = groups.entry((before, after)).or_insert_with(|| Group {
            first,
            tenants: BTreeSet::new(),
            times: 0,
            count: Count::default(),
        });
        group.tenants.insert(tenant);
        group.times += 1;
        group.count.add(&count);
    }
}

impl Group {
    /// How many tenants are named.
    const NAMED: usize = 3;

    fn line(&self, (before, after): &(String, String)) -> String {
        if self.times == 1 {
            return self.first.clone();
        }
        let count = u64::try_from(self.tenants.len()).unwrap_or(u64::MAX);
        let some: Vec<String> = self.tenants.iter().take(Self::NAMED).cloned().collect();
        let some = named(count, &some);
        let whose = format!("{} ({some})", many(count, "tenant"));
        if self.count.is_nothing() {
            return format!("{before}{after}: {whose}; each with -v");
        }
        format!("{before}{} of {whose}{after}; each with -v", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(all: &[(&str, &str, u64)]) -> Vec<String> {
        let notices = Notices::default();
        for (tenant, meter, samples) in all {
            notices.hear(Shared::of(
                tenant,
                format!("nothing charges {meter}: "),
                Count::of_samples(*samples),
                "; do it",
            ));
        }
        let groups = notices.groups();
        groups.iter().map(|(what, group)| group.line(what)).collect()
    }

    #[test]
    fn there_is_one_line_for_each_kind_and_meter_over_all_tenants() {
        let told = groups(&[
            ("a", "cpu", 1),
            ("b", "cpu", 2),
            ("c", "cpu", 3),
            ("d", "cpu", 4),
            ("a", "ram", 5),
            ("a", "cpu", 1),
        ]);
        assert_eq!(
            told,
            [
                "nothing charges cpu: 11 samples of 4 tenants (a, b, c and 1 more); do it; each with -v",
                "tenant a: nothing charges ram: 5 samples; do it",
            ]
        );
    }
}
