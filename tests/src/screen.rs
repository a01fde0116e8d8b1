//! A terminal of 80 columns, in which a command runs.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::Ran;

/// Longer than any command takes until it shows something.
const PATIENCE: Duration = Duration::from_secs(60);

const COLUMNS: u16 = 80;
/// More than any command of a story writes.
const ROWS: u16 = 60;

/// A command in a terminal.
pub struct Screen {
    pub child: Child,
    keys: File,
    seen: Arc<Mutex<Seen>>,
    reader: JoinHandle<()>,
}

/// What a terminal has seen.
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    /// Every line that stood there at any time.
    lines: BTreeSet<String>,
}

/// What a terminal shows in the end.
#[derive(Debug)]
pub struct Shown {
    /// How it ended; whatever it wrote to the terminal is not in it.
    pub ran: Ran,
    /// The lines, without empty ones.
    pub lines: Vec<String>,
    /// Every line that stood there at any time.
    pub ever: BTreeSet<String>,
    /// All that was written.
    pub text: String,
}

impl Screen {
    /// Runs a command whose standard output and error are the terminal.
    pub fn run(command: &mut Command) -> Screen {
        Screen::start(command, true)
    }

    /// The same with a standard output that goes elsewhere.
    pub fn beside(command: &mut Command) -> Screen {
        Screen::start(command, false)
    }

    fn start(command: &mut Command, with_output: bool) -> Screen {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let terminal = || -> Stdio {
            OpenOptions::new().read(true).write(true).open(OsStr::from_bytes(name.to_bytes())).unwrap().into()
        };
        command.stderr(terminal());
        if with_output {
            command.stdout(terminal());
        }
        if command.get_envs().all(|(name, _)| name != "TERM") {
            command.env("TERM", "xterm");
        }
        let child = command.spawn().unwrap();
        // The terminal is closed when the command is: nobody else may have it open.
        command.stderr(Stdio::null()).stdout(Stdio::null());
        let screen = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
        let seen = Arc::new(Mutex::new(Seen { screen, bytes: Vec::new(), lines: BTreeSet::new() }));
        let (to, mut from) = (seen.clone(), File::from(master));
        let keys = from.try_clone().unwrap();
        let reader = thread::spawn(move || {
            let mut chunk = [0; 4096];
            // The end of a terminal is an error.
            while let Ok(count @ 1..) = from.read(&mut chunk) {
                let mut seen = to.lock().unwrap();
                seen.bytes.extend(&chunk[..count]);
                seen.screen.process(&chunk[..count]);
                let lines: Vec<String> = seen.lines_now();
                seen.lines.extend(lines);
            }
        });
        Screen { child, keys, seen, reader }
    }

    /// Waits until a line begins like this.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        let begin = Instant::now();
        while !self.seen.lock().unwrap().lines_now().iter().any(|line| line.starts_with(text)) {
            assert!(begin.elapsed() < PATIENCE, "'{text}' is not shown: {:#?}", self.seen.lock().unwrap().lines);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Presses Ctrl-C: the terminal shows it, and the command hears of it.
    pub fn press_ctrl_c(&self) {
        (&self.keys).write_all(b"\x03").unwrap();
        self.wait_for_any("^C");
        // (The terminal is not the one that the command was started from, so it does not signal by itself.)
        let pressed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(pressed.success());
    }

    /// Waits until this stood in a line at some time.
    fn wait_for_any(&self, text: &str) {
        let begin = Instant::now();
        while !self.seen.lock().unwrap().lines.iter().any(|line| line.contains(text)) {
            assert!(begin.elapsed() < PATIENCE, "'{text}' is not shown: {:#?}", self.seen.lock().unwrap().lines);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end.
    pub fn end(self) -> Shown {
        let ran = Ran::new("a command in a terminal".to_owned(), self.child.wait_with_output().unwrap());
        self.reader.join().unwrap();
        let seen = self.seen.lock().unwrap();
        let text = String::from_utf8(seen.bytes.clone()).unwrap();
        Shown { ran, lines: seen.lines_now(), ever: seen.lines.clone(), text }
    }
}

impl Seen {
    fn lines_now(&self) -> Vec<String> {
        let rows = self.screen.screen().rows(0, COLUMNS).map(|row| row.trim_end().to_owned());
        rows.filter(|row| !row.is_empty()).collect()
    }
}

impl Shown {
    /// No line says any more how far the command has got.
    #[track_caller]
    pub fn is_tidy(self) -> Shown {
        let words = ["ending", "collecting", "billing:", "finishing:", "asking the source"];
        let left = |line: &String| words.iter().any(|word| line.starts_with(word)) || line.contains("^C");
        assert!(!self.lines.iter().any(left), "{self:#?}");
        self
    }

    /// A line of it begins like this.
    #[track_caller]
    pub fn shows(self, text: &str) -> Shown {
        assert!(self.lines.iter().any(|line| line.starts_with(text)), "'{text}' is not in {self:#?}");
        self
    }
}
