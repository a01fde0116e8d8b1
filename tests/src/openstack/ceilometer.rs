//! Ceilometer's v2 API.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::Timestamp;
use serde_json::{Value, json};

use super::refusal::{ceilometer_error, unauthorized};
use super::sample::Metered;
use super::server::{Request, Response};
use super::world::World;

/// What it answers where nobody says how much.
const DEFAULT_LIMIT: usize = 100;

pub fn answer(world: &mut World, request: &Request) -> Response {
    if let Some(left) = &mut world.faults.leaves_after {
        match left.checked_sub(1) {
            Some(fewer) => *left = fewer,
            None => {
                return Response {
                    status: 503,
                    body: b"<html>No server is available</html>".to_vec(),
                    ..Response::default()
                };
            }
        }
    }
    if world.faults.refuses_tokens || !world.takes(request.token.as_deref()) {
        return unauthorized();
    }
    let narrowed = match &mut world.faults.narrowed_after {
        Some(left) if *left > 0 => {
            *left -= 1;
            None
        }
        _ => world.faults.narrowed_to,
    };
    if let (Some(own), Some(other)) = (narrowed, project(request).filter(|asked| Some(*asked) != narrowed)) {
        assert_ne!(own, other);
        return ceilometer_error(401, &format!("Not Authorized to access project {other}"));
    }
    if world.faults.gone {
        let says = "This telemetry installation is configured to use Gnocchi. Please use the Gnocchi API available on \
                    the metric endpoint to retrieve data.";
        return Response::json(410, json!({ "error_message": { "code": 410, "title": "Gone", "description": says } }));
    }
    let path: Vec<&str> = request.path.split('/').skip(1).collect();
    let response = match path[..] {
        ["v2", "meters"] => meters(world, request, narrowed),
        ["v2", "meters", meter] => samples(world, request, meter, narrowed).map(|(response, count)| {
            world.answered += count;
            response
        }),
        ["v2", "meters", meter, "statistics"] => statistics(world, request, meter, narrowed),
        _ => Ok(Response::json(
            404,
            json!({ "error_message": { "code": 404, "title": "Not Found", "description": "" } }),
        )),
    };
    let mut response = response.unwrap_or_else(|error| error);
    response.after = world.faults.slow;
    response.truncated = world.faults.truncated;
    response
}

/// Whose samples are asked for, if one tenant's are.
fn project(request: &Request) -> Option<&str> {
    let (fields, values) = (request.all("q.field"), request.all("q.value"));
    fields.into_iter().zip(values).find(|(field, _)| *field == "project_id").map(|(_, value)| value)
}

/// Samples, and how many they are.
fn samples(
    world: &World,
    request: &Request,
    meter: &str,
    narrowed: Option<&str>,
) -> Result<(Response, usize), Response> {
    let faults = &world.faults;
    if let Some(body) = faults.answers {
        return Ok((Response { endless: faults.endless, ..Response::json(200, body) }, 0));
    }
    let mut found = filtered(world, request, Some(meter), narrowed)?;
    let asked = project(request);
    if let Some((tenant, status, body)) = faults.error_for {
        let concerned = found.iter().any(|sample| sample.project.as_deref() == Some(tenant));
        if asked == Some(tenant) || (asked.is_none() && concerned) {
            return Err(Response::json(status, body));
        }
    }
    found.retain(|sample| {
        let is_of = |hidden: Option<&str>| hidden.is_some() && sample.project.as_deref() == hidden;
        !(is_of(faults.hides) || asked.is_none() && is_of(faults.hides_among_all))
    });
    let limit = if faults.ignores.contains(&"limit") { usize::MAX } else { limit(world, request)? };
    let limit = limit.min(faults.cuts_at.unwrap_or(usize::MAX));
    let mut texts: Vec<&str> = found.iter().take(limit).map(|sample| sample.text.as_str()).collect();
    if faults.oldest_first {
        texts = found.iter().rev().take(limit).map(|sample| sample.text.as_str()).collect();
    }
    Ok((Response::json(200, format!("[{}]", texts.join(", "))), texts.len()))
}

