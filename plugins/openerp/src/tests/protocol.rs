//! Which calls are made, and what faults mean.

use std::time::Duration;

use artifice_plugin_api::{Context, Error, ErrorKind};
use serde_json::json;

use super::server::{Reply, Server};
use crate::client::{Client, Clock, Failed, Failure};
use crate::settings::Settings;
use crate::wire::{Answer, text};

const SIXTEEN: &str = "<struct><member><name>server_version</name><value>16.0</value></member></struct>";
const SEVEN: &str = "<struct><member><name>server_version</name><value>7.0</value></member></struct>";
const NINETY: &str = "<struct><member><name>server_version</name><value>90.0</value></member></struct>";

fn client(server: &Server) -> Client {
    let settings: Settings = serde_json::from_value(
        json!({"url": server.url, "database": "books", "username": "biller", "password": "hush-hush", "timeout_s": 5}),
    )
    .unwrap();
    Client::new(settings.check(&Context::new(".", "UTC")).unwrap().1).unwrap()
}

fn clock() -> Clock {
    Clock::of(Duration::from_secs(20))
}

fn ask(client: &Client) -> Result<Answer, Error> {
    client.ask(clock(), "res.partner", "search", vec![text("x")], Vec::new())
}

fn tell(client: &Client) -> Result<Answer, Failed> {
    client.tell(clock(), "account.move", "action_post", vec![text("x")])
}

#[test]
fn newer_releases_are_logged_into_once_and_asked_by_execute_kw() {
    let replies = [SIXTEEN, "<int>2</int>", "<int>7</int>", "<int>8</int>"].map(Reply::Value).into();
    let server = Server::start(replies);
    let client = client(&server);
    assert_eq!((ask(&client), ask(&client)), (Ok(Answer::Int(7)), Ok(Answer::Int(8))));
    let asked = server.asked();
    let paths: Vec<&str> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/xmlrpc/2/common", "/xmlrpc/2/common", "/xmlrpc/2/object", "/xmlrpc/2/object"]);
    assert!(asked[1].1.contains("authenticate") && asked[2].1.contains("execute_kw"));
}

#[test]
fn older_releases_are_asked_by_execute() {
    let server = Server::start(vec![
        Reply::Status(404, "not found"),
        Reply::Value(SEVEN),
        Reply::Value("<int>2</int>"),
        Reply::Value("<int>7</int>"),
    ]);
    assert_eq!(ask(&client(&server)), Ok(Answer::Int(7)));
    let asked = server.asked();
    let paths: Vec<&str> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/xmlrpc/2/common", "/xmlrpc/common", "/xmlrpc/common", "/xmlrpc/object"]);
    assert!(asked[2].1.contains("<methodName>login<") && asked[3].1.contains("<methodName>execute<"));
}

#[test]
fn a_wrong_password_is_tried_once_a_run_and_not_repeated() {
    let server = Server::start([SIXTEEN, "<boolean>0</boolean>"].map(Reply::Value).into());
    let client = client(&server);
    for _ in 0..3 {
        let error = ask(&client).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.message().contains("'biller'") && error.message().contains("'books'"), "{error}");
        assert!(!error.message().contains("hush-hush"), "{error}");
    }
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_release_that_is_not_known_is_refused() {
    let server = Server::start(vec![Reply::Value(NINETY)]);
    assert!(ask(&client(&server)).unwrap_err().message().contains("90.0"));
}

/// What a command comes to that is answered so.
fn told(reply: Reply) -> Failed {
    let server = Server::start(vec![Reply::Value(SIXTEEN), Reply::Value("<int>2</int>"), reply]);
    let failed = tell(&client(&server)).unwrap_err();
    assert!(failed.message.contains("account.move action_post"), "{}", failed.message);
    assert!(!failed.message.contains("hush-hush"), "{}", failed.message);
    failed
}

#[test]
fn a_fault_is_told_by_what_it_means() {
    let number = |code: &'static str, text: &'static str| told(Reply::Fault(code, text)).failure;
    assert_eq!(
        number("<int>1</int>", "Traceback\nTypeError: cannot marshal None unless allow_none is enabled"),
        Failure::NoneAnswered
    );
    assert_eq!(number("<int>1</int>", "could not serialize access due to concurrent update"), Failure::Conflict);
    assert_eq!(number("<int>2</int>", "You cannot validate a document with an inactive currency"), Failure::Refused);
    assert_eq!(number("<int>3</int>", "Access Denied"), Failure::NoRight);
    assert_eq!(
        number("<int>4</int>", "You are not allowed to create 'Contact' (res.partner) records."),
        Failure::NoRight
    );
    assert_eq!(number("<int>1</int>", "Traceback\nKeyError: 'nofield'"), Failure::Missing);
    assert_eq!(number("<string>AccessDenied</string>", ""), Failure::NoRight);
    assert_eq!(number("<string>warning -- UserError\n\nYou need to add a line</string>", ""), Failure::Refused);
}

#[test]
fn a_server_that_repeats_the_password_does_not_get_it_printed() {
    let failed = told(Reply::Fault("<int>2</int>", "user biller with password hush-hush"));
    assert!(failed.message.contains("password ***"), "{}", failed.message);
}

#[test]
fn whether_a_command_was_done_is_known_or_not() {
    for (reply, kind) in [
        (Reply::Nothing, ErrorKind::Unknown),
        (Reply::Status(502, "<html>Bad Gateway</html>"), ErrorKind::Unknown),
        (Reply::Status(504, ""), ErrorKind::Unknown),
        (Reply::Status(200, "<html>log in</html>"), ErrorKind::Unknown),
        (Reply::Status(404, "nothing"), ErrorKind::Refused),
        (Reply::Status(403, "forbidden"), ErrorKind::Refused),
        (Reply::Status(302, ""), ErrorKind::Refused),
        (Reply::Fault("<int>2</int>", "no"), ErrorKind::Refused),
        (Reply::Fault("<int>1</int>", "could not serialize access"), ErrorKind::Unavailable),
    ] {
        let failed = told(reply);
        let message = failed.message.clone();
        assert_eq!(failed.told().kind(), kind, "{message}");
    }
}

#[test]
fn a_question_is_asked_again_where_the_answer_was_lost() {
    let server = Server::start(vec![
        Reply::Value(SIXTEEN),
        Reply::Value("<int>2</int>"),
        Reply::Nothing,
        Reply::Status(503, "busy"),
        Reply::Value("<int>7</int>"),
    ]);
    assert_eq!(ask(&client(&server)), Ok(Answer::Int(7)));
}

#[test]
fn nothing_is_sent_when_the_time_is_over() {
    let server = Server::start([SIXTEEN, "<int>2</int>"].map(Reply::Value).into());
    let client = client(&server);
    client.session(clock()).unwrap();
    let failed = client.tell(Clock::of(Duration::ZERO), "account.move", "action_post", vec![]).unwrap_err();
    assert_eq!((failed.failure, server.asked().len()), (Failure::Unsent(true), 2));
}
