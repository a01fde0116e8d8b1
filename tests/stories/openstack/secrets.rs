//! Passwords and tokens are nobody's business.

use std::time::Duration;

use artifice_tests::killing::for_all;
use artifice_tests::openstack::{Faults, Identity, PASSWORD};

use super::{AUGUST, running};

const TOKEN: &str = "gAAAA-secret-token";

#[test]
fn they_are_in_no_output_and_in_no_log_whatever_happens() {
    let everything_wrong = [
        Faults::default(),
        Faults { token_lasts: Some(2), ..Faults::default() },
        Faults { refuses_tokens: true, ..Faults::default() },
        Faults { leaves_after: Some(8), ..Faults::default() },
        Faults { answers: Some("garbage"), ..Faults::default() },
        Faults { truncated: true, ..Faults::default() },
        Faults { slow: Duration::from_millis(50), no_list: true, ..Faults::default() },
    ];
    for_all(&everything_wrong, everything_wrong.len(), |faults| {
        for identity in [Identity::V3, Identity::V2] {
            let (cloud, openstack) = running(identity);
            openstack.faults(faults.clone());
            for command in ["-vv bill --format json", "-vv --log-format json usage", "-vv bill -t dmeo"] {
                let ran = cloud.run(&format!("{command} {AUGUST}"));
                assert!(ran.err.contains("GET http://"), "it logs what it asks: {ran:#?}");
                for secret in [PASSWORD, TOKEN] {
                    assert!(!ran.err.contains(secret) && !ran.out.contains(secret), "{ran:#?}");
                }
                assert!(!cloud.ledger().contains(PASSWORD) && !ran.err.contains("panicked"), "{ran:#?}");
            }
        }
    });
}

#[test]
fn a_mistake_in_the_configuration_does_not_show_the_password() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("openstack", &openstack.section(", pasword: x").replace(PASSWORD, &format!("'{PASSWORD}${{'")));
    let ran = cloud.run("config check").refused().says("did you mean 'password'?").says("is not closed");
    assert!(!ran.err.contains(PASSWORD), "{ran:#?}");
}

#[test]
fn a_password_comes_from_a_file_or_the_environment() {
    let (cloud, openstack) = running(Identity::V3);
    let with = |key: &str| openstack.section("").replace(&format!("password: {PASSWORD}"), key);
    cloud.write("secret", format!("{PASSWORD}\n"));
    cloud.set("openstack", &with("password_file: secret"));
    cloud.usage(AUGUST).done();
    cloud.set("openstack", &with("password: '${OS_TEST_PASSWORD}'"));
    cloud.usage(AUGUST).refused().says("the environment variable OS_TEST_PASSWORD is not set");
    let mut command = cloud.command(&format!("usage {AUGUST}"));
    artifice_tests::Ran::of(command.env("OS_TEST_PASSWORD", PASSWORD)).done();
}
