//! The sections that say where a cloud is, today's and the original's.

use std::any::Any;
use std::fs;

use artifice_collect::openstack::credentials::{Credentials, Domain, Scope, User};
use artifice_collect::openstack::settings::{Interface, OpenStack};
use artifice_collect::sources::ceilometer::CeilometerSettings;
use artifice_collect::sources::file::Files;
use artifice_settings::ConfigError;

use crate::config::Config;

/// As the original's README prints it, but for the database.
const README: &str = "\
database:
  url: sqlite://a.db
invoice:config:
  delimiter: ','
  output_file: '%(tenant)s-%(start)s-%(end)s.csv'
  output_path: ./
  row_layout:
    - location
    - type
    - start
    - end
    - amount
    - cost
main:
  invoice:object: billing.csv_invoice:Csv
openstack:
  authentication_url: http://foo
  ceilometer_url: http://localhost:8777
  default_tenant: demo
  password: yeah-right
  username: demo
";

/// As its example prints it, but for the database.
const EXAMPLE: &str = "\
ceilometer:
  host: http://localhost:8777/
invoice_object:
  delimiter: ','
  output_file: '%(tenant)s-%(start)s-%(end)s.csv'
  output_path: ./
  rates:
    file:
    name:
  row_layout: [location, type, start, end, amount, cost]
main:
  invoice:object: billing.csv_invoice:Csv
openstack:
  authentication_url: http://localhost:35357/v2.0
  default_tenant: demo
  password: 12345678
  username: demo
";

fn load(yaml: &str) -> Result<Config, Vec<String>> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("c.yaml");
    fs::write(&file, yaml).unwrap();
    fs::write(directory.path().join("secret"), "from the file\n").unwrap();
    fs::write(directory.path().join("empty"), "\n").unwrap();
    let text = |error: ConfigError| error.to_string().replace(&*file.to_string_lossy(), "c.yaml");
    Config::load(&file).map_err(|error| text(error).lines().map(str::to_owned).collect())
}

fn cloud(yaml: &str) -> CeilometerSettings {
    let source = load(yaml).unwrap().source.unwrap();
    let settings: &dyn Any = source.as_ref();
    settings.downcast_ref::<CeilometerSettings>().unwrap().clone()
}

/// User, password and project of a cloud, which are all in the domain `Default`.
fn login(cloud: &OpenStack) -> [&str; 3] {
    let Credentials::Password { user: User::Name(user, of_user), password, scope: Scope::Project(project, domain) } =
        &cloud.credentials
    else {
        panic!("{cloud:?}")
    };
    assert!([of_user, domain].iter().all(|domain| **domain == Domain::Name("Default".to_owned())));
    [user, password.reveal(), project]
}

#[test]
fn the_originals_files_mean_ceilometer() {
    let CeilometerSettings { cloud: readme, limit } = cloud(README);
    assert_eq!(readme.authentication_url.as_str(), "http://foo/");
    assert_eq!(login(&readme), ["demo", "yeah-right", "demo"]);
    assert_eq!(readme.ceilometer_url.unwrap().as_str(), "http://localhost:8777/");
    assert_eq!((readme.region, readme.interface, limit), (None, Interface::Public, 5000));

    let example = cloud(EXAMPLE).cloud;
    assert_eq!((example.authentication_url.path(), login(&example)), ("/v2.0", ["demo", "12345678", "demo"]));
    assert_eq!(example.ceilometer_url.unwrap().as_str(), "http://localhost:8777/");
    assert!(load(EXAMPLE).unwrap().rates.file.is_none());
}

#[test]
fn a_source_of_its_own_goes_before() {
    let config = load(&format!("{README}source: {{kind: file, path: x}}\n")).unwrap();
    let source: &dyn Any = config.source.as_deref().unwrap();
    assert_eq!(source.downcast_ref::<Files>().unwrap().patterns, ["x"]);
    let limited = cloud(&format!("{README}source: {{kind: ceilometer, limit: 70}}\n"));
    assert_eq!(limited.limit, 70);
}

#[test]
fn the_two_places_of_ceilometers_address_are_one() {
    assert!(
        load(&README.replace("invoice:config", "ceilometer: {host: 'http://localhost:8777/'}\ninvoice:config")).is_ok()
    );
    let both = load(&format!("{README}ceilometer:\n  host: http://other:8777/\n")).unwrap_err();
    assert_eq!(
        both,
        [
            "c.yaml:23:9: ceilometer.host: the same setting as openstack.ceilometer_url, which is http://localhost:8777/; \
          keep one of the two"
        ]
    );
}

