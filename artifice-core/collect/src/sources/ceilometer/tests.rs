//! Ceilometer's recorded answers, read as they are.

use std::collections::BTreeSet;

use artifice_model::aggregate::{Entry, Locations};
use artifice_model::{Period, TenantId};

use super::*;
use crate::http::canned::{Canned, answer, recorded};
use crate::openstack::settings::OpenStack;
use crate::{Headway, Request, Seen, TenantUsage, collect};

const DEMO: &str = "de16eb57a84d401ca8845473bb1ea1d1";

/// A cloud whose Ceilometer answers this to everything that is asked of it.
fn answering(body: impl Fn(&str) -> Vec<u8> + Send + 'static) -> (Canned, Ceilometer) {
    let server = Canned::new(move |request| match request.split([' ', '?']).nth(1).unwrap() {
        "/v3/auth/tokens" => answer("201 Created", "X-Subject-Token: token\r\n", "{\"token\": {}}"),
        "/v3/projects" => answer("200 OK", "", "{\"projects\": []}"),
        _ => body(request.split(' ').nth(1).unwrap()),
    });
    let cloud = OpenStack {
        ceilometer_url: Some(server.url.clone()),
        ..OpenStack::of_password(server.url.join("v3").unwrap(), "billing", "secret", "service")
    };
    (server, Ceilometer::new(CeilometerSettings { cloud, limit: 5000 }))
}

/// What comes of October for these tenants.
fn collected(ceilometer: &Ceilometer, tenants: Option<&[&str]>) -> Result<(Vec<TenantUsage>, Seen), String> {
    let period = Period::new("2026-10-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap()).unwrap();
    let mut entries = Entry::built_in();
    entries.retain(|entry| entry.meter == "instance");
    let locations = Locations::new("default", []);
    let ids: Option<BTreeSet<TenantId>> = tenants.map(|ids| ids.iter().map(|id| (*id).into()).collect());
    let known = ids.clone().unwrap_or_default();
    let headway = Headway::default();
    let request =
        Request { tenants: ids.as_ref(), known: &known, ..Request::of(&entries, &locations, period, &headway) };
    ceilometer.connect().map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    let seen = collect(ceilometer, request, &mut |usage| all.push(usage)).map_err(|error| error.to_string())?;
    Ok((all, seen))
}

#[test]
fn recorded_samples_become_usage() {
    let Some(samples) = recorded("ceilometer/17-samples-instance-month.json") else { return };
    let (server, ceilometer) = answering(move |_| samples.clone());
    let (usage, _) = collected(&ceilometer, Some(&[DEMO])).unwrap();
    let [one] = &usage[0].usage.as_ref().unwrap()[..] else { panic!("{usage:?}") };
    let one = &one.usage;
    // Three samples, ten minutes apart; the last one holds until the month's end.
    assert_eq!(
        (one.service.as_str(), one.resource_name.as_str(), one.volume.to_string().as_str()),
        ("m1.small", "web-1", "0.5")
    );
    assert!(server.asked().last().unwrap().ends_with("&limit=5000"));
}

#[test]
fn recorded_statistics_tell_who_has_samples() {
    let Some(groups) = recorded("ceilometer/28-stats-groupby-project.json") else { return };
    let (server, ceilometer) = answering(move |path| match path.contains("/statistics?") {
        true => groups.clone(),
        false => answer("200 OK", "", "[]"),
    });
    let (usage, seen) = collected(&ceilometer, None).unwrap();
    assert!(seen.tenants.contains("3c402ac9951d45279330927c6a736478") && seen.tenants.contains(DEMO));
    // Whoever has samples that do not come, neither with everybody's nor by themselves, has no bill without them.
    let says = |usage: &TenantUsage| usage.usage.as_ref().unwrap_err().to_string();
    assert_eq!(usage.len(), seen.tenants.len());
    assert!(usage.iter().all(|usage| says(usage).contains("and answers 0 of them")), "{usage:?}");
    let asked = server.asked();
    let is_asked = |tenant: &TenantId| asked.iter().any(|asked| asked.contains(tenant.as_str()));
    assert!(seen.tenants.iter().all(is_asked), "{asked:?}");
}

#[test]
fn recorded_refusals_end_what_they_should() {
    let (refused, none) = ("ceilometer/56-member-401-other-project.json", "ceilometer/53-401-no-token.json");
    let moved = "ceilometer-gnocchi-enabled/03-samples.json";
    let Some(foreign) = recorded(refused) else { return };
    let (_server, ceilometer) = answering(move |_| foreign.clone());
    let (usage, _) = collected(&ceilometer, Some(&[DEMO, "other"])).unwrap();
    assert_eq!(usage.len(), 2);
    let says = usage[0].usage.as_ref().unwrap_err().to_string();
    assert!(says.contains("Not Authorized to access project a078ca7bdb8f4782a9b7191ff87ea5c5"), "{says}");

    for (name, expected) in [(none, "do both belong to one cloud?"), (moved, "keeps its metering in Gnocchi")] {
        let Some(all) = recorded(name) else { return };
        let (_server, ceilometer) = answering(move |_| all.clone());
        let says = collected(&ceilometer, Some(&[DEMO])).unwrap_err();
        assert!(says.contains(expected), "{says}");
    }
}

#[test]
fn recorded_errors_are_said_as_ceilometer_says_them() {
    for (name, expected) in [
        ("45-400-limit0", "400 Bad Request: Limit must be positive"),
        ("40-query-samples-complex", "500 Internal Server Error: dictionary keys changed during iteration"),
    ] {
        let Some(error) = recorded(&format!("ceilometer/{name}.json")) else { return };
        let (_server, ceilometer) = answering(move |_| error.clone());
        let (usage, _) = collected(&ceilometer, Some(&[DEMO])).unwrap();
        let says = usage[0].usage.as_ref().unwrap_err().to_string();
        assert!(says.ends_with(expected), "{says}");
    }
}

#[test]
fn an_unknown_meter_is_no_usage_and_another_meters_sample_an_error() {
    let (_server, ceilometer) = answering(|_| answer("200 OK", "", "[]"));
    assert!(collected(&ceilometer, Some(&[DEMO])).unwrap().0.is_empty());
    let sample = format!(
        r#"[{{"counter_name": "cpu", "counter_volume": 1, "project_id": "{DEMO}", "resource_id": "r", "timestamp": "2026-10-01T00:00:00"}}]"#
    );
    let (_server, ceilometer) = answering(move |_| answer("200 OK", "", &sample));
    let (usage, _) = collected(&ceilometer, Some(&[DEMO])).unwrap();
    let says = usage[0].usage.as_ref().unwrap_err().to_string();
    assert!(says.contains("a sample of the meter cpu, though those of instance were asked for"), "{says}");
}
