//! `cargo xtask demo`: a month of a small cloud, from metering to invoices.
//!
//! It is a story for somebody who has never seen artifice, and a check for those who have: every
//! command must end with the status, and say the things, that the story claims. (Statements' ids
//! are new each time, as they are the keys under which documents are made; all else is the same.)

mod story;

use std::collections::BTreeSet;
use std::path::Path;

use crate::cloud::{self, ABODE, COFFEE, DECADE, FACADE, SEED, TENANTS};
use crate::failure::{Failure, Result};
use crate::run::{Workspace, show};
use story::Story;

/// What each tenant owes, in NZD. The amounts were worked out from the samples by a second program,
/// which shares no code with artifice.
const TOTALS: [(&str, &str); 5] =
    [(COFFEE, "249.73"), (FACADE, "309.55"), (DECADE, "297.79"), (SEED, "557.48"), (ABODE, "98.54")];

const RATES: &str = include_str!("../demo/rates.csv");

/// The files that the story begins with, beside the samples.
const FILES: [(&str, &str, &str); 3] = [
    ("artifice.yaml", include_str!("../demo/artifice.yaml"), "the configuration, explained line by line"),
    ("rates.csv", RATES, "what things cost"),
    ("names.csv", include_str!("../demo/names.csv"), "what people call them"),
];

/// Builds artifice, and tells the story.
pub fn run(workspace: &Workspace) -> Result<()> {
    println!("A month of a small cloud, from metering to invoices.\n\n$ cargo build");
    if !show(&mut workspace.cargo(&["build"]))? {
        return Err(Failure("artifice could not be built: cargo says why above".to_owned()));
    }
    tell(workspace)
}

/// Tells the story, in a fresh directory.
pub fn tell(workspace: &Workspace) -> Result<()> {
    let directory = workspace.target.join("demo");
    let artifice = workspace.programs.join(format!("artifice{}", std::env::consts::EXE_SUFFIX));
    let story = Story::begin(artifice, directory)?;
    invent(workspace, &story)?;
    preview(&story)?;
    bill(&story)?;
    never_twice(&story)?;
    regenerate(&story)?;
    end(workspace, &story);
    Ok(())
}

fn invent(workspace: &Workspace, story: &Story) -> Result<()> {
    story.chapter("A cloud", "Five tenants, and what OpenStack's metering says of them for March 2026:");
    let samples = cloud::month();
    let text: String = samples.iter().map(crate::samples::Sample::json).collect();
    story.write("samples/2026-03.ndjson", &text)?;
    for (file, text, _) in FILES {
        story.write(file, text)?;
    }
    let meters: BTreeSet<_> = samples.iter().map(|sample| sample.meter.0).collect();
    let resources: BTreeSet<_> = samples.iter().map(|sample| &sample.resource).collect();
    println!("In {}:", workspace.shown(&story.directory));
    let what = format!("{} samples of {} meters of {} resources", samples.len(), meters.len(), resources.len());
    println!("  samples/2026-03.ndjson   {what}:");
    println!("                           newest first, some late, every third about an instance repeated");
    for (file, _, what) in FILES {
        println!("  {file:<24} {what}");
    }
    Ok(())
}

fn preview(story: &Story) -> Result<()> {
    story.chapter(
        "What would a bill say?",
        "`usage` reckons as a bill does and stores nothing. Here is a coffee roastery, whose machine `shop`\n\
         was resized from small to large on the 16th: it is charged as what it was, while it was that.",
    );
    let usage = story.artifice(&["usage", "--month", "2026-03", "-t", COFFEE])?;
    usage.exit(0)?.says("VM small")?.says("VM large")?.says(&total(COFFEE)?)?;
    story.chapter(
        "Machines that change",
        "The architects' `studio` was switched off for a week. Plant research's `симуляция` moved from Auckland\n\
         to Wellington, where its size costs less, and `расчёт-7` was deleted on the 21st at 13:45.",
    );
    let usage = story.artifice(&["usage", "--month", "2026-03", "-s", "Compute", "-t", FACADE, "-t", SEED])?.exit(0)?;
    // 158 of 744 hours off; 454 and 290 hours on either side of the move; 20 days and 13.75 hours.
    for hours in ["586 hour", "454 hour", "290 hour", "493.75 hour"] {
        usage.says(hours)?;
    }
    story.no_file("artifice.db")
}

