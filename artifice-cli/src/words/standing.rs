//! How a run stands: in one line while it lasts, and summed up in the end.

use std::time::{Duration, Instant};

use artifice_engine::view::money;

use super::count::many;
use crate::standing::{Doing, Phases, Standing, Tally};

/// How a run stands, in a line that fits a terminal of 80 columns.
pub fn standing(standing: &Standing, now: Instant) -> String {
    let what = match standing.doing() {
        Doing::Connecting => return "asking the source whom there is".to_owned(),
        Doing::Finishing(_) => "finishing",
        Doing::Collecting => "collecting",
        Doing::Billing => "billing",
    };
    let tenants = match standing.tenants() {
        (0, None) => None,
        (done, None) => Some(many(done, "tenant")),
        (done, Some(of)) => Some(format!("{} of {}", grouped(done), plural(of, "tenant"))),
    };
    let is_reading = matches!(standing.doing(), Doing::Collecting | Doing::Billing);
    let samples = is_reading.then(|| standing.samples()).filter(|samples| *samples > 0);
    let rate = samples.and_then(|_| standing.samples_per_second(now));
    let parts = [
        tenants,
        samples.map(|samples| plural(samples, "sample")),
        rate.map(|rate| format!("{}/s", grouped(rate))),
        standing.left(now).map(|left| format!("{} left", coarse(left))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { what.to_owned() } else { format!("{what}: {}", parts.join(", ")) }
}

/// What a run has come to, summed up: what the table of a single statement says is not said again, nor a single failure.
pub fn summary(standing: &Standing, now: Instant) -> Vec<String> {
    let tally = &standing.tally;
    // Where nothing came of it but one failure, that was told, and nobody asks how long it took.
    let is_worth_it = tally.statements + tally.previews + tally.before > 0 || tally.failures() > 1;
    let times = is_worth_it.then(|| times(standing, now));
    [results(tally), times, persons(tally)].into_iter().flatten().collect()
}

fn results(tally: &Tally) -> Option<String> {
    let Tally { statements, before, previews, .. } = *tally;
    if statements + before + previews <= 1 {
        return None;
    }
    let tenants = plural(u64::try_from(tally.tenants.len()).unwrap_or(u64::MAX), "tenant");
    let amounts = tally.amounts.iter().map(|(currency, sum)| match money(*sum, *currency) {
        Some(sum) => format!("{currency} {sum}"),
        None => format!("{currency} incomplete"),
    });
    let amounts = amounts.collect::<Vec<_>>().join(", ");
    let parts = [
        (statements > 0).then(|| format!("billed {tenants} with {}: {amounts}", plural(statements, "statement"))),
        (previews > 0).then(|| format!("{tenants}: {amounts}")),
        (before > 0).then(|| format!("billed before: {}", plural(before, "statement"))),
    ];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn times(standing: &Standing, now: Instant) -> String {
    let Phases { collecting, charging, sending, .. } = &standing.phases;
    let phases = [("collecting", *collecting), ("charging and storing", charging.total), ("sending", sending.total)];
    let phases = phases.iter().filter(|(_, lasted)| *lasted >= SHOWN);
    let phases = phases.map(|(what, lasted)| format!("{what} {}", exact(*lasted))).collect::<Vec<_>>().join(", ");
    let all = format!("{} in {}", plural(standing.samples(), "sample"), exact(standing.lasts(now)));
    if phases.is_empty() { all } else { format!("{all}: {phases}") }
}

/// What took less than this is not worth a word.
const SHOWN: Duration = Duration::from_millis(100);

/// One failure was told already, and so was each of several: how many there are of which kind is seen here.
fn persons(tally: &Tally) -> Option<String> {
    let kinds = [
        (tally.held, "held"),
        (tally.in_doubt, "in doubt"),
        (tally.not_sent, "stored and not sent"),
        (tally.failed, "failed"),
    ];
    let kinds = kinds.iter().filter(|(count, _)| *count > 0);
    let kinds = kinds.map(|(count, kind)| format!("{} {kind}", grouped(*count))).collect::<Vec<_>>().join(", ");
    (tally.failures() > 1).then(|| format!("not done, each for the reason above: {kinds}"))
}

/// The numbers of statements, some of them by name.
pub fn numbered(numbers: &[u64]) -> String {
    let some = |most: usize| numbers.iter().take(most).map(u64::to_string).collect::<Vec<_>>().join(", ");
    match numbers {
        [] => "none".to_owned(),
        [one] => format!("statement {one}"),
        few if few.len() <= NUMBERED => format!("statements {}", some(NUMBERED)),
        all => format!("{} statements ({} and {} more)", all.len(), some(NUMBERED), all.len() - NUMBERED),
    }
}

/// How many statements are named by their numbers.
const NUMBERED: usize = 10;

fn plural(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number as people read it: exact below a million, short beyond.
fn grouped(number: u64) -> String {
    match number {
        0..=999 => number.to_string(),
        1_000..=999_999 => format!("{},{:03}", number / 1_000, number % 1_000),
        1_000_000..=999_999_999 => format!("{}.{} M", number / 1_000_000, number / 100_000 % 10),
        _ => format!("{}.{} G", number / 1_000_000_000, number / 100_000_000 % 10),
    }
}

/// How long something takes, about.
fn coarse(time: Duration) -> String {
    match time.as_secs() {
        s @ 0..=59 => format!("{s} s"),
        s @ 60..=3599 => format!("{} min", s.div_ceil(60)),
        s @ 3600..=35_999 => format!("{} h {} min", s / 3600, s / 60 % 60),
        s => format!("{} h", s / 3600),
    }
}

/// How long something took.
fn exact(time: Duration) -> String {
    match time.as_secs() {
        s @ 0..=9 => format!("{s}.{} s", time.subsec_millis() / 100),
        s @ 10..=59 => format!("{s} s"),
        s @ 60..=3599 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3600, s / 60 % 60),
    }
}

#[cfg(test)]
mod tests;
