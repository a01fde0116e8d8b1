//! HTTP/1.1 as far as XML-RPC needs it, on a port of its own: and every way in which a connection can fail.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: String,
    /// How long head and body are.
    pub bytes: usize,
}

/// What is sent back, and what happens then.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// Head and body.
    pub bytes: Vec<u8>,
    pub then: Then,
}

/// What happens after an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Then {
    /// The next request is awaited.
    #[default]
    Next,
    /// The connection is closed.
    Close,
    /// The body goes on with this byte for ever.
    Endless(u8),
    /// Nothing more is sent, and the connection stays open.
    Silence,
    /// The server is killed.
    Die,
}

impl Outgoing {
    /// A complete answer.
    pub fn of(status: u16, kind: &str, body: &[u8]) -> Outgoing {
        Outgoing::promising(status, kind, body, body.len())
    }

    /// An answer whose head says another length than its body has.
    pub fn promising(status: u16, kind: &str, body: &[u8], length: usize) -> Outgoing {
        let head = format!("HTTP/1.1 {status} Answer\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n");
        Outgoing { bytes: [head.as_bytes(), body].concat(), then: Then::Next }
    }

    /// An answer whose head says no length; its end is the connection's.
    pub fn open(kind: &str, body: &[u8]) -> Outgoing {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n");
        Outgoing { bytes: [head.as_bytes(), body].concat(), then: Then::Close }
    }

    pub fn then(mut self, then: Then) -> Outgoing {
        self.then = then;
        self
    }
}

/// Who answers.
pub trait Site: Send + Sync + 'static {
    /// A request begins: after how many of its bytes its connection is cut, if it is.
    fn hears(&self) -> Option<usize>;
    fn answers(&self, request: &Request) -> Outgoing;
}

/// What the threads of a running server share.
#[derive(Default)]
struct Running {
    stopped: AtomicBool,
    connections: Mutex<Vec<TcpStream>>,
}

impl Running {
    /// Ends everything at once, as a kill does.
    fn kill(&self, address: SocketAddr) {
        self.stopped.store(true, Ordering::SeqCst);
        for connection in self.connections.lock().unwrap().drain(..) {
            // It may be closed already.
            let _ = connection.shutdown(Shutdown::Both);
        }
        // Wakes it from waiting for somebody.
        let _ = TcpStream::connect(address);
    }
}

/// A server, which ends with the story.
pub struct Server {
    address: SocketAddr,
    site: Arc<dyn Site>,
    running: Option<(Arc<Running>, JoinHandle<()>)>,
}

impl Server {
    pub fn start(site: Arc<dyn Site>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut server = Server { address: listener.local_addr().unwrap(), site, running: None };
        server.run(listener);
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it, with what is under way.
    pub fn stop(&mut self) {
        if let Some((running, thread)) = self.running.take() {
            running.kill(self.address);
            thread.join().unwrap();
        }
    }

    /// On the same port, whether it was stopped or killed.
    pub fn start_again(&mut self) {
        self.stop();
        self.run(TcpListener::bind(self.address).unwrap());
    }

    fn run(&mut self, listener: TcpListener) {
        let running = Arc::<Running>::default();
        let (site, shared, address) = (self.site.clone(), running.clone(), self.address);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                shared.connections.lock().unwrap().extend(stream.try_clone());
                let (site, running) = (site.clone(), shared.clone());
                thread::spawn(move || {
                    if serve(&stream, &*site, &running.stopped) == Some(Then::Die) {
                        running.kill(address);
                    }
                    // Its clone keeps it open otherwise.
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        self.running = Some((running, thread));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Answers until somebody closes the connection. None if the client did.
fn serve(stream: &TcpStream, site: &dyn Site, stopped: &AtomicBool) -> Option<Then> {
    let mut buffer = Vec::new();
    loop {
        receive(stream, &mut buffer, 1)?;
        let cut = site.hears();
        let request = read(stream, &mut buffer, cut.unwrap_or(usize::MAX))?;
        if stopped.load(Ordering::SeqCst) {
            return None;
        }
        let answer = site.answers(&request);
        let mut out = stream;
        // Whoever asked may have gone.
        let sent = out.write_all(&answer.bytes).and_then(|()| out.flush());
        match answer.then {
            Then::Next => sent.ok()?,
            Then::Endless(byte) => {
                let block = [byte; 65536];
                while !stopped.load(Ordering::SeqCst) && out.write_all(&block).is_ok() {}
                return None;
            }
            Then::Silence => {
                while !stopped.load(Ordering::SeqCst) && out.write(&[]).is_ok() && !gone(stream) {
                    thread::sleep(Duration::from_millis(20));
                }
                return None;
            }
            end => return Some(end),
        }
    }
}

/// Whether the client has closed its side.
fn gone(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).is_err() || matches!(stream.peek(&mut [0]), Ok(0))
}

/// Has so many bytes in the buffer; none if the client goes before.
fn receive(mut stream: &TcpStream, buffer: &mut Vec<u8>, bytes: usize) -> Option<()> {
    let mut block = [0; 16384];
    while buffer.len() < bytes {
        let read = stream.read(&mut block).ok().filter(|read| *read > 0)?;
        buffer.extend_from_slice(&block[..read]);
    }
    Some(())
}

/// The next request, or none: where the connection is cut, or the client has closed it.
fn read(stream: &TcpStream, buffer: &mut Vec<u8>, cut: usize) -> Option<Request> {
    let head = loop {
        let end = buffer.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        match end {
            Some(end) if end <= cut => break end,
            _ if buffer.len() >= cut => return None,
            _ => receive(stream, buffer, buffer.len() + 1)?,
        }
    };
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let length = text.lines().filter_map(|line| line.split_once(':'));
    let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.next().map_or(0, |(_, value)| value.trim().parse().unwrap());
    let whole = head + length;
    receive(stream, buffer, whole.min(cut))?;
    if cut < whole {
        return None;
    }
    let body = String::from_utf8_lossy(&buffer[head..whole]).into_owned();
    buffer.drain(..whole);
    let mut words = text.split_whitespace().map(str::to_owned);
    Some(Request { method: words.next()?, path: words.next()?, body, bytes: whole })
}
