//! A cloud in which everything goes well: what is shown and stored of it holds no secret either.

use artifice_tests::canary::{Canary, Watch};
use artifice_tests::odoo::{Odoo, Version};
use artifice_tests::openstack::{Identity, OpenStack, PASSWORD, TOKEN};
use artifice_tests::{Cloud, Ran, Vm};

use super::told;

/// All that reads or writes, each as people and programs see it.
const COMMANDS: [&str; 25] = [
    "-vv config check --online",
    "-vv --log-format json config check --online",
    "-vv usage --month 2013-08 --explain",
    "usage --month 2013-08 --explain --format json",
    "usage --month 2013-08 --format csv",
    "-vv bill --month 2013-08 --dry-run",
    "-vv bill --month 2013-08",
    "-vv --log-format json bill --month 2013-08 --format json",
    "-vv bill --month 2013-08 --adjust",
    "statement list",
    "statement list --format json",
    "statement show 1",
    "statement show 1 --format json",
    "statement explain 1",
    "statement explain 1 --format json",
    "-vv statement regenerate 1",
    "history --month 2013-08",
    "history --month 2013-08 --format json",
    "history --month 2013-08 --by tenant,resource --format csv",
    "rates list",
    "rates list --format json",
    "plugin list",
    "plugin list --format json",
    "-vv db verify --backend",
    "db verify --format json",
];

#[test]
fn nothing_that_is_shown_or_stored_holds_a_secret() {
    let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
    let odoo = Odoo::for_billing(Version::Odoo16, &["demo"]);
    openstack.project("demo", "demo").meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    let password = Canary::at("invoice:config password").odd();
    odoo.take_passwords(&[&password.text()]).serve(&cloud, "");
    openstack.serve(&cloud);
    let settings = odoo.settings("").replace(artifice_tests::odoo::PASSWORD, &password.text().replace('\'', "''"));
    cloud.set("invoice:config", &settings);
    let passwords = [("openstack.password", PASSWORD), ("the token of a log-in", TOKEN)];
    let canaries = passwords.into_iter().map(|(place, text)| Canary::of_text(place, text)).chain([password.clone()]);
    let watch = Watch::new(canaries, &[]);
    let mut leaks = Vec::new();
    for arguments in COMMANDS {
        let ran = cloud.run(arguments);
        assert!(!ran.err.contains("panicked"), "{ran:#?}");
        assert!(!arguments.contains("bill") || ran.status == Some(0), "{ran:#?}");
        leaks.extend(watch.leaks(&ran).into_iter().map(|leak| format!("{arguments}: {leak}: {}{}", ran.out, ran.err)));
    }
    // Whoever gives his password as a reason has it in the history of his shell, but not in the ledger.
    let voided = Ran::of(cloud.command("statement void 1 --reason").arg(password.text())).done();
    leaks.extend(watch.leaks(&voided));
    leaks.extend(watch.leaks(&cloud.run("statement show 1 --format json").done()));
    leaks.extend(watch.leaks_of(&cloud));
    let outputs = ["standard output", "standard error", "the log as JSON", "the ledger with its trail", "files"];
    told("a whole cloud", 3, COMMANDS.len(), &outputs, &leaks);
}
