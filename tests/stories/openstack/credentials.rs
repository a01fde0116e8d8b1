//! As whom one logs in, wherever that is said.

use std::fs;
use std::time::Duration;

use artifice_tests::openstack::{APPLICATION_ID, APPLICATION_SECRET, Faults, Identity, OpenStack, PASSWORD};
use artifice_tests::{Cloud, Ran, Way};

use super::{AUGUST, running};

const BILLING: &str = "6a94e6a151dc4e248293072e62a49565";
const SERVICE: &str = "ecb4b55a347a4f17b7e009c5285a493c";

/// What a command gives in the cloud's own directory, with these variables and nobody's home.
fn run(cloud: &Cloud, variables: &[(&str, &str)], command: &str) -> Ran {
    let mut command = cloud.command(command);
    command.current_dir(cloud.path("")).env("HOME", cloud.path("home")).env_remove("XDG_CONFIG_HOME");
    Ran::of(command.envs(variables.iter().copied()))
}

fn ways(openstack: &OpenStack) -> Vec<Way> {
    let url = openstack.keystone.url();
    let section = |keys: &str| format!("{{auth_url: '{url}', {keys}}}");
    let own = |name, keys: &str| Way::own(name, section(keys));
    let auth = |keys: &str| format!("auth: {{auth_url: '{url}', {keys}}}");
    let user = format!("username: billing, password: {PASSWORD}");
    let secret = format!("application_credential_secret: {APPLICATION_SECRET}");
    let apart = format!("clouds: {{prod: {{auth: {{password: {PASSWORD}}}}}}}\n");
    let profile = format!("public-clouds: {{acme: {{{}}}}}\n", auth("project_name: service"));
    let password = [("OS_AUTH_URL", url.as_str()), ("OS_USERNAME", "billing"), ("OS_PASSWORD", PASSWORD)];
    let application = [
        ("OS_AUTH_URL", url.as_str()),
        ("OS_AUTH_TYPE", "v3applicationcredential"),
        ("OS_APPLICATION_CREDENTIAL_ID", APPLICATION_ID),
        ("OS_APPLICATION_CREDENTIAL_SECRET", APPLICATION_SECRET),
    ];
    vec![
        Way::own("the original's keys", openstack.section("")),
        own("Keystone's names", &format!("{user}, project_name: service, user_domain_name: Default")),
        own("ids", &format!("user_id: {BILLING}, password: {PASSWORD}, project_id: {SERVICE}")),
        own("the system", &format!("{user}, system_scope: all")),
        own("a domain", &format!("{user}, domain_name: Default")),
        own("an application credential", &format!("application_credential_id: {APPLICATION_ID}, {secret}")),
        own("one by its name", &format!("application_credential_name: artifice, username: billing, {secret}")),
        own("a token", &format!("token: {}, default_tenant: service", openstack.token())),
        Way::in_file("a clouds.yaml", &auth(&format!("{user}, project_name: service"))),
        Way::in_file("a profile, and a secret apart", "profile: acme, auth: {username: billing}")
            .with("home/.config/openstack/secure.yaml", apart)
            .with("clouds-public.yaml", profile),
        Way::in_file(
            "an application credential in a clouds.yaml",
            &format!(
                "auth_type: v3applicationcredential, {}",
                auth(&format!("application_credential_id: {APPLICATION_ID}, {secret}"))
            ),
        ),
        Way {
            variables: vec![("OS_CLOUD", "prod".to_owned())],
            openstack: None,
            ..Way::in_file("OS_CLOUD", &auth(&format!("{user}, project_name: service")))
        },
        Way::environment(
            "OS_*",
            &[&password[..], &[("OS_PROJECT_NAME", "service"), ("OS_REGION_NAME", "RegionOne")]].concat(),
        ),
        Way::environment(
            "an openrc of old",
            &[&password[..], &[("OS_TENANT_NAME", "service"), ("OS_ENDPOINT_TYPE", "publicURL")]].concat(),
        ),
        Way::environment("an application credential's openrc", &application),
    ]
}

#[test]
fn each_way_to_log_in_gives_the_same_bill() {
    let (cloud, openstack) = running(Identity::V3);
    let expected = cloud.usage(AUGUST).done().out;
    assert!(expected.contains("\"0.50\""), "{expected}");
    for way in ways(&openstack) {
        let (name, ran) = (way.name, way.run(&cloud, &format!("usage --format json {AUGUST}")));
        assert_eq!((ran.status, &ran.out), (Some(0), &expected), "{name}: {}", ran.err);
        let checked = way.run(&cloud, "-vv config check --online").done();
        let checked = checked
            .says("as billing (Default) to the ")
            .says("with the roles admin, reader")
            .says("2 tenants to be billed");
        for secret in [PASSWORD, APPLICATION_SECRET, "gAAAA"] {
            assert!(!checked.err.contains(secret) && !checked.out.contains(secret), "{name}: {checked:#?}");
        }
    }
}

