//! What is told to the log while something is done.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    static TOLD: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does something, and answers all that was told to the log meanwhile, at any level.
pub fn told<T>(work: impl FnOnce() -> T) -> (T, String) {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| drop(tracing::subscriber::set_global_default(Listener)));
    TOLD.with_borrow_mut(String::clear);
    let done = work();
    (done, TOLD.take())
}

struct Listener;

/// A field of an event or a span becomes text.
struct Written<'w>(&'w mut String);

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(self.0, "{field}={value:?}");
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("artifice") || metadata.target().starts_with("billing")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        TOLD.with_borrow_mut(|told| span.record(&mut Written(told)));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        TOLD.with_borrow_mut(|told| values.record(&mut Written(told)));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        TOLD.with_borrow_mut(|told| event.record(&mut Written(told)));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
