//! HTTP/1.1 as far as a story needs it: on a port of its own, stopped and started again on the same one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::{self, AddressFamily, SocketType};

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Decoded, without the query.
    pub path: String,
    /// Decoded, in order.
    pub query: Vec<(String, String)>,
    pub token: Option<String>,
    pub authorization: Option<String>,
    pub body: String,
}

impl Request {
    /// The values of a key of the query.
    pub fn all(&self, key: &str) -> Vec<&str> {
        self.query.iter().filter(|(found, _)| found == key).map(|(_, value)| value.as_str()).collect()
    }
}

/// What is answered, and how badly.
#[derive(Debug, Clone, Default)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// It waits so long first.
    pub after: Duration,
    /// It promises more than it sends.
    pub truncated: bool,
    /// It goes on like this for ever.
    pub endless: bool,
}

impl Response {
    pub fn json(status: u16, body: impl ToString) -> Response {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Response { status, headers, body: body.to_string().into_bytes(), ..Response::default() }
    }
}

type Answer = dyn Fn(&Request) -> Response + Send + Sync;

/// A server, which ends with the story.
pub struct Server {
    address: SocketAddr,
    answer: Arc<Answer>,
    running: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
    /// Keeps the port while nobody listens there, so that nobody else's server gets it.
    held: Option<OwnedFd>,
}

impl Server {
    pub fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut server =
            Server { address: listener.local_addr().unwrap(), answer: Arc::new(answer), running: None, held: None };
        server.run(listener);
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn stop(&mut self) {
        if let Some((stopped, thread)) = self.running.take() {
            stopped.store(true, Ordering::SeqCst);
            // Wakes it from waiting for somebody.
            let _ = TcpStream::connect(self.address);
            thread.join().unwrap();
            self.held = held(self.address);
        }
    }

    pub fn start_again(&mut self) {
        self.stop();
        self.held = None;
        self.run(TcpListener::bind(self.address).unwrap());
    }

    fn run(&mut self, listener: TcpListener) {
        let stopped = Arc::new(AtomicBool::new(false));
        let (answer, stop) = (self.answer.clone(), stopped.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, answer, stop) = (stream.unwrap(), answer.clone(), stop.clone());
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    while let Some(request) = read(&mut reader) {
                        // Whoever asks may have gone.
                        if stop.load(Ordering::SeqCst) || write(&stream, answer(&request)).is_none() {
                            return;
                        }
                    }
                });
            }
        });
        self.running = Some((stopped, thread));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut token, mut authorization, mut length) = (None, None, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_lowercase().as_str() {
            "x-auth-token" => token = Some(value.trim().to_owned()),
            "authorization" => authorization = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query = pairs.map(|(key, value)| (decoded(key), decoded(value))).collect();
    Some(Request { method, path: decoded(path), query, token, authorization, body: String::from_utf8(body).ok()? })
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, behind @ ..] = rest {
        rest = behind;
        match (first, behind) {
            (b'%', [high, low, behind @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = behind;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn write(mut stream: &TcpStream, response: Response) -> Option<()> {
    thread::sleep(response.after);
    let Response { status, headers, body, truncated, endless, .. } = response;
    let mut head = format!("HTTP/1.1 {status} Answer\r\n");
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    if !endless {
        head += &format!("Content-Length: {}\r\n", body.len() + usize::from(truncated));
    }
    // At once: what comes in two pieces waits for the first one to be acknowledged, which takes 40 ms.
    stream.write_all(&[format!("{head}\r\n").as_bytes(), &body].concat()).ok()?;
    if endless {
        let block = body.repeat(4096);
        while stream.write_all(&block).is_ok() {}
        return None;
    }
    (!truncated).then_some(())
}

/// A port at which nobody listens, and nobody else will. None if somebody was faster.
fn held(address: SocketAddr) -> Option<OwnedFd> {
    let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    net::sockopt::set_socket_reuseaddr(&socket, true).unwrap();
    let bound = (0..100).any(|_| {
        let bound = net::bind(&socket, &address).is_ok();
        if !bound {
            thread::sleep(Duration::from_millis(10));
        }
        bound
    });
    bound.then_some(socket)
}