#[test]
fn what_is_wrong_in_a_clouds_yaml_is_told_at_once_with_its_place() {
    let (cloud, _openstack) = running(Identity::V3);
    cloud.set("openstack", "{cloud: prod, intreface: admin}");
    cloud.write(
        "clouds.yaml",
        "clouds:\n  prod:\n    auth:\n      auth_url: ftp://k\n      usrname: x\n    interface: pubic\n",
    );
    let ran = run(&cloud, &[], "config check").refused();
    for says in [
        "artifice.yaml:",
        "openstack.intreface: there is no such key; did you mean 'interface'?",
        "clouds.yaml:5:16: clouds.prod.auth.usrname: artifice knows no such key here; did you mean 'username'?",
    ] {
        assert!(ran.err.contains(says), "{says}\n{}", ran.err);
    }
    cloud.set("openstack", "{cloud: prod}");
    cloud.write("clouds.yaml", "clouds:\n  prod:\n    auth:\n      auth_url: ftp://k\n    interface: pubic\n");
    let ran = run(&cloud, &[], "config check").refused();
    for says in [
        "clouds.yaml:4:17: clouds.prod.auth.auth_url: ftp: is neither http nor https",
        "clouds.yaml:5:16: clouds.prod.interface: 'pubic' is not known here; did you mean 'public'?",
        "clouds.prod: username is missing; write for example `username: billing`",
        "clouds.prod: password is missing; write it there, or in secure.yaml",
        "clouds.prod: project_name is missing; write for example",
    ] {
        assert!(ran.err.contains(says), "{says}\n{}", ran.err);
    }
    cloud.set("openstack", "{cloud: prdo}");
    run(&cloud, &[], "config check")
        .refused()
        .says("openstack.cloud: there is no cloud 'prdo'")
        .says("did you mean 'prod'?");
    cloud.unset("openstack");
    fs::remove_file(cloud.path("clouds.yaml")).unwrap();
    run(&cloud, &[], "config check").refused().says("openstack: nobody says who logs in; write authentication_url");
    run(&cloud, &[("OS_AUTH_URL", "http://k")], "config check").refused().says("OS_USERNAME is missing; set it");
}

#[test]
fn a_refused_cloud_says_what_may_be_wrong_where_it_stands() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("openstack", "{cloud: prod}");
    let auth = |auth: &str| {
        let url = openstack.keystone.url();
        cloud
            .write("clouds.yaml", format!("clouds: {{prod: {{auth: {{auth_url: '{url}', {auth}}}}}}}\n"))
            .mode("clouds.yaml", 0o600);
        run(&cloud, &[], &format!("usage {AUGUST}")).refused().says_one_line()
    };
    auth("username: billing, password: wrong, project_name: service")
        .says("Keystone refuses to log in billing to service")
        .says("username of the cloud prod in ")
        .says("clouds.yaml, password, project_name, or a domain");
    auth(&format!("application_credential_id: {APPLICATION_ID}, application_credential_secret: wrong"))
        .says("Keystone refuses to log in the application credential 03af")
        .says("its secret, or its user; or it has expired or was deleted");
    auth("token: wrong, project_name: service")
        .says("Keystone refuses to log in the token's owner to service")
        .says("it has expired or was revoked");
}

#[test]
fn tokens_that_end_soon_are_renewed_while_it_collects() {
    let (cloud, openstack) = running(Identity::V3);
    let (lives, slow) = (Duration::from_secs(1), Duration::from_millis(150));
    openstack.faults(Faults { token_lives: Some(lives), slow, ..Faults::default() });
    openstack.asked();
    let billed = cloud.bill(AUGUST).done();
    assert_eq!(billed.bills().iter().map(|bill| bill.total().to_owned()).collect::<Vec<_>>(), ["0.50", "0.50"]);
    let log_ins = openstack.asked().iter().filter(|asked| asked.starts_with("POST")).count();
    assert!(log_ins > 1, "{log_ins}");
}

#[test]
fn a_token_of_somebody_elses_ends_when_it_ends() {
    let (cloud, openstack) = running(Identity::V3);
    let token = openstack.token();
    cloud.set(
        "openstack",
        &format!("{{auth_url: '{}', token: {token}, project_name: service}}", openstack.keystone.url()),
    );
    cloud.usage(AUGUST).done();
    openstack.revoke_tokens();
    let ran = cloud.usage(AUGUST).refused().says_one_line();
    let ran = ran.says("openstack.token: it has expired or was revoked, or is not for that; get another one");
    assert!(!ran.err.contains(&token));
}

#[test]
fn files_of_secrets_that_anybody_may_read_are_told() {
    let (cloud, openstack) = running(Identity::V3);
    let warning =
        |file: &str| format!("{file}: anybody on this machine may read it, and there is a secret in it; `chmod o-r");
    cloud.run("config check").done().says_not("anybody on this machine");
    cloud.mode("artifice.yaml", 0o644);
    cloud.run("config check").done().says(&warning("artifice.yaml"));
    cloud.write("secret", PASSWORD);
    cloud.set("openstack", &openstack.section("").replace(&format!("password: {PASSWORD}"), "password_file: secret"));
    cloud.mode("secret", 0o644);
    cloud.run("config check").done().says(&warning("secret"));
    cloud.mode("secret", 0o640);
    cloud.run("config check").done().says_not("anybody on this machine");
    let auth = format!("{{auth_url: '{}', username: billing, project_name: service}}", openstack.keystone.url());
    cloud.set("openstack", "{cloud: prod}").write("clouds.yaml", format!("clouds: {{prod: {{auth: {auth}}}}}\n"));
    cloud.write("secure.yaml", format!("clouds: {{prod: {{auth: {{password: {PASSWORD}}}}}}}\n"));
    cloud.mode("clouds.yaml", 0o644).mode("secure.yaml", 0o644);
    // There is no secret in the first of them.
    run(&cloud, &[], "config check").done().says(&warning("secure.yaml")).says_not("/clouds.yaml: anybody");
}