fn meters(world: &World, request: &Request, narrowed: Option<&str>) -> Result<Response, Response> {
    let found: BTreeSet<_> = filtered(world, request, None, narrowed)?
        .into_iter()
        .map(|sample| (&sample.meter, &sample.resource, &sample.project))
        .collect();
    let meter = |(name, resource, project)| json!({ "name": name, "resource_id": resource, "project_id": project });
    let found: Vec<Value> = found.into_iter().map(meter).take(limit(world, request)?).collect();
    Ok(Response::json(200, Value::from(found)))
}

fn statistics(world: &World, request: &Request, meter: &str, narrowed: Option<&str>) -> Result<Response, Response> {
    if world.faults.no_statistics {
        return Err(ceilometer_error(400, "Unknown argument: \"{'project_id'}\": Invalid groupby fields"));
    }
    let groupby = request.all("groupby");
    let by_resource = match groupby[..] {
        ["project_id"] => false,
        ["project_id", "resource_id"] => true,
        _ => panic!("{groupby:?}"),
    };
    let mut counts: BTreeMap<(Option<&str>, Option<&str>), u64> = BTreeMap::new();
    for sample in filtered(world, request, Some(meter), narrowed)? {
        let resource = by_resource.then_some(sample.resource.as_str());
        *counts.entry((sample.project.as_deref(), resource)).or_default() += 1;
    }
    let group = |((project, resource), count): ((Option<&str>, Option<&str>), u64)| {
        let mut groupby = json!({ "project_id": project });
        if let Some(resource) = resource {
            groupby["resource_id"] = resource.into();
        }
        json!({ "groupby": groupby, "unit": "x", "count": count, "sum": 1.5 })
    };
    Ok(Response::json(200, counts.into_iter().map(group).collect::<Value>()))
}

fn limit(world: &World, request: &Request) -> Result<usize, Response> {
    match request.all("limit")[..] {
        [] if world.faults.unknown_limit => Ok(usize::MAX),
        [] => Ok(DEFAULT_LIMIT),
        _ if world.faults.unknown_limit => Err(ceilometer_error(400, "Unknown argument: \"limit\"")),
        [limit] => limit.parse().map_err(|_| ceilometer_error(400, "Invalid input for field/attribute limit.")),
        _ => panic!("{request:?}"),
    }
}

/// The samples that the query's filters leave, newest first.
fn filtered<'w>(
    world: &'w World,
    request: &Request,
    meter: Option<&str>,
    narrowed: Option<&str>,
) -> Result<Vec<&'w Metered>, Response> {
    let (fields, ops, values) = (request.all("q.field"), request.all("q.op"), request.all("q.value"));
    assert!(fields.len() == ops.len() && ops.len() == values.len(), "{request:?}");
    let mut found: Vec<&Metered> =
        world.samples.iter().filter(|sample| meter.is_none_or(|meter| sample.meter == meter)).collect();
    found.retain(|sample| narrowed.is_none() || sample.project.as_deref() == narrowed);
    for ((field, op), value) in fields.into_iter().zip(ops).zip(values) {
        if world.faults.ignores.contains(&field) {
            continue;
        }
        match (field, op) {
            ("project_id", "eq") => found.retain(|sample| sample.project.as_deref() == Some(value)),
            ("resource_id", "eq") => found.retain(|sample| sample.resource == value),
            ("timestamp", op) => {
                assert!(!value.contains(['Z', '+']), "Ceilometer writes no zone: {value}");
                let at: Timestamp = value.parse().unwrap();
                match op {
                    "ge" => found.retain(|sample| sample.at >= at),
                    "gt" => found.retain(|sample| sample.at > at),
                    "le" => found.retain(|sample| sample.at <= at),
                    "lt" => found.retain(|sample| sample.at < at),
                    other => return Err(ceilometer_error(400, &format!("unimplemented operator {other}"))),
                }
            }
            other => return Err(ceilometer_error(400, &format!("Unknown argument: {other:?}"))),
        }
    }
    Ok(found)
}
