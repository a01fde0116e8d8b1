//! Telling a story on the terminal whose every command must do what is told of it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, IsTerminal};
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Result, failed};
use crate::run::{Finished, capture};

/// The story so far.
pub struct Story {
    artifice: PathBuf,
    /// Where it plays.
    pub directory: PathBuf,
    chapters: Cell<u32>,
    bold: bool,
}

impl Story {
    /// Begins in a directory that is emptied first.
    pub fn begin(artifice: PathBuf, directory: PathBuf) -> Result<Story> {
        let cannot = |why: std::io::Error| failed(directory.display(), &why);
        match fs::remove_dir_all(&directory) {
            Err(why) if why.kind() != ErrorKind::NotFound => return Err(cannot(why)),
            _ => fs::create_dir_all(&directory).map_err(cannot)?,
        }
        let bold = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Ok(Story { artifice, directory, chapters: Cell::new(0), bold })
    }

    /// Begins a chapter.
    pub fn chapter(&self, title: &str, text: &str) {
        self.chapters.set(self.chapters.get() + 1);
        let title = format!("{}. {title}", self.chapters.get());
        if self.bold {
            println!("\n\x1b[1m{title}\x1b[0m\n{text}");
        } else {
            println!("\n{title}\n{text}");
        }
    }

    /// Runs artifice in the story's directory, and shows what was typed and what came of it.
    pub fn artifice(&self, arguments: &[&str]) -> Result<Told> {
        let typed = format!("artifice -c artifice.yaml {}", arguments.join(" "));
        println!("\n$ {typed}");
        let mut command = Command::new(&self.artifice);
        command.args(["-c", "artifice.yaml"]).args(arguments).current_dir(&self.directory);
        // What somebody has set for an artifice of their own is not part of the story.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ARTIFICE_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        let finished = capture(&mut command)?;
        for said in [&finished.stdout, &finished.stderr] {
            let said = said.trim_end();
            if !said.is_empty() {
                println!("{said}");
            }
        }
        Ok(Told { typed, finished })
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.directory.join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|why| failed(path.display(), &why))
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> Result<String> {
        let path = self.directory.join(name);
        fs::read_to_string(&path).map_err(|why| failed(path.display(), &why))
    }

    /// Shows a file.
    pub fn show(&self, name: &str) -> Result<String> {
        let text = self.read(name)?;
        print!("$ cat {name}\n{text}");
        Ok(text)
    }

    /// Removes a file, for all to see.
    pub fn remove(&self, name: &str) -> Result<()> {
        println!("\n$ rm {name}");
        let path = self.directory.join(name);
        fs::remove_file(&path).map_err(|why| failed(path.display(), &why))
    }

    /// Gives a file or directory another name, behind the scenes.
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.directory.join(from), self.directory.join(to));
        fs::rename(&from, to).map_err(|why| failed(from.display(), &why))
    }

    /// Insists that a file is not there.
    pub fn no_file(&self, name: &str) -> Result<()> {
        let path = self.directory.join(name);
        if path.exists() { Err(Failure(format!("{} is there, but should not be", path.display()))) } else { Ok(()) }
    }

    /// The documents that there are, with what they say.
    pub fn documents(&self) -> Result<BTreeMap<String, Vec<u8>>> {
        let directory = self.directory.join("invoices");
        let cannot = |why: std::io::Error| failed(directory.display(), &why);
        let mut documents = BTreeMap::new();
        for entry in fs::read_dir(&directory).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            // The backend's own records are in a directory beside them.
            if entry.path().is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                documents.insert(name, fs::read(entry.path()).map_err(cannot)?);
            }
        }
        Ok(documents)
    }
}

/// A command that has been run, to be compared with what is told of it.
pub struct Told {
    typed: String,
    finished: Finished,
}

impl Told {
    /// Insists on an exit status.
    pub fn exit(self, code: i32) -> Result<Told> {
        match self.finished.code {
            Some(found) if found == code => Ok(self),
            Some(found) => Err(self.unexpected(&format!("ended with exit status {found}, not {code}"))),
            None => Err(self.unexpected("was ended by a signal")),
        }
    }

    /// Insists that it said something.
    pub fn says(&self, text: &str) -> Result<&Told> {
        let said = self.finished.stdout.contains(text) || self.finished.stderr.contains(text);
        if said { Ok(self) } else { Err(self.unexpected(&format!("did not say '{text}'"))) }
    }

    /// The number, in the first column, of the row that names a tenant.
    pub fn number_of(&self, tenant: &str) -> Result<String> {
        let row = self.finished.stdout.lines().find(|line| line.contains(tenant));
        let number = row.and_then(|row| row.split_whitespace().find(|word| word.parse::<u64>().is_ok()));
        number.map(str::to_owned).ok_or_else(|| self.unexpected(&format!("has no number for {tenant}")))
    }

    fn unexpected(&self, what: &str) -> Failure {
        Failure(format!("the demonstration went wrong: `{}` {what}", self.typed))
    }
}
