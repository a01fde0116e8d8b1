//! What comes back over the wire: the answer, or what troubles make of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::desk::{Asked, Desk, Exchange};
use super::fault::{Fault, Result, server};
use super::load;
use super::parse::read_call;
use super::trouble::Does;
use super::value::Value;
use super::version::Version;
use super::wire::{Outgoing, Request, Site, Then};
use super::xml::write_answer;

const XML: &str = "text/xml";

impl Desk {
    fn respond(&self, request: &Request) -> (String, Vec<Value>, Outgoing) {
        let old = !request.path.starts_with("/xmlrpc/2/");
        if request.method != "POST"
            || !request.path.starts_with("/xmlrpc/")
            || (!old && self.tables().version == Version::OpenErp7)
        {
            let page = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body>Not Found</body></html>";
            return (request.path.clone(), Vec::new(), Outgoing::of(404, "text/html", page));
        }
        let says = |fault: &Fault| if old { fault.by_text() } else { fault.by_number() };
        let written = |result: &Result<Value>| write_answer(&result.clone().map_err(|fault| says(&fault)));
        let whole = |result: &Result<Value>| Outgoing::of(200, XML, written(result).as_bytes());
        let call = match read_call(&request.body) {
            Ok(call) => call,
            Err(says) => {
                let column = request.body.chars().count();
                let fault = Fault::Server(format!("xml.parsers.expat.ExpatError: {says}: line 1, column {column}"));
                return (String::new(), Vec::new(), whole(&Err(fault)));
            }
        };
        let (name, asked) = self.dispatch(&request.path, &call);
        let does = self.troubles().iter_mut().find_map(|trouble| trouble.meets(&name));
        let done = |pause| match &asked {
            Err(fault) => Err(fault.clone()),
            Ok(Asked::Known(value)) => Ok(value.clone()),
            Ok(Asked::Execute(login, execute)) => self.transact(login, execute, pause),
        };
        let none = Duration::ZERO;
        let nothing = |then| Outgoing::default().then(then);
        let outgoing = match does {
            None => whole(&done(none)),
            Some(Does::Pause(pause)) => whole(&done(pause)),
            Some(Does::Late(after) | Does::LateInSilence(after)) => {
                if let Ok(Asked::Execute(login, execute)) = &asked {
                    self.later(login, execute.clone(), after);
                }
                nothing(if matches!(does, Some(Does::Late(_))) { Then::Close } else { Then::Silence })
            }
            Some(Does::Conflict) if name.ends_with(".load") => whole(&Ok(load::conflict())),
            Some(Does::Conflict) => whole(&server(
                "psycopg2.errors.SerializationFailure: could not serialize access due to concurrent update",
            )),
            Some(Does::NoResult) => whole(&done(none).and(Err(Fault::None))),
            Some(Does::Fails(fault)) => whole(&Err(fault)),
            Some(Does::Answers(value)) => whole(&Ok(value)),
            Some(Does::Says(body)) => Outgoing::of(200, XML, body.as_bytes()),
            Some(Does::Http(status, kind, body)) => Outgoing::of(status, kind, body.as_bytes()),
            Some(Does::Garbles(status, kind, body)) => {
                drop(done(none));
                Outgoing::of(status, kind, body.as_bytes())
            }
            Some(Does::Huge) => {
                drop(done(none));
                let begin = b"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><string>";
                Outgoing::promising(200, XML, begin, 10_000_000_000).then(Then::Endless(b'x'))
            }
            Some(Does::Endless) => {
                drop(done(none));
                Outgoing::open(XML, b"<?xml version='1.0'?>\n<methodResponse>\n").then(Then::Endless(b' '))
            }
            Some(Does::Deep(levels)) => {
                drop(done(none));
                let body = "<value><array><data>".repeat(levels);
                let begin = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n";
                Outgoing::of(200, XML, format!("{begin}{body}").as_bytes())
            }
            Some(Does::CutAnswer(at)) => cut(whole(&done(none)), at),
            Some(Does::DiesBefore) => nothing(Then::Die),
            Some(Does::DiesAfter) => {
                drop(done(none));
                nothing(Then::Die)
            }
            Some(Does::Silence) => nothing(Then::Silence),
        };
        (name, call.params, outgoing)
    }
}

fn cut(mut answer: Outgoing, at: usize) -> Outgoing {
    answer.bytes.truncate(at);
    answer.then(Then::Close)
}

impl Site for Desk {
    fn hears(&self) -> Option<usize> {
        let number = self.heard.fetch_add(1, Ordering::SeqCst);
        let mut cut = self.cut_request.lock().unwrap();
        cut.take_if(|(at, _)| *at == number).map(|(_, bytes)| bytes)
    }

    fn answers(&self, request: &Request) -> Outgoing {
        let (call, params, mut outgoing) = self.respond(request);
        let mut exchanges = self.exchanges.lock().unwrap();
        let number = exchanges.len();
        exchanges.push(Exchange { call, request: request.bytes, answer: outgoing.bytes.len(), params });
        drop(exchanges);
        if let Some((_, at)) = self.cut_answer.lock().unwrap().take_if(|(at, _)| *at == number) {
            outgoing = cut(outgoing, at);
        }
        outgoing
    }
}
