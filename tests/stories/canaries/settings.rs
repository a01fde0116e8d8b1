//! Mistakes in and near a secret of the configuration.

use artifice_tests::canary::Canary;
use artifice_tests::{Cloud, Ran};

use super::{Spelling, told, watch};

/// Where a secret stands in a configuration: the section, its other keys, and the key.
const PLACES: [(&str, &str, &str); 7] = [
    ("openstack", "authentication_url: 'http://127.0.0.1:9', default_tenant: x, username: y", "password"),
    ("openstack", "auth_url: 'http://127.0.0.1:9', application_credential_id: x", "application_credential_secret"),
    ("openstack", "auth_url: 'http://127.0.0.1:9', project_name: x", "token"),
    ("database", "database: x, host: 127.0.0.1, port: '9', username: y", "password"),
    ("database", "", "url"),
    ("invoice:config", "url: 'http://127.0.0.1:9', database: x, username: y", "password"),
    ("invoice:config", "directory: erp", "door_code"),
];

/// What is wrong: the section's text, from its other keys, the key, and the secret.
type Mistake = fn(&str, &str, &str) -> String;

const MISTAKES: [(&str, Mistake); 24] = [
    ("nothing", |rest, key, secret| format!("{{{rest}{key}: '{secret}'}}")),
    ("an unknown key beside it", |rest, key, secret| format!("{{{rest}{key}: '{secret}', unknwon: 1}}")),
    ("a misspelt key", |rest, key, secret| format!("{{{rest}{key}x: '{secret}'}}")),
    ("no blank behind the key", |rest, key, secret| format!("{{{rest}{key}:{secret}}}")),
    ("an equals sign", |rest, key, secret| format!("{{{rest}{key}={secret}}}")),
    ("the secret alone", |rest, _, secret| format!("{{{rest}'{secret}'}}")),
    ("a list", |rest, key, secret| format!("{{{rest}{key}: ['{secret}']}}")),
    ("a mapping", |rest, key, secret| format!("{{{rest}{key}: {{a: '{secret}'}}}}")),
    ("a tag of its own", |rest, key, secret| format!("{{{rest}{key}: !secret '{secret}'}}")),
    ("a tag for it", |rest, key, secret| format!("{{{rest}{key}: !{secret} x}}")),
    ("a tag that it is not", |rest, key, secret| format!("{{{rest}{key}: !!int '{secret}'}}")),
    ("an alias", |rest, key, secret| format!("{{{rest}{key}: *{secret}}}")),
    ("no closing quote", |rest, key, secret| format!("{{{rest}{key}: '{secret}}}")),
    ("text behind the quote", |rest, key, secret| format!("{{{rest}{key}: '{secret}'{secret}}}")),
    ("an open bracket", |rest, key, secret| format!("{{{rest}{key}: [{secret}")),
    ("the key twice", |rest, key, secret| format!("{{{rest}{key}: '{secret}', {key}: '{secret}'}}")),
    ("an open variable", |rest, key, secret| format!("{{{rest}{key}: 'x${{{secret}'}}")),
    ("an open variable behind it", |rest, key, secret| format!("{{{rest}{key}: '{secret}${{x'}}")),
    ("no variable's name", |rest, key, secret| format!("{{{rest}{key}: '${{-{secret}}}'}}")),
    ("a sign that begins nothing", |rest, key, secret| format!("{{{rest}{key}: @{secret}}}")),
    ("an escape that is none", |rest, key, secret| format!("{{{rest}{key}: \"{secret}\\q\"}}")),
    ("a file beside it", |rest, key, secret| format!("{{{rest}{key}: '{secret}', {key}_file: nowhere}}")),
    ("all of it a text", |_, key, secret| format!("'{key}: {secret}'")),
    ("a URL with it as another key", |rest, key, secret| {
        format!("{{{rest}{key}: '{secret}', url: 'http://u:{secret}@h:x/'}}")
    }),
];

