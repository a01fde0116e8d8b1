//! Ctrl-C and other signals: a bill ends between two steps, and the same command goes on.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use artifice_tests::killing::{HEARING_OF_IT, by};
use artifice_tests::{Cloud, Erp, Ran, Vm};

const BILL: &str = "bill --month 2013-08";
/// Longer than a bill takes to begin its first sending.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three tenants, one after the other.
fn cloud() -> Cloud {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud
}

fn erp<'c>(cloud: &'c Cloud, faults: &str) -> Erp<'c> {
    let erp = Erp::of(cloud, faults);
    cloud.set("main", "{invoice:object: test.misbehaving:Erp, workers: 1}");
    erp
}

/// Sends a signal, such as `INT`. It is not heard where nobody is there any more.
fn signal(child: &Child, name: &str) {
    let kill = format!("-{name}");
    Command::new("kill").args([&kill, &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
}

/// Presses Ctrl-C, as a terminal does.
fn press(child: &Child) {
    signal(child, "INT");
}

/// Starts a command, and waits until it sends.
fn sending(cloud: &Cloud, erp: &Erp<'_>, command: &str) -> Child {
    begun(erp, cloud.command(command))
}

/// The same.
fn begun(erp: &Erp<'_>, mut command: Command) -> Child {
    let (before, child, begin) = (erp.calls("commit"), command.spawn().unwrap(), Instant::now());
    while erp.calls("commit") == before {
        assert!(begin.elapsed() < PATIENCE, "it sends nothing");
        thread::sleep(Duration::from_millis(5));
    }
    child
}

fn end(child: Child, command: &str) -> Ran {
    Ran::new(command.to_owned(), child.wait_with_output().unwrap())
}

/// Has a command send, presses Ctrl-C, and waits for its end.
fn interrupted(cloud: &Cloud, erp: &Erp<'_>, command: &str) -> Ran {
    let child = sending(cloud, erp, command);
    press(&child);
    end(child, command).ended_whatever_it_said(130)
}

#[test]
fn what_is_being_sent_is_sent_and_nothing_more_is_begun() {
    let cloud = cloud();
    let erp = erp(&cloud, "{at: commit, does: sleep, millis: 1000, first: 1}");

    let ran = interrupted(&cloud, &erp, BILL);

    ran.says("what is being sent now is sent to its end")
        .says("interrupted: sent by this run: statement 1; stored and not sent yet: none")
        .says("the same command goes on");
    assert_eq!(cloud.statuses(), ["committed"]);
    assert_eq!(erp.calls("commit"), 1);

    cloud.bill("--month 2013-08").done();
    erp.has_each_statement_once(3);
    assert_eq!((erp.calls("commit"), erp.calls("find")), (3, 0));
}

#[test]
fn what_earlier_runs_have_stored_stays_as_it_was() {
    let cloud = cloud();
    erp(&cloud, "{at: open, does: refuse}");
    cloud.bill("--month 2013-08").failed();
    assert_eq!(cloud.statuses(), ["pending"; 3]);
    let erp = erp(&cloud, "{at: commit, does: sleep, millis: 1000, first: 1}");

    let ran = interrupted(&cloud, &erp, BILL);

    ran.says("sent by this run: statement ").says("; stored and not sent yet: statements ");
    let mut statuses = cloud.statuses();
    statuses.sort();
    assert_eq!(statuses, ["committed", "pending", "pending"]);

    cloud.bill("--month 2013-08").done();
    erp.has_each_statement_once(3);
}

#[test]
fn a_void_whose_credit_is_being_sent_is_done() {
    let cloud = cloud();
    let erp = erp(&cloud, "");
    cloud.bill("--month 2013-08 -t aroha").done();
    let erp = erp.with("{at: commit, does: sleep, millis: 1000, first: 1}", 0);
    let void = "statement void 1 --reason wrong";

    let child = sending(&cloud, &erp, void);
    press(&child);
    end(child, void).ended_whatever_it_said(0).says("what is being sent now is sent to its end");

    // Its last step is only noted down, and so it is done.
    let mut statuses = cloud.statuses();
    statuses.sort();
    assert_eq!(statuses, ["committed", "void"]);
}

#[test]
fn a_cloud_that_does_not_answer_is_waited_for_no_longer() {
    let cloud = cloud();
    erp(&cloud, "{at: open, does: refuse}");
    cloud.bill("--month 2013-08 -t aroha").failed();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v3", silent.local_addr().unwrap());
    cloud.set("source", "{kind: ceilometer}");
    let who = "default_tenant: service, username: billing, password: none, timeout: 60s";
    cloud.set("openstack", &format!("{{authentication_url: '{url}', {who}}}"));
    let child = cloud.command(BILL).spawn().unwrap();
    let _asked = silent.accept().unwrap();
    let begin = Instant::now();

    press(&child);
    end(child, BILL).ended_whatever_it_said(130).says("sent by this run: none; stored and not sent yet: statement 1;");

    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert_eq!(cloud.statuses(), ["pending"]);
}

#[test]
fn the_second_time_it_ends_at_once() {
    let cloud = cloud();
    let erp = erp(&cloud, "{at: commit, does: sleep, millis: 30000, first: 1}");
    let (mut child, begin) = (sending(&cloud, &erp, BILL), Instant::now());

    // (How soon the first one is heard depends on how busy the machine is.)
    while child.try_wait().unwrap().is_none() {
        press(&child);
        thread::sleep(Duration::from_millis(300));
    }
    end(child, BILL).ended_whatever_it_said(130).says("Ctrl-C once more ends at once").says_not("interrupted");

    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert_eq!(cloud.statuses(), ["sending"]);
    cloud.bill("--month 2013-08").done();
    erp.has_each_statement_once(3);
}

#[test]
fn whoever_stops_it_otherwise_is_heeded_as_well() {
    for (name, status, says) in
        [("TERM", 143, "to its end; SIGTERM once more ends at once"), ("HUP", 129, "to its end")]
    {
        let cloud = cloud();
        let erp = erp(&cloud, "{at: commit, does: sleep, millis: 1000, first: 1}");
        let child = begun(&erp, by(&HEARING_OF_IT, &cloud.command(BILL)));
        // A terminal that closes, and some programs that stop others, say it twice.
        signal(&child, name);
        signal(&child, name);
        end(child, BILL).ended_whatever_it_said(status).says(says).says("sent by this run: statement 1;");
        assert_eq!(cloud.statuses(), ["committed"]);
        cloud.bill("--month 2013-08").done();
        erp.has_each_statement_once(3);
    }
}

#[test]
fn a_closed_terminal_is_nothing_to_whom_was_started_not_to_mind() {
    let cloud = cloud();
    let erp = erp(&cloud, "{at: commit, does: sleep, millis: 1000, first: 1}");
    let child = begun(&erp, by(&["env", "--ignore-signal=HUP"], &cloud.command(BILL)));

    signal(&child, "HUP");

    end(child, BILL).ended_whatever_it_said(0).says_not("interrupted").says_not("ending:");
    erp.has_each_statement_once(3);
}
