//! Servers that are not what they should be.

mod tls;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::canned::{Canned, answer};
use super::*;

const TOKEN: &str = "gAAAA-not-to-be-seen";

/// A token, and how often it was made anew.
struct Token(AtomicUsize);

impl Token {
    fn new() -> Self {
        Token(AtomicUsize::new(0))
    }
}

impl Auth for Token {
    fn headers(&self) -> Result<Headers, LogInError> {
        Ok(vec![("x-auth-token".parse().unwrap(), TOKEN.parse().unwrap())])
    }

    fn renew(&self) -> Result<bool, LogInError> {
        Ok(self.0.fetch_add(1, Ordering::SeqCst) == 0)
    }
}

fn http(timeout_ms: u64) -> Http {
    Http::new("openstack", &Tls::default(), Duration::from_millis(timeout_ms)).unwrap()
}

fn get(url: &Url) -> Result<Answer, HttpError> {
    http(5000).ask(&Ask { most_bytes: 1000, ..Ask::get(url, &Token::new(), "openstack") })
}

fn error(url: &Url) -> String {
    let error = get(url).err().unwrap().to_string();
    assert!(!error.contains(TOKEN), "{error}");
    error
}

#[test]
fn it_says_who_asks_and_what_for() {
    let server = Canned::new(|_| answer("200 OK", "X-Subject-Token: t\r\n", "{\"a\": 1}"));
    let found = get(&server.url).unwrap();
    assert_eq!((found.status, found.json::<Value>().unwrap()["a"].as_u64()), (200, Some(1)));
    assert_eq!(found.subject_token.unwrap().reveal(), "t");
    let request = server.requests()[0].to_lowercase();
    for header in
        ["accept: application/json", "user-agent: artifice/0", &format!("x-auth-token: {}", TOKEN.to_lowercase())]
    {
        assert!(request.contains(header), "{request}");
    }
}

#[test]
fn nobody_there_is_said_with_what_to_do() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url: Url = format!("http://joe:sesame@{free}/v3").parse().unwrap();
    let says = error(&url);
    assert!(says.starts_with(&format!("GET http://{free}/v3: cannot connect: Connection refused")), "{says}");
    assert!(says.ends_with("check the URL, and whether that service is running") && !says.contains("sesame"), "{says}");
    assert!(get(&url).err().unwrap().is_unreachable());
    let says = error(&"http://no-such-host.invalid/".parse().unwrap());
    assert!(says.contains("cannot connect: "), "{says}");
}

#[test]
fn tls_where_there_is_none_is_an_error_and_no_panic() {
    let server = Canned::new(|_| answer("400 Bad Request", "", ""));
    let mut url = server.url.clone();
    url.set_scheme("https").unwrap();
    // The server does not understand the greeting, and answers in plain text or not at all.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = std::io::Write::write_all(&mut stream.unwrap(), b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let says = error(&url);
    assert!(says.contains("cannot connect: ") && says.contains("is http:// meant?"), "{says}");
}

