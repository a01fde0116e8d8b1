//! What `openstack:` may say, and what is wrong in it.

use std::path::Path;

use artifice_settings::Document;

use super::*;
use crate::openstack::credentials::{Application, Domain, Scope, User};

/// Reads a section, with nothing around it.
fn read(yaml: &str) -> Result<OpenStack, Vec<String>> {
    let environment = Environment::new([], Path::new("/nowhere"), Path::new("/nowhere/etc"));
    let document = Document::configuration("c.yaml", format!("openstack:\n{yaml}")).unwrap();
    let mut root = document.root().map().unwrap();
    let (section, ceilometer) = (root.section("openstack"), root.section("ceilometer"));
    let found = read_in(&environment, Path::new("/etc/artifice"), section, ceilometer);
    drop(root);
    let mistakes: Vec<String> = document.mistakes().iter().map(ToString::to_string).collect();
    match found {
        Some(found) if mistakes.is_empty() => Ok(found),
        _ => Err(mistakes),
    }
}

const URL: &str = "  auth_url: http://k:5000\n";

fn credentials(yaml: &str) -> Credentials {
    read(&format!("{URL}{yaml}")).unwrap().credentials
}

#[test]
fn keystones_names_are_as_good_as_the_originals() {
    let original = "  authentication_url: http://k/v3\n  default_tenant: p\n  username: u\n  password: x\n  user_domain: a\n\
                    \x20 project_domain: b\n  region: r\n  ca_file: ca.pem\n";
    let keystones = "  auth_url: http://k/v3\n  project_name: p\n  username: u\n  password: x\n  user_domain_name: a\n\
                     \x20 project_domain_name: b\n  region_name: r\n  cacert: ca.pem\n";
    let [original, keystones] = [original, keystones].map(|yaml| read(yaml).unwrap());
    assert_eq!(format!("{original:?}"), format!("{keystones:?}"));
    assert_eq!(original.tls.ca_file.unwrap(), Path::new("/etc/artifice/ca.pem"));
    assert!(format!("{keystones:?}").contains("password: ***"));
}

#[test]
fn one_logs_in_in_any_way_that_keystone_has() {
    let in_domain = |name: &str| Domain::Name(name.to_owned());
    let by_name = |name: &str, domain: &str| User::Name(name.to_owned(), in_domain(domain));
    let scope = |yaml: &str| match credentials(&format!("  username: u\n  password: x\n{yaml}")) {
        Credentials::Password { scope, .. } => scope,
        other => panic!("{other:?}"),
    };
    let project = |domain| Scope::Project("p".to_owned(), domain);
    for (yaml, expected) in [
        ("  project_id: 1\n", Scope::ProjectId("1".to_owned())),
        ("  project_id: 1\n  project_name: p\n", Scope::ProjectId("1".to_owned())),
        ("  tenant_name: p\n", project(in_domain("Default"))),
        ("  project_name: p\n  project_domain_id: d\n", project(Domain::Id("d".to_owned()))),
        ("  project_name: p\n  domain_name: d\n", project(in_domain("d"))),
        ("  domain_name: d\n", Scope::Domain(in_domain("d"))),
        ("  domain_id: d\n", Scope::Domain(Domain::Id("d".to_owned()))),
        ("  system_scope: all\n", Scope::System),
    ] {
        assert_eq!(scope(yaml), expected, "{yaml}");
    }
    let user = |yaml: &str| match credentials(&format!("  password: x\n  project_id: 1\n{yaml}")) {
        Credentials::Password { user, .. } => user,
        other => panic!("{other:?}"),
    };
    assert_eq!(user("  user_id: 7\n"), User::Id("7".to_owned()));
    assert_eq!(user("  username: u\n  user_domain: d\n"), by_name("u", "d"));
    let application = |yaml: &str| match credentials(&format!("  application_credential_secret: x\n{yaml}")) {
        Credentials::Application { which, .. } => which,
        other => panic!("{other:?}"),
    };
    assert_eq!(application("  application_credential_id: 9\n"), Application::Id("9".to_owned()));
    assert_eq!(
        application("  application_credential_name: n\n  username: u\n"),
        Application::Name("n".to_owned(), by_name("u", "Default"))
    );
    match credentials("  token: t\n  default_tenant: p\n") {
        Credentials::Token { token, scope } => {
            assert_eq!((token.reveal(), scope), ("t", project(in_domain("Default"))));
        }
        other => panic!("{other:?}"),
    }
    // What is meant may be said.
    let both = "  token: t\n  username: u\n  password: x\n  project_id: 1\n  auth_type: v3password\n";
    assert!(matches!(credentials(both), Credentials::Password { .. }));
}