fn bill(story: &Story) -> Result<()> {
    story.chapter("Bill", "Store what was used, price it, and hand it to the backend: one document a tenant.");
    let bill = story.artifice(&["bill", "--month", "2026-03"])?.exit(0)?;
    for (tenant, amount) in TOTALS {
        bill.says(&format!("NZD {amount}"))?.says(&receipt(tenant))?;
    }
    println!("\nThe roastery's document, as the configuration's row_layout has it:");
    let text = story.show(&document(COFFEE))?;
    let owed = TOTALS.iter().find(|(tenant, _)| *tenant == COFFEE).map_or("", |(_, amount)| amount);
    let (costs, owed) = (sum_of_costs(&text), cents(owed));
    if costs.is_none() || costs != owed {
        return Err(Failure(format!("the document's costs are {costs:?} cents together, not {owed:?}")));
    }
    Ok(())
}

fn never_twice(story: &Story) -> Result<()> {
    story.chapter("Bill again", "Nothing is ever billed twice: to repeat a bill is safe, and changes nothing.");
    let before = story.documents()?;
    story.artifice(&["bill", "--month", "2026-03", "-t", COFFEE])?.exit(0)?.says("billed for exactly this period")?;
    story.chapter(
        "Bill a week of it",
        "A period that overlaps a billed one is refused, by the database itself. (Exit status 1: somebody\n\
         could not be billed.)",
    );
    let week = ["bill", "--from", "2026-03-23", "--to", "2026-03-30", "-t", COFFEE];
    story.artifice(&week)?.exit(1)?.says("overlaps statement")?;
    if story.documents()? != before {
        return Err(Failure("billing again has changed the documents".to_owned()));
    }
    Ok(())
}

fn regenerate(story: &Story) -> Result<()> {
    story.chapter("What has been billed", "Every statement stays in the ledger, with its number and its receipt.");
    let list = story.artifice(&["statement", "list"])?.exit(0)?;
    for tenant in TENANTS {
        list.says(tenant)?;
    }
    story.chapter(
        "A document is lost",
        "And so are the samples, and prices have gone up meanwhile. The document is written again from what\n\
         is stored, byte for byte.",
    );
    let before = story.documents()?;
    let number = list.number_of(COFFEE)?;
    story.remove(&document(COFFEE))?;
    story.rename("samples", "lost")?;
    story.write("rates.csv", &RATES.replace("| 0.", "| 9."))?;
    story.artifice(&["statement", "regenerate", &number])?.exit(0)?.says(&document(COFFEE))?;
    story.write("rates.csv", RATES)?;
    story.rename("lost", "samples")?;
    if story.documents()? != before {
        return Err(Failure("the document that was written again is not the same".to_owned()));
    }
    println!("The same {} bytes as before.", story.read(&document(COFFEE))?.len());
    Ok(())
}

fn end(workspace: &Workspace, story: &Story) {
    let (directory, programs) = (workspace.shown(&story.directory), workspace.shown(&workspace.programs));
    story.chapter("All as it should be", &format!("Everything is in {directory}, until the next demo. Try next:"));
    println!("  alias artifice='{programs}/artifice -c {directory}/artifice.yaml'");
    println!("  artifice statement show 1                          a statement with its lines");
    println!("  artifice usage --month 2026-03 --format json       the same for programs; also csv");
    println!(
        "  artifice usage --from 2026-03-16 --to 2026-03-17   a day of it, perhaps with another price in rates.csv"
    );
    println!("  artifice plugin list                               the backends that there are");
    println!("  artifice --help                                    all else");
}

/// What the backend calls a tenant's document: its name in the directory of documents.
fn receipt(tenant: &str) -> String {
    format!("{tenant}-2026-03-01-2026-04-01.csv")
}

/// The document of a tenant, under the story's directory.
fn document(tenant: &str) -> String {
    Path::new("invoices").join(receipt(tenant)).to_string_lossy().into_owned()
}

fn total(tenant: &str) -> Result<String> {
    let known = TOTALS.iter().find(|(known, _)| *known == tenant);
    known.map(|(_, amount)| format!("Total NZD {amount}")).ok_or_else(|| Failure(format!("{tenant} is nobody")))
}

/// An amount with two decimals, in cents: money is counted in whole numbers here too.
fn cents(amount: &str) -> Option<u64> {
    let (whole, decimals) = amount.split_once('.')?;
    (decimals.len() == 2).then(|| format!("{whole}{decimals}").parse().ok()).flatten()
}

/// The last column of a document below its header, together, in cents.
fn sum_of_costs(document: &str) -> Option<u64> {
    document.lines().skip(1).map(|line| cents(line.rsplit(',').next()?)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_whole() {
        assert_eq!((cents("12.30"), cents("0.05"), cents("1"), cents("1.5")), (Some(1230), Some(5), None, None));
        assert_eq!(sum_of_costs("type,cost\n\"a, b\",1.05\nc,0.95\n"), Some(200));
    }
}