#[test]
fn what_may_pass_by_itself_is_tried_again_a_few_times() {
    for (status, tries) in [
        ("429 Too Many Requests", 4),
        ("500 Internal Server Error", 4),
        ("503 Service Unavailable", 4),
        ("501 Not Implemented", 1),
    ] {
        let count = AtomicUsize::new(0);
        let server = Canned::new(move |_| match count.fetch_add(1, Ordering::SeqCst) {
            3 => answer("200 OK", "", "[]"),
            _ => answer(status, "Retry-After: 0\r\n", "busy"),
        });
        let found = get(&server.url).unwrap();
        assert_eq!((server.asked().len(), found.is_success()), (tries, tries == 4), "{status}");
    }
    let server = Canned::new(|_| answer("503 Service Unavailable", "Retry-After: 0\r\n", "busy"));
    assert_eq!((get(&server.url).unwrap().status, server.asked().len()), (503, 4));
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    let server = Canned::new(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[".to_vec());
    let says = error(&server.url);
    assert!(says.contains("the connection broke: "), "{says}");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_redirect_is_reported_and_not_followed() {
    let elsewhere = Canned::new(|_| answer("200 OK", "", "[]"));
    let to = elsewhere.url.to_string();
    let server = Canned::new(move |_| answer("302 Found", &format!("Location: {to}x?token=secret\r\n"), ""));
    let says = error(&server.url);
    let there = elsewhere.url.origin().ascii_serialization();
    assert!(says.contains(&format!("points to {there}, and")) && !says.contains("secret"), "{says}");
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn an_answer_without_end_ends() {
    let server = Canned::new(|_| [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'['; 2000]].concat());
    let says = error(&server.url);
    assert!(says.ends_with("the answer is longer than 1000 bytes; is the URL right?"), "{says}");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_silent_server_and_one_that_drips_run_out_of_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url: Url = format!("http://{}", silent.local_addr().unwrap()).parse().unwrap();
    let dripping = TcpListener::bind("127.0.0.1:0").unwrap();
    let drips: Url = format!("http://{}", dripping.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        let mut stream = dripping.accept().unwrap().0;
        std::io::Read::read(&mut stream, &mut [0; 1000]).unwrap();
        let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n");
        while std::io::Write::write_all(&mut stream, b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    for (url, time) in [(url, "400 ms"), (drips, "2 s")] {
        let begin = Instant::now();
        let failed = http(400).ask(&Ask::get(&url, &Nobody, "openstack")).err().unwrap();
        assert!(failed.is_slow() && !failed.is_unreachable(), "{failed:?}");
        assert!(failed.to_string().contains(&format!("no complete answer within {time};")), "{failed}");
        assert!(begin.elapsed() < Duration::from_secs(4));
    }
}

#[test]
fn an_error_shows_what_the_server_says_but_no_secret_that_it_sends_back() {
    let server = Canned::new(|request| {
        let token = request.lines().find(|line| line.to_lowercase().starts_with("x-auth-token")).unwrap_or_default();
        answer("500 Internal Server Error", "", &format!("{{\"error\": \"Oops: {token}\"}}"))
    });
    let says = get(&server.url).unwrap().refused().to_string();
    assert!(says.contains("500 Internal Server Error: Oops: ") && says.contains("***"), "{says}");
    assert!(!says.contains(TOKEN), "{says}");
    let says = get(&server.url).unwrap().json::<Vec<Value>>().err().unwrap().to_string();
    assert!(says.contains("is not what it should be") && !says.contains(TOKEN), "{says}");
}

#[test]
fn a_file_of_authorities_that_is_none_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    let says = |file: &Path| {
        let tls = Tls { ca_file: Some(file.to_owned()), ..Tls::default() };
        Http::new("openstack", &tls, Duration::from_secs(1)).err().unwrap().to_string()
    };
    assert!(says(&file).contains("ca.pem") && says(&file).contains("correct openstack.ca_file"), "{}", says(&file));
    fs::write(&file, "not PEM").unwrap();
    assert!(says(&file).contains("no certificate"), "{}", says(&file));
    let tls = Tls { certificate: Some((file.clone(), Some(directory.path().join("key.pem")))), ..Tls::default() };
    let says = |tls: &Tls| Http::new("openstack", tls, Duration::from_secs(1)).err().unwrap().to_string();
    assert!(says(&tls).contains("key.pem") && says(&tls).contains("correct openstack.key"), "{}", says(&tls));
    let alone = Tls { certificate: Some((file, None)), ..Tls::default() };
    assert!(says(&alone).contains("correct openstack.cert"), "{}", says(&alone));
}

#[test]
fn any_body_goes_along_and_whoever_is_refused_says_once_more_who_asks() {
    let server = Canned::new(|_| answer("401 Unauthorized", "", ""));
    let (token, headers) = (Token::new(), [("x-scope-orgid".parse().unwrap(), "demo".parse().unwrap())]);
    let body = Body::Bytes { content_type: "application/x-protobuf", bytes: b"snappy" };
    let ask = Ask { method: Method::POST, body, headers: &headers, ..Ask::get(&server.url, &token, "prometheus") };
    assert_eq!(http(5000).ask(&ask).unwrap().status, 401);
    assert_eq!((server.asked().len(), token.0.load(Ordering::SeqCst)), (2, 1));
    let request = server.requests()[1].to_lowercase();
    for part in ["post / ", "content-type: application/x-protobuf", "x-scope-orgid: demo", "\r\n\r\nsnappy"] {
        assert!(request.contains(part), "{request}");
    }
    struct LoggedOut;
    impl Auth for LoggedOut {
        fn headers(&self) -> Result<Headers, LogInError> {
            Err("nobody is logged in".into())
        }
        fn renew(&self) -> Result<bool, LogInError> {
            Ok(false)
        }
    }
    let failed = http(5000).ask(&Ask::get(&server.url, &LoggedOut, "x")).err().unwrap();
    assert_eq!(failed.log_in().unwrap().to_string(), "nobody is logged in");
}

#[test]
fn a_stream_is_handed_over_as_it_comes_and_tried_again_only_before_its_first_byte() {
    let stream = |server: &Canned, most: usize| {
        let (mut bytes, token) = (Vec::new(), Token::new());
        let streamed = http(5000).stream(&Ask::get(&server.url, &token, "x"), &mut |chunk| {
            bytes.extend_from_slice(chunk);
            if bytes.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        (bytes.len(), streamed.map(|head| head.status))
    };
    let tries = AtomicUsize::new(0);
    let server = Canned::new(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => answer("503 Service Unavailable", "", ""),
        1 => answer("401 Unauthorized", "", ""),
        _ => answer("200 OK", "", &"x".repeat(300_000)),
    });
    let (bytes, ended) = stream(&server, usize::MAX);
    assert_eq!((bytes, ended.unwrap(), server.asked().len()), (300_000, 200, 3));
    let (bytes, ended) = stream(&server, 1);
    assert!((1..300_000).contains(&bytes) && ended.is_ok(), "{bytes} {ended:?}");

    let server = Canned::new(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[".to_vec());
    let (bytes, ended) = stream(&server, usize::MAX);
    assert!(bytes == 1 && ended.unwrap_err().to_string().contains("the connection broke"));
    assert_eq!(server.asked().len(), 1);

    let server = Canned::new(|_| answer("404 Not Found", "", "nothing here"));
    assert!(stream(&server, usize::MAX).1.unwrap_err().to_string().contains("404 Not Found: a text of 12 bytes"));
}

#[test]
fn of_a_page_of_errors_no_more_is_read_than_can_be_shown() {
    let page = format!("<html>{}</html>", "no service today ".repeat(1 << 20));
    let server = Canned::new(move |_| answer("500 Internal Server Error", "", &page));
    let answer = http(5000).ask(&Ask::get(&server.url, &Nobody, "openstack")).unwrap();
    assert!((LONGEST_ERROR..2 * LONGEST_ERROR).contains(&answer.body.len()), "{}", answer.body.len());
    assert!(answer.refused().to_string().contains("500 Internal Server Error: a page of HTML of "));
}

/// An answer whose content is packed, with a header that says so or none.
fn packed(header: &str, content: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content).unwrap();
    let body = gzip.finish().unwrap();
    let head = format!("HTTP/1.1 200 OK\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

#[test]
fn an_answer_is_unpacked_only_where_its_header_says_so_and_within_the_same_bound() {
    let server = Canned::new(|_| packed("Content-Encoding: gzip\r\n", b"[1, 2]"));
    assert_eq!(get(&server.url).unwrap().json::<Vec<u8>>().unwrap(), [1, 2]);
    let server = Canned::new(|_| packed("", b"[1, 2]"));
    assert!(get(&server.url).unwrap().body.starts_with(&[0x1f, 0x8b]));
    let server = Canned::new(|_| packed("Content-Encoding: gzip\r\n", &[b' '; 2000]));
    assert!(error(&server.url).contains("the answer is longer than 1000 bytes"));
    let server = Canned::new(|_| answer("200 OK", "Content-Encoding: br\r\n", "[]"));
    assert!(error(&server.url).contains("packed as br, which nobody asked for"));
    let server = Canned::new(|_| answer("200 OK", "Content-Encoding: gzip\r\n", "[1, 2]"));
    assert!(error(&server.url).contains("the connection broke"));
}

#[test]
fn a_head_without_end_is_an_error() {
    let server = Canned::new(|_| format!("HTTP/1.1 200 OK\r\n{}", "X-More: and more\r\n".repeat(1 << 20)).into_bytes());
    let says = error(&server.url);
    assert!(says.contains("the connection broke"), "{says}");
}
