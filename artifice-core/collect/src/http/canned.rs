//! A server that answers what a test says, one connection after the other.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use reqwest::Url;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The server. Its thread ends with the test's process.
pub struct Canned {
    /// Where it is.
    pub url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Answers each request (head and body) with these bytes, and ends the connection.
    pub fn new(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Canned {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = requests.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else { continue };
                seen.lock().unwrap().push(request.clone());
                // The client may have had enough.
                let _ = stream.write_all(&answer(&request));
            }
        });
        Canned { url, requests }
    }

    /// The same, encrypted, by the name `localhost`.
    pub fn encrypted(tls: ServerConfig, answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Canned {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
        let (requests, tls): (Arc<Mutex<Vec<String>>>, _) = (Arc::default(), Arc::new(tls));
        let seen = requests.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = StreamOwned::new(ServerConnection::new(tls.clone()).unwrap(), stream.unwrap());
                // Who does not trust it asks nothing.
                let Some(request) = read(&mut stream) else { continue };
                seen.lock().unwrap().push(request.clone());
                let _ = stream.write_all(&answer(&request));
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        Canned { url, requests }
    }

    /// The first lines of what was asked so far.
    pub fn asked(&self) -> Vec<String> {
        let first = |request: &String| request.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        self.requests.lock().unwrap().iter().map(first).collect()
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An answer with a length.
pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

/// Status, headers and body of a recorded exchange; none where the recordings are not there.
pub fn recorded(name: &str) -> Option<Vec<u8>> {
    let path = format!("../../../shared/recordings/{name}");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: the recording {path} is not there");
        return None;
    };
    let recording: serde_json::Value = serde_json::from_str(&text).unwrap();
    let response = &recording["response"];
    let own = ["content-length", "connection", "transfer-encoding"];
    let headers = response["headers"].as_array().unwrap().iter();
    let headers = headers.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    let headers: String = headers
        .filter(|(name, _)| !own.contains(&name.to_lowercase().as_str()))
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let body = response["body"].as_str().map_or_else(|| response["body"].to_string(), str::to_owned);
    Some(answer(&format!("{} Recorded", response["status"]), &headers, &body))
}

fn read(stream: &mut impl Read) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        let is_end = line == "\r\n";
        request.push_str(&line);
        if is_end {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(request + &String::from_utf8(body).unwrap())
}
