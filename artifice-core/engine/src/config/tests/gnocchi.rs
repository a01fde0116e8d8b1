//! `source: {kind: gnocchi}`, and what is charged of it.

use std::any::Any;
use std::fs;
use std::time::Duration;

use artifice_collect::sources::gnocchi::GnocchiSettings;
use artifice_settings::ConfigError;

use crate::config::Config;

const CLOUD: &str = "openstack: {authentication_url: http://foo, default_tenant: demo, username: demo, password: secret, timeout: 7s}\n";

fn load(yaml: &str) -> Result<Config, Vec<String>> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("c.yaml");
    let rest = "main: {invoice:object: billing.csv_invoice:Csv}\ndatabase: {url: sqlite://a.db}\n";
    fs::write(&file, format!("{yaml}{rest}")).unwrap();
    let text = |error: ConfigError| error.to_string().replace(&*file.to_string_lossy(), "c.yaml");
    Config::load(&file).map_err(|error| text(error).lines().map(str::to_owned).collect())
}

fn gnocchi(yaml: &str) -> GnocchiSettings {
    let source = load(yaml).unwrap().source.unwrap();
    let settings: &dyn Any = source.as_ref();
    settings.downcast_ref::<GnocchiSettings>().unwrap().clone()
}

#[test]
fn a_gnocchi_of_a_cloud_is_asked_as_the_cloud_says() {
    let of_cloud = gnocchi(&format!("source: {{kind: gnocchi}}\n{CLOUD}"));
    assert_eq!((of_cloud.url, of_cloud.user.is_none(), of_cloud.timeout), (None, true, Duration::from_secs(7)));
    assert!(of_cloud.cloud.is_some() && of_cloud.granule_us.is_none());

    let named = gnocchi(&format!(
        "source: {{kind: gnocchi, url: 'http://g:8041/v1', timeout: 9s, granularity: 1h, aggregation: {{image.download: mean}}}}\n{CLOUD}"
    ));
    assert_eq!((named.url.unwrap().as_str(), named.timeout), ("http://g:8041/v1", Duration::from_secs(9)));
    assert_eq!((named.granule_us, named.methods["image.download"].as_str()), (Some(3_600_000_000), "mean"));
}

#[test]
fn a_gnocchi_with_users_of_its_own_needs_no_cloud() {
    let own = gnocchi("source: {kind: gnocchi, url: 'http://g:8041', username: admin, password: sesame}\n");
    let (user, password) = own.user.unwrap();
    assert_eq!((user.as_str(), password.reveal(), own.cloud.is_none()), ("admin", "sesame", true));
    let (_, nothing) = gnocchi("source: {kind: gnocchi, url: 'http://g:8041', username: admin}\n").user.unwrap();
    assert_eq!(nothing.reveal(), "");
}

#[test]
fn mistakes_are_told_with_their_places() {
    for (source, expected) in [
        ("username: admin", "source.username: a user of Gnocchi's own, of which no catalog tells where it is"),
        ("url: 'http://g', username: 'a:b'", "source.username: no user of HTTP has a colon in his name"),
        ("url: 'http://a:b@g', username: a", "source.url: a URL with a user in it; write that as source.username"),
        (
            "url: 'http://g', username: a, aggregation: {cpu: 'rate:mean'}",
            "'rate:mean' is below 0 where a counter begins anew",
        ),
        ("url: 'http://g', username: a, granularity: five", "source.granularity: "),
        ("url: 'http://g', username: a, limit: 5", "source.limit: there is no such key"),
    ] {
        let says = load(&format!("source: {{kind: gnocchi, {source}}}\n")).unwrap_err();
        assert!(says.iter().any(|says| says.starts_with("c.yaml:1:") && says.contains(expected)), "{says:?}");
    }
    let says = load(&format!("source: {{kind: gnocchi, password: x}}\n{CLOUD}")).unwrap_err();
    assert!(says[0].contains("source.password: whose password is it? write username, too"), "{says:?}");
}