#[test]
fn what_is_missing_is_told_at_once() {
    let bare = load("openstack:\n  user_domain: x\n").unwrap_err();
    for key in ["authentication_url", "default_tenant", "username", "password"] {
        let says = format!("c.yaml:2:3: openstack: {key} is missing; write ");
        assert!(bare.iter().any(|line| line.starts_with(&says)), "{key}: {bare:#?}");
    }
    assert_eq!(bare.len(), 4);
    let other = load("source: {kind: nowhere}\n").unwrap_err().join("\n");
    assert!(other.contains("source.kind: 'nowhere' is not known here; it can be file, ceilometer"), "{other}");
    assert!(load("openstack: {}\nsource: {limit: 1}\n").unwrap_err()[0].contains("openstack"));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_without_the_password() {
    let wrong = "\
openstack:
  authentication_url: ftp://x
  ceilometer_url: http://joe:sesame@x
  default_tenant: demo
  usrname: demo
  username: demo
  password: sesame${x
  interface: pubic
  timeout: soon
source:
  kind: ceilometer
  limit: 0
ceilometer:
  hots: x
";
    let found = load(wrong).unwrap_err();
    let says = [
        "c.yaml:2:23: openstack.authentication_url: ftp: is neither http nor https; write it as http://HOST:PORT/PATH",
        "c.yaml:3:19: openstack.ceilometer_url: a URL with a user in it; write that as openstack.username and openstack.password",
        "c.yaml:5:3: openstack.usrname: there is no such key; did you mean 'username'?",
        "c.yaml:7:13: openstack.password: a '${' in it is not closed; write ${NAME} for an environment variable",
        "c.yaml:8:14: openstack.interface: 'pubic' is not known here; did you mean 'public'?",
        "c.yaml:9:12: openstack.timeout: 'soon' is not a duration; write it as 90s, 10m, 2h or 1d",
        "c.yaml:12:10: source.limit: '0' is not a number of samples from 10 on; write for example 5000",
        "c.yaml:14:3: ceilometer.hots: there is no such key; did you mean 'host'?",
    ];
    assert_eq!(found, says);
}

#[test]
fn a_password_may_stand_elsewhere() {
    let with = |line: &str| README.replace("password: yeah-right", line);
    assert_eq!(login(&cloud(&with("password: '<${CARGO_PKG_NAME}>'")).cloud)[1], "<artifice-engine>");
    assert_eq!(login(&cloud(&with("password_file: secret")).cloud)[1], "from the file");
    for (line, says) in [
        ("password_file: nowhere", "name a file that can be read"),
        ("password_file: empty", "the password is empty; write it there"),
        ("password: x\n  password_file: secret", "the same as password; keep one of the two"),
        ("password: ''", "the password is empty; write it there"),
    ] {
        let found = load(&with(line)).map(|config| format!("{:?}", config.source)).unwrap_or_else(|e| e.join("\n"));
        assert!(found.contains(says), "{line}: {found}");
    }
    assert!(!format!("{:?}", cloud(README)).contains("yeah-right"));
}

#[test]
fn the_reference_names_every_key_with_its_default() {
    let reference = fs::read_to_string("../../config/artifice.yaml").unwrap();
    let section = reference.lines().skip_while(|line| *line != "# openstack:");
    let section: Vec<&str> = section.map_while(|line| line.strip_prefix("# ")).collect();
    let written = section.join("\n").replace("${OS_PASSWORD}", "${CARGO_PKG_NAME}");
    let full = cloud(&written);
    let required = "openstack: {authentication_url: http://x, default_tenant: t, username: u, password: p}\n";
    let bare = cloud(required);
    let defaults = |CeilometerSettings { cloud, limit }: &CeilometerSettings| {
        login(cloud);
        format!("{:?}", (cloud.interface, cloud.timeout, &cloud.tenants, limit))
    };
    assert_eq!(defaults(&full), defaults(&bare));
    assert!(full.cloud.ceilometer_url.is_some() && full.cloud.region.is_some() && full.cloud.tls.ca_file.is_some());
    assert!(reference.contains(&format!("  # limit: {}\n", bare.limit)));
}
