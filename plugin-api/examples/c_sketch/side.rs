//! Stands for the C side.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use artifice_plugin_api::{Header, Line, Totals};

use super::boundary::{Answer, CCall, CHANGED, CPair, DONE, Each, NONE, Pairs, Text, artifice_plugin_v1, copied};

const fn text(from: &str) -> Text {
    Text(from.as_ptr(), from.len())
}
const EMPTY: Answer = Answer {
    kind: DONE,
    text: text(""),
    what: text(""),
    details: null(),
    details_len: 0,
    object: null_mut(),
    owner: null_mut(),
};

/// What an answer's texts live in until `release`.
struct Owned {
    text: String,
    details: Vec<CPair>,
}
fn said(kind: u32, said: String) -> Answer {
    let owned = Box::new(Owned { text: said, details: vec![CPair(text("from"), text("C"))] });
    let (text, details, details_len) = (text(&owned.text), owned.details.as_ptr(), owned.details.len());
    Answer {
        kind,
        text,
        what: self::text("its total"),
        details,
        details_len,
        object: null_mut(),
        owner: Box::into_raw(owned).cast(),
    }
}
extern "C" fn release(answer: Answer) {
    if !answer.owner.is_null() {
        // SAFETY: `said` made it, and the host releases every answer once.
        drop(unsafe { Box::from_raw(answer.owner.cast::<Owned>()) });
    }
}

struct Document {
    name: String,
    total: Option<String>,
}
extern "C" fn create(config: Text, _directory: Text) -> Answer {
    match copied(config).contains("prefix") {
        true => Answer { object: Box::into_raw(Box::new("C-".to_owned())).cast(), ..EMPTY },
        false => said(4, "invoice:config: prefix: missing".into()),
    }
}
extern "C" fn destroy(backend: *mut c_void) {
    // SAFETY: `create` made it; the host destroys it once.
    drop(unsafe { Box::from_raw(backend.cast::<String>()) });
}
extern "C" fn find(_backend: *mut c_void, _call: &CCall, header: &Header<'_>) -> Answer {
    if header.number == 0 { said(CHANGED, "C-0".into()) } else { Answer { kind: NONE, ..EMPTY } }
}
extern "C" fn delay(_backend: *mut c_void) -> u64 {
    45
}
extern "C" fn documents(_backend: *mut c_void, _call: &CCall, _since: i64, each: Each, to: *mut c_void) -> Answer {
    let details = [CPair(text("from"), text("C"))];
    for (key, reference) in [("0198-0", "C-1"), ("0198-9", "C-2")] {
        if each(to, text(key), text(""), text(reference), Pairs(details.as_ptr(), details.len())) == 0 {
            break;
        }
    }
    EMPTY
}
extern "C" fn open(backend: *mut c_void, _call: &CCall, header: &Header<'_>) -> Answer {
    // SAFETY: `create` made it, and it is shared.
    let prefix = unsafe { &*backend.cast::<String>() };
    let document = Document { name: format!("{prefix}{} {}", header.number, header.tenant.label()), total: None };
    Answer { object: Box::into_raw(Box::new(document)).cast(), ..EMPTY }
}
extern "C" fn lines(_invoice: *mut c_void, _lines: *const Line<'_>, _count: usize) -> Answer {
    EMPTY
}
extern "C" fn totals(invoice: *mut c_void, totals: &Totals<'_>) -> Answer {
    // SAFETY: `open` made it, and the host calls it from one thread at a time.
    unsafe { (*invoice.cast::<Document>()).total = Some(totals.total.to_fixed(2)) };
    EMPTY
}
extern "C" fn commit(invoice: *mut c_void) -> Answer {
    // SAFETY: as above.
    let document = unsafe { &*invoice.cast::<Document>() };
    match &document.total {
        Some(total) => said(DONE, format!("{} {total}", document.name)),
        None => said(77, "a number that no header knows".into()),
    }
}
extern "C" fn close(invoice: *mut c_void) {
    // SAFETY: `open` made it; the host closes it once.
    drop(unsafe { Box::from_raw(invoice.cast::<Document>()) });
}

pub fn about() -> String {
    TABLE.about.map(copied).join(" ")
}
pub static TABLE: artifice_plugin_v1 = artifice_plugin_v1 {
    size: size_of::<artifice_plugin_v1>(),
    about: [text("acme.c"), text("Sketch"), text("1.0"), text("in C"), text("{}")],
    create,
    destroy,
    find,
    discard: None,
    longest_delay_s: Some(delay),
    documents: Some(documents),
    open,
    section: None,
    lines,
    totals,
    commit,
    close,
    release,
};
