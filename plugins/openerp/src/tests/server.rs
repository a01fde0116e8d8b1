//! A server that answers what a story tells it to, call by call, and keeps what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// What is done with a request.
pub enum Reply {
    /// A value, in a successful answer.
    Value(&'static str),
    /// A fault of a newer or older kind, by its code's XML.
    Fault(&'static str, &'static str),
    /// Another status, with a body.
    Status(u16, &'static str),
    /// The connection is closed without an answer.
    Nothing,
}

/// A running server.
pub struct Server {
    /// Where it is.
    pub url: String,
    asked: Receiver<(String, String)>,
}

impl Server {
    /// Starts one that answers each request in turn.
    pub fn start(replies: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked_by, asked) = channel();
        thread::spawn(move || {
            for reply in replies {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let _ = asked_by.send(request(&stream));
                answer(&mut stream, &reply);
            }
        });
        Server { url, asked }
    }

    /// Path and body of every request so far.
    pub fn asked(&self) -> Vec<(String, String)> {
        self.asked.try_iter().collect()
    }
}

fn request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (first.split(' ').nth(1).unwrap_or_default().to_owned(), String::from_utf8(body).unwrap())
}

fn answer(stream: &mut TcpStream, reply: &Reply) {
    let (status, body) = match reply {
        Reply::Value(value) => {
            (200, format!("<methodResponse><params><param><value>{value}</value></param></params></methodResponse>"))
        }
        Reply::Fault(code, text) => (
            200,
            format!(
                "<methodResponse><fault><value><struct><member><name>faultCode</name><value>{code}</value></member><member><name>faultString</name><value><string>{text}</string></value></member></struct></value></fault></methodResponse>"
            ),
        ),
        Reply::Status(status, body) => (*status, (*body).to_owned()),
        Reply::Nothing => return,
    };
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}
