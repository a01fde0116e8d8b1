//! What a Ceilometer answers: no token is in any error or in the log, and usage is that of the samples.
#![no_main]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use artifice_collect::http::offline;
use artifice_collect::sources::ceilometer::CeilometerSettings;
use artifice_collect::{Headway, Request, SourceSettings, TenantUsage, collect};
use artifice_fuzz::{MAIN_MEMORY, TOKEN, answers, cloud, entries, said, target, told};
use artifice_model::aggregate::Locations;
use artifice_model::{Period, TenantId};

fn settings() -> &'static CeilometerSettings {
    static SETTINGS: OnceLock<CeilometerSettings> = OnceLock::new();
    SETTINGS.get_or_init(|| cloud("v3"))
}

fn usage(tenants: Option<&BTreeSet<TenantId>>) -> Result<Vec<TenantUsage>, String> {
    let entries: Vec<_> = entries().iter().filter(|entry| entry.meter == "instance").cloned().collect();
    let (start, end) = ("2026-10-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap());
    let (period, headway) = (Period::new(start, end).unwrap(), Headway::default());
    let locations = Locations::new("default", []);
    let request = Request {
        tenants,
        memory_bytes: MAIN_MEMORY,
        notice_unmapped: true,
        ..Request::of(&entries, &locations, period, &headway)
    };
    let source = settings().open(Path::new(".")).map_err(|error| error.to_string())?;
    source.connect().map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    collect(&*source, request, &mut |usage| all.push(usage)).map_err(|error| error.to_string())?;
    Ok(all)
}

target!(with_secrets, |input| {
    let (first, rest) = input.bytes().split_first().unwrap_or((&0, &[]));
    let logged_in = format!("201\nX-Subject-Token: {TOKEN}\n\n{{\"token\": {{}}}}");
    let projects = b"200\n\n{\"projects\": [{\"id\": \"t\", \"name\": \"demo\"}]}".to_vec();
    let mut all = vec![logged_in.into_bytes(), projects];
    all.extend(answers(rest));
    offline::answer_with(all);
    let tenants: Option<BTreeSet<TenantId>> = (first & 1 == 0).then(|| ["t".into()].into());
    let (found, log) = told(|| usage(tenants.as_ref()));
    said(&log);
    let errors = match found {
        Ok(all) => all.into_iter().filter_map(|one| one.usage.err()).map(|error| error.to_string()).collect(),
        Err(error) => vec![error],
    };
    for error in errors {
        said(&error);
    }
});
