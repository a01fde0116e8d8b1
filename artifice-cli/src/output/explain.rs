//! Where a line comes from, in words and numbers: the samples, the quantity, the rate, the arithmetic.

use artifice_model::aggregate::{Evidence, MaxGap};
use artifice_model::exact::Ratio;
use artifice_model::rate::Working;
use artifice_model::statement::{Line, Part, Usage};
use artifice_model::{Calendar, Currency};

use artifice_text::{line as one_line, name};

use super::{period, quantity};
use crate::output;
use artifice_engine::view::explain::{duration, gap, per_and_origin};
use artifice_engine::view::money;

/// How many digits of a fraction that has no end are shown.
const DIGITS: u8 = 12;

/// A line's explanation, as text; `number` counts the statement's lines from 1.
pub fn text(number: usize, line: &Line, currency: Currency, calendar: Calendar) -> String {
    let usage = &line.usage;
    let mut head = format!("Line {number}: {}, {}", name(&usage.section), name(&usage.service));
    if line.name != usage.service {
        head.push_str(&format!(" ({})", name(&line.name)));
    }
    if !usage.location.is_empty() {
        head.push_str(&format!(" at {}", name(&usage.location)));
    }
    if !usage.resource_id.is_empty() {
        head.push_str(&format!(", resource {}", resource(usage)));
    }
    let mut text = format!("{}\n", one_line(&head));
    let mut say = |what: &str, how: &str| text.push_str(&format!("  {what:<8} {}\n", one_line(how)));
    say("period", &period(usage.period, Some(calendar)));
    match &line.evidence {
        Some(evidence) => samples(evidence, line, &mut say),
        None if !line.parts.is_empty() => say("samples", &format!("of {} resources, see below", line.parts.len())),
        None if usage.meter.is_empty() => say("samples", "none: the configuration says how much it is"),
        None => say("samples", &format!("of meter {}; nothing more was kept of them", usage.meter)),
    }
    let rounded = quantity(usage.volume, &usage.unit);
    match line.evidence.as_ref().filter(|evidence| !evidence.exact.is_empty()) {
        Some(evidence) => {
            let exact = evidence.exact.parse().map_or_else(|_| evidence.exact.clone(), |exact| number_of(&exact));
            let whole = format!("{} before it was rounded to 6 decimals", quantity(exact, &usage.unit));
            say("quantity", &format!("{rounded} by {}; the whole usage: {whole}", usage.aggregate_name()));
        }
        None => say("quantity", &rounded),
    }
    for (what, how) in money_steps(line, currency) {
        say(what, &how);
    }
    for Part { line, exact } in &line.parts {
        say("of it", &of_resource(line, exact, currency));
    }
    text
}

/// A resource by its name, if it has one, and its id.
fn resource(usage: &Usage) -> String {
    let called =
        if usage.resource_name.is_empty() { String::new() } else { format!("{}, ", name(&usage.resource_name)) };
    format!("{called}{}", name(&usage.resource_id))
}

/// What of a line falls to a resource.
fn of_resource(line: &Line, exact: &Ratio, currency: Currency) -> String {
    let usage = &line.usage;
    format!(
        "resource {}: {}, exactly {}, as a share {}",
        resource(usage),
        quantity(usage.volume, &usage.unit),
        number_of(exact),
        money(line.cost, currency).unwrap_or_default()
    )
}

/// What is known of the samples.
fn samples(evidence: &Evidence, line: &Line, say: &mut impl FnMut(&str, &str)) {
    let mut text = format!("{} of meter {}", evidence.samples, line.usage.meter);
    if let (Some(first), Some(last)) = (evidence.first, evidence.last) {
        text.push_str(&format!(", from {first} to {last}"));
    }
    match evidence.repetitions {
        0 => text.push_str("; no repetitions"),
        1 => text.push_str("; 1 repetition dropped"),
        many => text.push_str(&format!("; {many} repetitions dropped")),
    }
    match evidence.resets {
        0 => {}
        1 => text.push_str("; the counter was reset once"),
        many => text.push_str(&format!("; the counter was reset {many} times")),
    }
    match evidence.dips {
        0 => {}
        1 => text.push_str("; it went down a little once, which is taken off"),
        many => text.push_str(&format!("; it went down a little {many} times, which is taken off")),
    }
    say("samples", &text);
    for reading in &evidence.implausible.some {
        let before = reading.before.map(|(at, value)| format!(", after {value} at {at}")).unwrap_or_default();
        say("odd", &format!("{} at {}{before}: not plausible, and charged as it is", reading.value, reading.at));
    }
    let gaps = &evidence.gaps;
    if let Some(max_gap) = evidence.max_gap {
        if max_gap == MaxGap::Unlimited {
            say("gaps", "none: what is announced holds until the next sample (max_gap: unlimited)");
        } else if gaps.is_empty() {
            say("gaps", &format!("none longer than {}", gap(max_gap)));
        } else {
            let longest: Vec<String> = gaps.longest.iter().map(|(from, to)| format!("{from} to {to}")).collect();
            say(
                "gaps",
                &format!(
                    "{} longer than {}, {} in all; the longest: {}",
                    gaps.count,
                    gap(max_gap),
                    duration(gaps.total_us),
                    longest.join(", ")
                ),
            );
        }
    }
    if let Some(taken) = evidence.taken {
        say("owner", &format!("another tenant was seen with it at {taken}, which ends what held until then"));
    }
    if let Some(slice_us) = evidence.slice_us {
        say("slices", &format!("of {}", duration(slice_us)));
    }
}