#[test]
fn whom_a_connection_trusts() {
    let tls = |yaml: &str| read(&format!("{URL}  token: t\n  project_id: 1\n{yaml}")).unwrap().tls;
    assert!(tls("  verify: false\n").trusts_anybody && !tls("  verify: true\n").trusts_anybody);
    assert_eq!(tls("  verify: ca.pem\n").ca_file.unwrap(), Path::new("/etc/artifice/ca.pem"));
    let (cert, key) = tls("  cert: c.pem\n  key: /k.pem\n").certificate.unwrap();
    assert_eq!((cert.as_path(), key.as_deref()), (Path::new("/etc/artifice/c.pem"), Some(Path::new("/k.pem"))));
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let user = "  username: u\n  password: x\n  project_id: 1\n";
    for (yaml, says) in [
        ("  username: u\n".to_owned(), "openstack: authentication_url is missing; write for example"),
        (
            "  username: u\n".to_owned(),
            "openstack: default_tenant is missing; write for example `default_tenant: admin`",
        ),
        ("  username: u\n".to_owned(), "password is missing; write password, or password_file with a file's name"),
        (
            format!("{URL}  authentication_url: http://k\n{user}"),
            "c.yaml:2:13: openstack.auth_url: the same setting as authentication_url; keep one of the two",
        ),
        (
            format!("{URL}{user}  default_tenant: a\n  tenant_name: a\n"),
            "c.yaml:7:16: openstack.tenant_name: the same setting as default_tenant",
        ),
        (format!("{URL}{user}  system_scope: all\n"), "system_scope: one logs in to the system, or to a project"),
        (
            format!("{URL}  username: u\n  password: x\n  system_scope: some\n"),
            "openstack.system_scope: 'some' is not known here; it can be all",
        ),
        (format!("{URL}{user}  token: t\n"), "openstack.token: there is password as well; leave one of the two out"),
        (
            format!("{URL}{user}  auth_type: v3oidcpassword\n"),
            "openstack.auth_type: 'v3oidcpassword' is not known here; did you mean 'v3password'?",
        ),
        (
            format!("{URL}  application_credential_id: 1\n  application_credential_secret: x\n  default_tenant: a\n"),
            "openstack.default_tenant: an application credential has a project of its own; leave this out",
        ),
        (
            format!("{URL}  application_credential_secret: x\n"),
            "application_credential_name is missing; write for example",
        ),
        (format!("{URL}  token: t\n"), "openstack: default_tenant is missing"),
        (format!("{URL}  token: ''\n"), "openstack.token: the token is empty; write it there"),
        (format!("{URL}{user}  key: k.pem\n"), "openstack.key: a key is of no use without its certificate"),
        (format!("{URL}{user}  pasword_file: k.pem\n"), "did you mean 'password_file'?"),
        (format!("{URL}{user}  cloud: prod\n"), "openstack.username: the cloud says who logs in; leave this out"),
        (String::new(), "c.yaml:1:10: openstack: nobody says who logs in; write authentication_url"),
        (
            "  cloud: prod\n".to_owned(),
            "openstack.cloud: there is no clouds.yaml in which 'prod' could be; looked in /nowhere",
        ),
    ] {
        let found = read(&yaml).map(|_| ()).unwrap_err();
        assert!(found.iter().any(|line| line.contains(says)), "{says}\n{found:#?}");
    }
}
