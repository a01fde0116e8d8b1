//! What was found in a ledger, for people.

use std::io;

use artifice_engine::{Compared, Verified};
use artifice_ledger::{Finding, Gravity};
use artifice_text::line;

use super::{print, print_json};
use crate::args::TableOrJson;
use crate::say;
use crate::words::many;
use artifice_engine::view;

/// Writes what was found.
pub fn write(verified: &Verified, compared: Option<Compared>, format: TableOrJson) -> io::Result<()> {
    for text in &verified.notes {
        say::note(text);
    }
    match format {
        TableOrJson::Json => print_json(&format!("{:#}\n", view::verify::document(verified, compared))),
        TableOrJson::Table => {
            print(&(verified.findings.iter().map(text).collect::<String>() + &sum(verified, compared)))
        }
    }
}

/// A finding for people: where, what, and what to do.
fn text(finding: &Finding) -> String {
    let tenant = finding.tenant.as_ref().map(|tenant| match &tenant.name {
        Some(name) => format!("tenant {name} ({})", tenant.id),
        None => format!("tenant {}", tenant.id),
    });
    let statement = finding.statement.as_ref().map(|about| match about.number {
        Some(number) => format!("statement {number} ({})", about.id),
        None => format!("statement {}", about.id),
    });
    let place: Vec<String> = tenant.into_iter().chain(statement).collect();
    let place = if place.is_empty() { String::new() } else { format!(" of {}", place.join(", ")) };
    let Finding { rule, gravity, what, advice, .. } = finding;
    let head = format!("{}: {rule}{place}:", gravity.name());
    format!("{}\n    {}\n    {}\n", line(&head), line(what), line(advice))
}

/// What was looked at, and what came of it.
fn sum(verified: &Verified, compared: Option<Compared>) -> String {
    let was = if verified.statements == 1 { "was" } else { "were" };
    let mut text =
        format!("{} of {} {was} checked", many(verified.statements, "statement"), many(verified.tenants, "tenant"));
    if let Some(compared) = compared {
        text.push_str(&format!(", the backend was asked about {}", compared.asked));
        match compared.listed {
            Some(listed) => text.push_str(&format!(", and listed {}", many(listed, "document"))),
            None => text.push_str(", and did not list its documents"),
        }
    }
    let left_out =
        if verified.left_out > 0 { format!("; not shown: {} more", verified.left_out) } else { String::new() };
    match (verified.count(Gravity::Wrong), verified.count(Gravity::Waiting)) {
        (0, 0) => format!("{text}: nothing is wrong\n"),
        (wrong, waiting) => {
            let (are, wait) = (if wrong == 1 { "is" } else { "are" }, if waiting == 1 { "waits" } else { "wait" });
            let wrong = many(wrong, "finding");
            format!("{text}: {wrong} {are} wrong, {waiting} {wait} for somebody{left_out}\n")
        }
    }
}
