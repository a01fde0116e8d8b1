//! What a Keystone answers, or whoever is in its place: neither password nor token is in any error or in the log.
#![no_main]

use std::sync::OnceLock;
use std::time::Duration;

use artifice_collect::http::{Http, offline};
use artifice_collect::openstack::keystone::Keystone;
use artifice_collect::openstack::settings::OpenStack;
use artifice_fuzz::{answers, cloud, said, target, told};

/// Keystones that say their version in the address, and some that are to be asked.
fn clouds() -> &'static (Http, [OpenStack; 4]) {
    static CLOUDS: OnceLock<(Http, [OpenStack; 4])> = OnceLock::new();
    CLOUDS.get_or_init(|| {
        let clouds = ["v3", "v2.0", "", "identity"].map(|path| cloud(path).cloud);
        (Http::new("openstack", &clouds[0].tls, Duration::from_secs(60)).unwrap(), clouds)
    })
}

target!(with_secrets, |input| {
    let (first, rest) = input.bytes().split_first().unwrap_or((&0, &[]));
    let (http, clouds) = clouds();
    let settings = &clouds[usize::from(first & 3)];
    offline::answer_with(answers(rest));
    let (errors, log) = told(|| match Keystone::log_in(http, settings) {
        Ok(keystone) => {
            let found = keystone.endpoint("metering").map(drop).err();
            found.into_iter().chain(keystone.projects().map(drop).err()).collect()
        }
        Err(error) => vec![error],
    });
    said(&log);
    for error in errors {
        said(&format!("{error:?}"));
        let error = error.to_string();
        said(&error);
    }
});
