//! What somebody should know, though it fails nobody.

use artifice_engine::Notice;
use artifice_model::Tenant;
use artifice_model::statement::Problem;

use super::count::{Count, many, named};
use super::metering;
use super::shared::{Shared, Words};

/// A notice, as one thing to tell or several.
pub fn notice(notice: &Notice) -> Vec<Words> {
    let words = match notice {
        Notice::Metering { tenant, noticed } => return metering::words(tenant.called(), noticed),
        Notice::Problem { tenant, problem } => return vec![self::problem(tenant.as_str(), problem)],
        Notice::ResourceGone { tenant, resource } => {
            return vec![Shared::of(
                tenant.as_str(),
                "metering has nothing of ".to_owned(),
                Count::of_resources([resource.clone()]),
                " any more in this period, which stays as it was billed",
            )];
        }
        Notice::WithoutTenant { samples } => {
            format!("{} of charged meters belong to no tenant and are billed to nobody", Count::of_samples(*samples))
        }
        Notice::Undecided { tenants } => undecided(tenants),
        Notice::Unreachable { places, region } => unreachable(places, region),
        Notice::Gap { tenant, times } => {
            let times = times.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let before = format!("no statement covers {times}; bill that time, too, if it was used");
            return vec![Shared::of(tenant.called(), before, Count::default(), "")];
        }
        Notice::NotRaised { tenant, month, at_its_end } => {
            let before = format!(
                "the month {month} was billed in parts, and {at_its_end}; to have it right, take the month's statements back \
                 (`artifice statement void`), and bill the month as one"
            );
            return vec![Shared::of(tenant.called(), before, Count::default(), "")];
        }
        Notice::NotListed { backend, why } => format!(
            "{backend} does not say which documents it has, so whether it has some that the ledger does not know could \
             not be checked: {why}"
        ),
        Notice::NewerDocuments { backend, documents } => format!(
            "{backend} has documents of this ledger that the ledger does not know: {documents}; was it restored from a \
             backup? What they are for may be billed twice"
        ),
        Notice::DocumentsWithoutLedger { backend, documents } => format!(
            "{backend} has documents that this ledger does not know, and that do not say of which ledger they are: \
             {documents}; if they are this ledger's, it is older than they are, and what they are for may be billed twice"
        ),
        Notice::NewLedger { database } => format!(
            "{database}: there was no ledger, and a new one was made; if there should have been one, restore it, or correct \
             database.url, before the next bill: what it knows would be billed again"
        ),
        Notice::OthersDocuments { backend, documents } => format!(
            "{backend} has documents that another ledger had made of what is billed here now: {documents}; if this ledger is \
             in the place of one that was lost, that is billed twice: restore that one. If both are in use, give each a \
             place of its own there"
        ),
        Notice::Waiting { tenants } => {
            format!("another program is billing {}; waiting for it", many(*tenants, "tenant"))
        }
        Notice::ReadElsewhere => {
            "another program reads the metering of all tenants, and bills them; waiting for it".to_owned()
        }
        Notice::BeingSent { number } => format!("statement {number} is being sent by another program; waiting for it"),
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
    vec![Words::Once(words)]
}

/// Something that was charged otherwise than one may think.
pub fn problem(tenant: &str, problem: &Problem) -> Words {
    match problem {
        Problem::Free { service, name, location, resources } => Shared::of(
            tenant,
            format!("no rate for {} at '{location}', used by ", called(service, name)),
            Count::of_resources(resources.iter().cloned()),
            ": it costs nothing, because of rates.missing: zero",
        ),
        problem => Shared::of(tenant, problem.to_string(), Count::default(), ""),
    }
}

/// A service by its internal name, and what people call it.
fn called(service: &str, name: &str) -> String {
    if service == name { format!("'{service}'") } else { format!("'{service}' ({name})") }
}

/// How many places or tenants a notice names.
const NAMED: usize = 5;

/// Tenants of whom nobody knows whether they are meant.
fn undecided(tenants: &[Tenant]) -> String {
    let some: Vec<String> = tenants.iter().take(NAMED).map(|tenant| tenant.called().to_owned()).collect();
    format!(
        "{} with samples not billed, because Keystone does not know what openstack.tenants chooses by: {}; bill them with -t, \
         or name them there by their ids",
        many(tenants.len(), "tenant"),
        named(u64::try_from(tenants.len()).unwrap_or(u64::MAX), &some)
    )
}

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