/// The rate, the arithmetic, the cost.
fn money_steps(line: &Line, currency: Currency) -> Vec<(&'static str, String)> {
    let mut steps = Vec::new();
    let Some(cost) = line.cost else {
        steps.push(("cost", "none: there is no price".to_owned()));
        return steps;
    };
    let cost = format!("{currency} {}", money(Some(cost), currency).unwrap_or_default());
    let plain = Working::default();
    let working = line.working.as_deref().unwrap_or(&plain);
    let Some((per, origin)) = per_and_origin(line, working) else {
        steps.push(("cost", format!("{cost}: there is no price")));
        return steps;
    };
    let rate = match (&line.rate, working.block) {
        (Some(rate), Some(block)) => format!("{} for each started block of {block} {per}, {origin}", rate.amount),
        (Some(rate), None) => format!("{}, {origin}", output::rate(rate.amount, &per)),
        (None, _) => format!("in tiers, per {per}, {origin}"),
    };
    steps.push(("rate", rate));
    let unit = &line.usage.unit;
    let whole = working.whole_volume(line.usage.volume);
    let free = working.whole_free();
    if !free.is_zero() {
        steps.push(("free", format!("{} of {}", quantity(number_of(&free), unit), number_of(&whole))));
    }
    if working.conversion != Ratio::new(1, 1) {
        steps.push(("units", format!("1 {unit} = {} × {per}", number_of(&working.conversion))));
    }
    for step in &working.steps {
        let what = if working.block.is_some() { "blocks" } else { per.as_str() };
        steps.push((
            "tier",
            format!("{} {what} × {} = {}", number_of(&step.units), step.price, number_of(&step.cost())),
        ));
    }
    if !working.discount.is_zero() {
        steps.push(("discount", format!("{} %", working.discount)));
    }
    for flat in &working.flats {
        let bound = flat.bound.clone().times(&working.conversion);
        steps.push(("flat", format!("{} once a month, beyond {}", flat.amount, quantity(number_of(&bound), &per))));
    }
    if let Some(cap) = &working.cap {
        let spent = number_of(&cap.spent);
        steps.push(("cap", format!("{} a month for the resource, of which {spent} were charged before", cap.amount)));
    }
    if let Some(days) = working.days {
        steps.push((
            "days",
            format!("{} × {}/{}, for {} of the month's {} days", days.amount, days.used, days.of, days.used, days.of),
        ));
    }
    let amount = line.rate.as_ref().map(|rate| rate.amount);
    if let Some(exact) = working.exact(line.usage.volume, amount) {
        let mut formula = String::new();
        if working.steps.is_empty()
            && working.sum.is_none()
            && working.days.is_none()
            && let Some(rate) = &line.rate
        {
            let volume = if free.is_zero() {
                number_of(&whole)
            } else {
                format!("({} − {})", number_of(&whole), number_of(&free))
            };
            formula = format!("{volume} × {}", rate.amount);
            if working.conversion != Ratio::new(1, 1) {
                formula = format!("{volume} × {} × {}", number_of(&working.conversion), rate.amount);
            }
            if !working.discount.is_zero() {
                formula.push_str(&format!(" − {} %", working.discount));
            }
            formula.push_str(" = ");
        }
        let uncapped = working.uncapped(line.usage.volume, amount).filter(|_| working.cap.is_some());
        match uncapped.filter(|uncapped| *uncapped != exact) {
            Some(uncapped) => {
                let capped = format!("{formula}{}; the cap leaves {}", number_of(&uncapped), number_of(&exact));
                steps.push(("exactly", capped));
            }
            None => steps.push(("exactly", format!("{formula}{}", number_of(&exact)))),
        }
    }
    match &working.billed {
        Some(billed) => steps.push((
            "cost",
            format!(
                "{cost}: that, rounded, minus {} for {} that were billed before",
                money(Some(billed.cost), currency).unwrap_or_default(),
                quantity(billed.volume, unit)
            ),
        )),
        None => steps.push(("cost", format!("{cost}, rounded once"))),
    }
    steps
}

/// A fraction as a decimal, if it is one that a person can read; else the fraction and its first digits.
fn number_of(ratio: &Ratio) -> String {
    if let Some(decimal) = ratio.exactly().filter(|decimal| decimal.scale() <= 2 * DIGITS) {
        return decimal.to_string();
    }
    let near = ratio.rounded(DIGITS).map(|near| format!(" ≈ {near}")).unwrap_or_default();
    format!("({ratio}{near})")
}
