//! What somebody should know, though it fails nobody.

use artifice_engine::Notice;

/// A notice, in one line or several.
pub fn notice(notice: &Notice) -> Vec<String> {
    let words = match notice {
        Notice::Metering { tenant, noticed } => {
            let name = tenant.called();
            return noticed.to_string().lines().map(|line| format!("tenant {name}: {line}")).collect();
        }
        Notice::WithoutTenant { samples } => {
            format!("{samples} samples of charged meters belong to no tenant and are billed to nobody")
        }
        Notice::Unreachable { places, region } => unreachable(places, region),
        Notice::Problem { tenant, problem } => format!("tenant {tenant}: {problem}"),
        Notice::ResourceGone { tenant, resource } => format!(
            "tenant {tenant}: metering has nothing of resource {resource} any more in this period; it stays as it was \
             billed"
        ),
        Notice::Gap { tenant, times } => {
            let times = times.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("tenant {}: no statement covers {times}; bill that time, too, if it was used", tenant.called())
        }
        Notice::NotListed { backend, why } => format!(
            "{backend} does not say which documents it has, so whether it has some that the ledger does not know could \
             not be checked: {why}"
        ),
        Notice::NewerDocuments { backend, documents } => format!(
            "{backend} has documents of this ledger that are newer than all that it knows: {documents}; was the ledger \
             restored from a backup? What they are for may be billed twice"
        ),
        Notice::DocumentsWithoutLedger { backend, documents } => format!(
            "{backend} has documents that this ledger does not know, and that do not say of which ledger they are: \
             {documents}; if they are this ledger's, it is older than they are, and what they are for may be billed twice"
        ),
        Notice::Waiting { tenants } => {
            format!("another program is billing {tenants} of the tenants; waiting for it")
        }
        Notice::LeftOver { number, why } => format!(
            "statement {number} is void, but what a try may have left of it at the backend could not be removed: {why}; \
             run the same command again, or remove it there"
        ),
        Notice::OtherVersion { number, backend, then, today } => {
            format!("statement {number} was made by version {then} of {backend}, and this is {today}")
        }
        Notice::TodaysSettings { number, why } => {
            format!("statement {number} is written with today's settings, because those of then do not work: {why}")
        }
    };
    vec![words]
}

/// How many places a notice names.
const NAMED: usize = 5;

/// Prices for locations that no sample can have.
pub fn unreachable(places: &[(String, String)], region: &str) -> String {
    let named = places.iter().take(NAMED).map(|(location, at)| format!("'{location}' ({at})"));
    let mut named: Vec<String> = named.collect();
    if places.len() > NAMED {
        named.push(format!("and {} more", places.len() - NAMED));
    }
    format!(
        "no sample can be where these prices are for: {}; everything is in main.region ('{region}'), because a host is \
         no location by itself: set `datacenters:`, or `location` of the entries",
        named.join(", ")
    )
}
