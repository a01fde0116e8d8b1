//! A line on a terminal says how far a run has got. It is as wide as the terminal at most, it is nobody else's output, and
//! it never stays.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use artifice_tests::killing::{HEARING_OF_IT, by};
use artifice_tests::screen::Screen;
use artifice_tests::{Cloud, Erp, Vm};

const BILL: &str = "bill --month 2013-08";

/// Three tenants, one after the other.
fn cloud() -> Cloud {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, workers: 1}");
    cloud
}

/// The command, which stops when it comes by a place, until the file is gone.
fn stopping(cloud: &Cloud, arguments: &str, place: &str) -> Command {
    let mut command = cloud.command(arguments);
    command.env("ARTIFICE_CRASH_AT", place).env("ARTIFICE_CRASH_FILE", cloud.path("stops"));
    command
}

/// Waits until it stands there.
fn stands(cloud: &Cloud) {
    let begin = Instant::now();
    while !fs::exists(cloud.path("stops")).unwrap() {
        assert!(begin.elapsed() < Duration::from_secs(120), "it does not come by the place");
        thread::sleep(Duration::from_millis(5));
    }
}

fn go_on(cloud: &Cloud) {
    stands(cloud);
    fs::remove_file(cloud.path("stops")).unwrap();
}

#[test]
fn a_bill_says_how_far_it_has_got_and_then_shows_its_result_alone() {
    let cloud = cloud();
    let screen = Screen::run(&mut stopping(&cloud, BILL, "before storing invoice#2"));
    screen.wait_for("billing: 1 of 3 tenants, ");
    go_on(&cloud);
    let shown = screen.end().is_tidy().shows("note: billed 3 tenants with 3 statements: NZD ");
    let header = shown.lines.iter().position(|line| line.contains("Number")).unwrap();
    assert!(shown.lines[header + 2..].iter().take(3).all(|line| line.contains("committed")), "{shown:#?}");
    shown.ran.done();
}

#[test]
fn what_is_told_meanwhile_stands_above_the_line_as_a_whole() {
    let cloud = cloud();
    let _erp = Erp::of(&cloud, "{at: commit, does: refuse, first: 1}");
    cloud.set("main", "{invoice:object: test.misbehaving:Erp, workers: 1}");
    let screen = Screen::run(&mut stopping(&cloud, BILL, "before storing invoice#3"));
    screen.wait_for("billing: 2 of 3 tenants");
    screen.wait_for("error: tenant aroha: statement 1 is stored, but not sent");
    go_on(&cloud);
    let shown = screen.end().is_tidy();
    let errors = shown.lines.iter().filter(|line| line.starts_with("error: tenant aroha")).count();
    assert_eq!(errors, 1, "{shown:#?}");
    shown.ran.failed();
}

#[test]
fn standard_output_has_the_result_and_nothing_of_the_line() {
    let cloud = cloud();
    let place = "before storing invoice#2";
    let screen = Screen::beside(&mut stopping(&cloud, "bill --month 2013-08 --format json", place));
    screen.wait_for("billing: 1 of 3 tenants");
    go_on(&cloud);
    assert_eq!(screen.end().is_tidy().ran.done().bills().len(), 3);
}

#[test]
fn an_interrupted_bill_leaves_no_line() {
    let cloud = cloud();
    let screen = Screen::run(&mut stopping(&cloud, BILL, "before sending>committed"));
    screen.wait_for("billing: 0 of 3 tenants");
    stands(&cloud);
    screen.press_ctrl_c();
    screen.wait_for("note: ending: what is being sent now is sent to its end");
    go_on(&cloud);
    let shown =
        screen.end().is_tidy().shows("error: interrupted: sent by this run: statement 1; stored and not sent yet:");
    shown.ran.ended_whatever_it_said(130);
}

#[test]
fn a_usage_that_is_interrupted_ends_at_once_and_leaves_no_line() {
    let cloud = cloud();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v3", silent.local_addr().unwrap());
    cloud.set("source", "{kind: ceilometer}");
    let who = "default_tenant: service, username: billing, password: none, timeout: 60s";
    cloud.set("openstack", &format!("{{authentication_url: '{url}', {who}}}"));
    for (signal, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let screen = Screen::run(&mut by(&HEARING_OF_IT, &cloud.command("usage --month 2013-08")));
        screen.wait_for("asking the source whom there is");
        match signal {
            "-INT" => screen.press_ctrl_c(),
            _ => {
                assert!(Command::new("kill").args([signal, &screen.child.id().to_string()]).status().unwrap().success())
            }
        }
        let shown = screen.end().is_tidy();
        assert_eq!(shown.lines, ["error: interrupted: nothing was stored"]);
        shown.ran.ended_whatever_it_said(status);
    }
}

#[test]
fn who_wants_no_colours_gets_none_and_a_dumb_terminal_gets_no_line() {
    for (name, value, has_line) in [("NO_COLOR", "1", true), ("TERM", "dumb", false)] {
        let cloud = cloud();
        let screen = Screen::run(stopping(&cloud, BILL, "before storing invoice#2").env(name, value));
        match has_line {
            true => screen.wait_for("billing: 1 of 3 tenants"),
            // Longer than a line would take to be there.
            false => while !cloud.path("stops").exists() || !settled() {},
        }
        go_on(&cloud);
        let shown = screen.end().is_tidy();
        assert_eq!(shown.ever.iter().any(|line| line.starts_with("billing:")), has_line, "{shown:#?}");
        let colours = shown.text.split('\u{1b}').skip(1).any(|rest| {
            rest.split_once('m').is_some_and(|(code, _)| {
                code.strip_prefix('[')
                    .is_some_and(|code| code.chars().all(|letter| letter.is_ascii_digit() || letter == ';'))
            })
        });
        assert!(!colours, "{shown:#?}");
        assert!(has_line || !shown.text.contains('\u{1b}'), "{shown:#?}");
        shown.ran.done();
    }
}

/// A while in which a line would have been drawn several times.
fn settled() -> bool {
    thread::sleep(Duration::from_millis(800));
    true
}

#[test]
fn who_wants_to_hear_nothing_sees_nothing() {
    let cloud = cloud();
    let screen = Screen::beside(&mut stopping(&cloud, "-q bill --month 2013-08", "before storing invoice#2"));
    while !cloud.path("stops").exists() || !settled() {}
    go_on(&cloud);
    let shown = screen.end();
    assert_eq!(shown.text, "");
    shown.ran.done();
}