#[test]
fn no_mistake_shows_a_secret_that_stands_near_it() {
    let cloud = Cloud::new();
    let mut leaks = Vec::new();
    let mut look = |name: &str, canary: &Canary| {
        for arguments in ["config check", "--log-format json -vv config check"] {
            // Where OpenStack's own tools look for their files.
            let ran = Ran::of(cloud.command(arguments).current_dir(cloud.path("")));
            assert!(ran.signal.is_none() && !ran.err.contains("panicked"), "{name}: {ran:#?}");
            let found =
                watch(canary).leaks(&ran).into_iter().map(|leak| format!("{name}: {leak}: {}", ran.err.trim_end()));
            leaks.extend(found);
        }
    };
    for (section, rest, key) in PLACES {
        let class = match key {
            "door_code" => "test.misbehaving:Erp",
            _ => "billing.openerp:OpenERP",
        };
        let rest = if rest.is_empty() { String::new() } else { format!("{rest}, ") };
        for (what, mistake) in MISTAKES {
            let canary = Canary::at(format!("{section} {key}, {what}"));
            cloud.set("main", &format!("{{invoice:object: '{class}'}}"));
            cloud.set(section, &mistake(&rest, key, &canary.text()));
            look(what, &canary);
        }
        cloud.unset(section);
    }
    // A file of OpenStack's own tools.
    cloud.set("source", "{kind: ceilometer}").set("openstack", "{cloud: x}");
    for (what, mistake) in MISTAKES {
        let canary = Canary::at(format!("clouds.yaml password, {what}"));
        let rest = "auth_url: 'http://127.0.0.1:9', project_name: x, username: y, ";
        cloud.write("clouds.yaml", format!("clouds: {{x: {{auth: {}}}}}\n", mistake(rest, "password", &canary.text())));
        look(what, &canary);
    }
    let outputs = ["standard output", "standard error", "the log as JSON"];
    told("settings", PLACES.len() + 1, (PLACES.len() + 1) * MISTAKES.len(), &outputs, &leaks);
}

#[test]
fn every_spelling_of_a_secret_is_read_and_none_is_shown() {
    let cloud = Cloud::new();
    let mut leaks = Vec::new();
    // (That of the database is another story's.)
    for (section, rest, key) in
        PLACES.into_iter().filter(|(section, _, key)| *key == "password" && *section != "database")
    {
        for (turn, spelling) in Spelling::ALL.into_iter().enumerate() {
            let canary = spelling.canary(&format!("{section} {key}"));
            let class = if section == "invoice:config" { "billing.openerp:OpenERP" } else { "billing.csv_invoice:Csv" };
            cloud.set("main", &format!("{{invoice:object: '{class}'}}"));
            cloud.set("invoice:config", "{output_path: ./invoices}");
            cloud.set("source", "{kind: ceilometer}");
            cloud.set(
                "openstack",
                "{authentication_url: 'http://127.0.0.1:9', default_tenant: x, username: y, password: z}",
            );
            // The backend's keys are texts, as its schema says: a number is refused, and not shown.
            cloud.set(section, &format!("{{{rest}, {}}}", spelling.key(&cloud, key, &canary)));
            // Nobody is there: each is tried three times.
            let form = ["-vv", "-vv --log-format json"][turn % 2];
            let ran = spelling.run(&cloud, &format!("{form} config check --online"), &canary);
            assert!(ran.status == Some(2) || ran.status == Some(1), "{ran:#?}");
            let found = watch(&canary).leaks(&ran).into_iter().chain(watch(&canary).leaks_of(&cloud));
            leaks.extend(found.map(|leak| format!("{section} {spelling:?}: {leak}: {}", ran.err.trim_end())));
        }
    }
    let outputs = ["standard output", "standard error", "the log as JSON", "files"];
    told("spellings", 2 * Spelling::ALL.len(), 1, &outputs, &leaks);
}
