//! Where a line comes from: the samples, the volume, the rate, the arithmetic.

use artifice_model::Decimal;
use artifice_model::aggregate::MaxGap;
use artifice_model::exact::Ratio;
use artifice_model::rate::Working;
use artifice_model::statement::{Line, Part};
use serde_json::{Value, json};

/// A line's explanation. Fractions are texts: `7/3`, or a decimal where there is one.
pub fn explanation(line: &Line) -> Value {
    let plain = Working::default();
    let working = line.working.as_deref().unwrap_or(&plain);
    let known = per_and_origin(line, working);
    let samples = line.evidence.as_ref().map(|evidence| {
        json!({
            "count": evidence.samples,
            "first": evidence.first,
            "last": evidence.last,
            "repetitions": evidence.repetitions,
            "resets": evidence.resets,
            "dips": evidence.dips,
            "implausible": evidence.implausible.some.iter().map(|reading| json!({
                "at": reading.at, "value": reading.value, "before": reading.before.map(|(at, value)| json!([at, value])),
            })).collect::<Vec<_>>(),
            "gaps": {
                "count": evidence.gaps.count,
                "seconds": micros(evidence.gaps.total_us),
                "longest": evidence.gaps.longest.iter().map(|(from, to)| json!([from, to])).collect::<Vec<_>>(),
            },
            "max_gap": evidence.max_gap.map(gap),
            "slice_seconds": evidence.slice_us.map(micros),
            "taken": evidence.taken,
        })
    });
    json!({
        "samples": samples,
        "quantity_exact": line.evidence.as_ref().map(|evidence| &evidence.exact).filter(|exact| !exact.is_empty()),
        "rate_unit": known.as_ref().map(|(per, _)| per),
        "origin": known.as_ref().map(|(_, origin)| origin),
        "conversion": fraction(&working.conversion),
        "free": fraction(&working.whole_free()),
        "block": working.block,
        "steps": working.steps.iter().map(|step| json!({
            "units": fraction(&step.units), "price": step.price, "cost": fraction(&step.cost()),
        })).collect::<Vec<_>>(),
        "discount": working.discount,
        "flats": working.flats.iter().map(|flat| json!({
            "beyond": fraction(&flat.bound.clone().times(&working.conversion)), "cost": flat.amount,
        })).collect::<Vec<_>>(),
        "cap": working.cap.as_ref().map(|cap| json!({"amount": cap.amount, "spent": fraction(&cap.spent)})),
        "days": working.days.map(|days| json!({"used": days.used, "of": days.of, "amount": days.amount})),
        "cost_exact": working.exact(line.usage.volume, line.rate.as_ref().map(|rate| rate.amount)).map(|cost| fraction(&cost)),
        "billed_before": working.billed.as_ref().map(|billed| json!({"quantity": billed.volume, "cost": billed.cost})),
        "resources": line.parts.iter().map(|Part { line, exact }| json!({
            "resource_id": line.usage.resource_id,
            "resource_name": line.usage.resource_name,
            "meter": line.usage.meter,
            "aggregate": line.usage.aggregate_name(),
            "quantity": line.usage.volume,
            "cost": line.cost,
            "cost_exact": fraction(exact),
            "explained": explanation(line),
        })).collect::<Vec<_>>(),
    })
}

/// What a line's rate is for, and where it stands, if there is a price.
pub fn per_and_origin(line: &Line, working: &Working) -> Option<(String, String)> {
    let rate = line.rate.as_ref().map(|rate| (rate.per.clone(), rate.origin.clone()));
    rate.or_else(|| working.price.clone())
}

/// A fraction for programs.
fn fraction(ratio: &Ratio) -> String {
    ratio.exactly().map_or_else(|| ratio.to_string(), |decimal| decimal.to_string())
}

/// The longest gap that counts as used, for people.
pub fn gap(gap: MaxGap) -> String {
    match gap {
        MaxGap::Micros(micros) => duration(micros),
        MaxGap::Unlimited => "unlimited".to_owned(),
    }
}

/// Microseconds as hours, minutes and seconds.
pub fn duration(us: i64) -> String {
    let seconds = us / 1_000_000;
    let parts = [(seconds / 3600, "h"), (seconds % 3600 / 60, "min"), (seconds % 60, "s")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if told.is_empty() { format!("{} s", micros(us)) } else { told.join(" ") }
}

/// Microseconds as seconds.
fn micros(us: i64) -> String {
    Decimal::new(us.into(), 6).map(|seconds| seconds.to_string()).unwrap_or_default()
}
