//! How long each phase of a bill takes, and how much memory there is in it: the engine marks its
//! phases as spans of `tracing`, and this listens to them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::memory;

/// What was heard of a phase.
#[derive(Debug, Clone, Copy, Default)]
pub struct Phase {
    pub took: Duration,
    /// The most memory of the process while it lasted.
    pub peak_bytes: Option<u64>,
}

/// A phase that comes thousands of times, within others, whose time it is not: they are these.
const INNER: &str = "sort";
const OUTER: [&str; 2] = ["read", "aggregate"];

/// Spans that come so often that looking at the memory each time would be most of their time.
const SHORT: [&str; 2] = [INNER, "lock"];

static HEARD: Mutex<Option<Heard>> = Mutex::new(None);

#[derive(Default)]
struct Heard {
    under_way: HashMap<u64, (&'static str, Instant)>,
    phases: HashMap<&'static str, Phase>,
}

struct Listener(AtomicU64);

/// Listens from now on.
pub fn listen() {
    tracing::subscriber::set_global_default(Listener(AtomicU64::new(1))).unwrap();
}

/// Forgets what was heard so far, and answers it.
pub fn heard() -> HashMap<&'static str, Phase> {
    HEARD.lock().unwrap().take().unwrap_or_default().phases
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("artifice_")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.0.fetch_add(1, Ordering::Relaxed);
        let name = span.metadata().name();
        if !SHORT.contains(&name) {
            memory::forget_peak();
        }
        HEARD.lock().unwrap().get_or_insert_default().under_way.insert(id, (name, Instant::now()));
        Id::from_u64(id)
    }

    /// The end of a phase: nobody clones these spans.
    fn try_close(&self, id: Id) -> bool {
        let mut heard = HEARD.lock().unwrap();
        let Heard { under_way, phases } = heard.get_or_insert_default();
        let Some((name, begin)) = under_way.remove(&id.into_u64()) else { return false };
        let took = begin.elapsed();
        let phase = phases.entry(name).or_default();
        phase.took += took;
        if name != INNER {
            if !SHORT.contains(&name) {
                phase.peak_bytes = phase.peak_bytes.max(memory::peak_bytes());
            }
            return true;
        }
        // The outer ones follow one another, so it is the one that is under way.
        let mut outer = under_way.values_mut().filter(|(name, _)| OUTER.contains(name));
        if let Some((_, begin)) = outer.next() {
            *begin += took;
        }
        true
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
