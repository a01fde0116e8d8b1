//! Its manners, good and bad: what a story relies on where it believes an answer, or the lack of one.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::xml::Answer;
use super::{DATABASE, Does, Odoo, PASSWORD, Trouble, Value, Version, read_answer, record, xml};

/// What comes back for a body that is sent; all of it, however much that is.
fn exchange(url: &str, path: &str, body: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(url.trim_start_matches("http://")) else { return String::new() };
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: erp\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n");
    // It may be gone before it has everything.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
    let (mut bytes, mut block) = (Vec::new(), [0; 4096]);
    while !bytes.ends_with(b"</methodResponse>\n") && bytes.len() < 100_000 {
        match stream.read(&mut block) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&block[..read]),
            _ => break,
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Sends a call, and reads the answer.
pub fn send(url: &str, path: &str, body: &str) -> Answer {
    let text = exchange(url, path, body);
    read_answer(text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{body}: {text}")).1).unwrap()
}

/// A call of a model's method, as a body.
fn call(model: &str, method: &str, args: Vec<Value>) -> String {
    let params =
        [DATABASE.into(), 2.into(), PASSWORD.into(), model.into(), method.into(), Value::List(args)].map(|value| {
            let answer = xml::write_answer(&Ok(value));
            answer.split_once("<params>\n").unwrap().1.split_once("</params>").unwrap().0.to_owned()
        });
    format!(
        "<?xml version='1.0'?><methodCall><methodName>execute_kw</methodName><params>{}</params></methodCall>",
        params.concat()
    )
}

fn execute(odoo: &Odoo, model: &str, method: &str, args: Vec<Value>) -> Answer {
    send(&odoo.url(), "/xmlrpc/2/object", &call(model, method, args))
}

/// A load of an invoice with one line.
fn load(id: &str, reference: &str) -> Vec<Value> {
    let columns = [
        "id",
        "move_type",
        "partner_id/.id",
        "ref",
        "invoice_line_ids/id",
        "invoice_line_ids/name",
        "invoice_line_ids/price_unit",
        "invoice_line_ids/tax_ids/.id",
    ];
    let line = format!("{id}_0");
    let row = vec![id, "out_invoice", "1", reference, &line, "work", "3.5", ""];
    vec![columns.to_vec().into(), Value::List(vec![row.into()])]
}

fn odoo() -> Odoo {
    let odoo = Odoo::for_billing(Version::Odoo17, &[]);
    odoo.with(|tables| tables.number_next("res.partner", 1));
    odoo.customer("demo");
    odoo
}

#[test]
fn a_late_commit_is_invisible_for_a_while_and_then_there() {
    let odoo = odoo();
    odoo.trouble(Trouble::at("account.move.load", Does::Late(Duration::from_millis(150))).once());
    let body = call("account.move", "load", load("a.one", "one"));
    assert_eq!(exchange(&odoo.url(), "/xmlrpc/2/object", &body), "", "nobody answers");
    assert!(odoo.documents().is_empty());
    odoo.settle();
    assert_eq!(odoo.documents().len(), 1);
}

#[test]
fn who_loads_what_another_one_is_writing_waits_and_loses() {
    let odoo = odoo();
    odoo.trouble(Trouble::at("account.move.load", Does::Late(Duration::from_millis(150))).once());
    exchange(&odoo.url(), "/xmlrpc/2/object", &call("account.move", "load", load("a.one", "one")));
    let lost = execute(&odoo, "account.move", "load", load("a.one", "one")).unwrap();
    assert_eq!(lost.get("ids"), &Value::Bool(false));
    let says = lost.get("messages").list()[0].get("message").text().unwrap().to_owned();
    assert!(says.starts_with("could not serialize access"), "{says}");
    // It is there now, and stays one.
    assert_eq!(odoo.documents().len(), 1);
    let again = execute(&odoo, "account.move", "load", load("a.one", "one")).unwrap();
    assert_eq!((again.get("ids").ids().len(), odoo.documents().len(), odoo.documents()[0].lines.len()), (1, 1, 1));
}

#[test]
fn two_creates_make_two_documents() {
    let odoo = odoo();
    let values = || vec![Value::Struct(record([("move_type", "out_invoice".into()), ("ref", "one".into())]))];
    odoo.trouble(Trouble::at("account.move.create", Does::Late(Duration::from_millis(100))).once());
    exchange(&odoo.url(), "/xmlrpc/2/object", &call("account.move", "create", values()));
    execute(&odoo, "account.move", "create", values()).unwrap();
    odoo.settle();
    assert_eq!(odoo.documents().len(), 2);
}

#[test]
fn a_server_that_dies_after_its_commit_has_it_when_it_is_back() {
    for (does, documents) in [(Does::DiesBefore, 0), (Does::DiesAfter, 1)] {
        let mut odoo = odoo();
        odoo.trouble(Trouble::at("load", does).once());
        let body = call("account.move", "load", load("a.one", "one"));
        assert_eq!(exchange(&odoo.url(), "/xmlrpc/2/object", &body), "");
        while TcpStream::connect(odoo.url().trim_start_matches("http://")).is_ok() {
            thread::sleep(Duration::from_millis(2));
        }
        odoo.start_again();
        let count = execute(&odoo, "account.move", "search_count", vec![Value::List(Vec::new())]);
        assert_eq!(count, Ok(Value::Int(documents)));
    }
}

#[test]
fn a_posted_document_can_be_written_to_and_it_is_remembered() {
    let odoo = odoo();
    let id = execute(&odoo, "account.move", "load", load("a.one", "one")).unwrap().get("ids").ids()[0];
    let ids = || Value::from(vec![id]);
    assert_eq!(execute(&odoo, "account.move", "action_post", vec![ids()]), Ok(Value::Bool(false)));
    assert!(odoo.tampered().is_empty());
    assert_eq!(execute(&odoo, "account.move", "action_post", vec![ids()]).unwrap_err().0, Value::Int(2));
    let values = Value::Struct(record([("ref", "two".into())]));
    assert_eq!(execute(&odoo, "account.move", "write", vec![ids(), values]), Ok(Value::Bool(true)));
    let loaded = execute(&odoo, "account.move", "load", load("a.one", "three")).unwrap();
    assert_eq!(loaded.get("ids").ids(), [id], "{loaded:?}");
    assert!(execute(&odoo, "account.move", "unlink", vec![ids()]).is_err());
    let mut models = odoo.tampered();
    models.dedup();
    assert_eq!(models.first().map(String::as_str), Some("write account.move 1"));
    assert!(models.contains(&"write account.move.line 1".to_owned()), "{models:?}");
    assert_eq!(models.last().map(String::as_str), Some("unlink account.move 1"));
}

#[test]
fn a_connection_is_cut_where_it_should_be() {
    let odoo = odoo();
    let body = call("account.move", "load", load("a.one", "one"));
    for at in [0, 1, 50, 150, body.len()] {
        odoo.exchanges();
        odoo.cut_request(0, at);
        assert_eq!(exchange(&odoo.url(), "/xmlrpc/2/object", &body), "", "{at}");
        assert!(odoo.documents().is_empty(), "{at}: it never had all of it");
    }
    for at in [0, 1, 60, 200] {
        odoo.exchanges();
        odoo.cut_answer(0, at);
        assert_eq!(exchange(&odoo.url(), "/xmlrpc/2/object", &body).len(), at);
        assert_eq!(odoo.documents().len(), 1, "{at}: it is done");
    }
}

#[test]
fn bodies_without_an_end_go_on() {
    let odoo = odoo();
    let body = call("res.partner", "search_count", vec![Value::List(Vec::new())]);
    for does in [Does::Huge, Does::Endless, Does::Deep(9000)] {
        odoo.trouble(Trouble::at("search_count", does).once());
        assert!(exchange(&odoo.url(), "/xmlrpc/2/object", &body).len() >= 100_000);
    }
    assert_eq!(execute(&odoo, "res.partner", "search_count", vec![Value::List(Vec::new())]), Ok(Value::Int(1)));
}
