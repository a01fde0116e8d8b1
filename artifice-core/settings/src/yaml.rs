//! YAML with places: a document whose mistakes all are reported, each with its line and column.
//!
//! The parser (serde_yaml) tells the place of what it refuses itself, but not of a value that only
//! its reader finds wrong. So values carry their path, and [`places`] tells where a path leads.

mod aliases;
mod path;
mod places;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use artifice_model::limits::MOST_MISTAKES;
use artifice_model::position::{Mistake, Position};
use artifice_text::unquoted;
use serde_yaml::Value;

use self::path::{Path as Way, Step, shortened};
use self::places::Places;
use crate::file::{MAX_BYTES, read_bytes};
use crate::text::{Secret, expand, expand_address};

/// How many brackets may be open at once. The parser takes hours for thousands.
const MOST_OPEN: usize = 500;

/// How much of a mistake is shown, in characters: what is wrong may be as long as the file.
const SHOWN: usize = 2000;
/// The longest word for which the nearest known one is looked for, in bytes.
const LONGEST_WORD: usize = 100;

/// A parsed file, and what is wrong with it so far.
pub struct Document {
    file: String,
    text: String,
    root: Value,
    /// Whether `${VARIABLE}` in its texts stands for what the environment says.
    expands: bool,
    places: OnceCell<Places>,
    mistakes: RefCell<Vec<Mistake>>,
    /// Files in which secrets stand that were read.
    secrets: RefCell<BTreeSet<PathBuf>>,
}

/// A value of a document, with its place in it.
#[derive(Clone)]
pub struct Node<'a> {
    document: &'a Document,
    path: Way,
    value: &'a Value,
}

/// A mapping that is being read key by key. What nobody asked for is a mistake.
pub struct Map<'a> {
    node: Node<'a>,
    known: Vec<&'static str>,
}

impl Document {
    /// Parses a configuration's text, in which `${VARIABLE}` stands for what the environment says; `file` is what
    /// mistakes call it.
    pub fn configuration(file: &str, text: String) -> Result<Document, Mistake> {
        Document::parse(file, text).map(|document| Document { expands: true, ..document })
    }

    /// Parses a file's text as it is written; `file` is what mistakes call it.
    pub fn parse(file: &str, text: String) -> Result<Document, Mistake> {
        let at = |line, column| Position { file: file.to_owned(), line, column };
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        if text.len() > MAX_BYTES {
            let what = format!("a file of {} bytes; at most {MAX_BYTES} are read: split it", text.len());
            return Err(Mistake { at: at(1, 1), what });
        }
        if let Some(line) = too_deep(&text) {
            let what = format!("more than {MOST_OPEN} brackets are open here; close them, or put the text in quotes");
            return Err(Mistake { at: at(line, 1), what });
        }
        if let Some((line, column)) = aliases::too_much(&text, MAX_BYTES) {
            let what =
                format!("with what the aliases up to here stand for, these are more than {MAX_BYTES} bytes; split it");
            return Err(Mistake { at: at(line, column), what });
        }
        let root: Value = serde_yaml::from_str(&text).map_err(|error| {
            let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
            let what = error.to_string();
            let suffix = format!(" at line {line} column {column}");
            // The reader's own words for a number of more than 64 bits.
            let advice = if what.contains("expected any YAML value") { "; put the number in quotes" } else { "" };
            Mistake {
                at: at(line, column),
                what: format!("not valid YAML: {}{advice}", unquoted(&what.replacen(&suffix, "", 1))),
            }
        })?;
        Ok(Document {
            file: file.to_owned(),
            text,
            root,
            expands: false,
            places: OnceCell::new(),
            mistakes: RefCell::default(),
            secrets: RefCell::default(),
        })
    }

    /// Parses a file of other programs', in which YAML's merge keys (`<<`) stand for what they name.
    pub fn merging(file: &str, text: String) -> Result<Document, Mistake> {
        let mut document = Document::parse(file, text)?;
        let at = Position { file: file.to_owned(), line: 1, column: 1 };
        document.root.apply_merge().map_err(|why| Mistake { at, what: format!("not valid YAML: {why}") })?;
        Ok(document)
    }

    /// The whole document.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, path: Way::default(), value: &self.root }
    }

    /// What is wrong, in the file's order.
    pub fn mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort();
        mistakes
    }

    /// The files in which secrets stand that were read: this one, or those that it names.
    pub fn secret_files(&self) -> BTreeSet<PathBuf> {
        self.secrets.borrow().clone()
    }

    fn report(&self, path: &Way, key: bool, what: &dyn fmt::Display) {
        self.report_of(path, path, key, what);
    }

    /// A mistake at a place, which is named otherwise than by it.
    fn report_of(&self, named: &Way, path: &Way, key: bool, what: &dyn fmt::Display) {
        if self.is_full() {
            return;
        }
        let steps = path.steps();
        let at = self.position(if key { self.places().key(&steps) } else { self.places().value(&steps) });
        let what = shortened(&format!("{}: {what}", named.name()), SHOWN);
        self.mistakes.borrow_mut().push(Mistake { at, what });
    }

    /// Whether so much is wrong that nobody reads more.
    fn is_full(&self) -> bool {
        self.mistakes.borrow().len() >= MOST_MISTAKES
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| Places::of(&self.text))
    }

    fn position(&self, (line, column): places::Place) -> Position {
        Position { file: self.file.clone(), line, column }
    }
}

/// The line in which too many brackets are open. (Those in quotes count, too: nobody has so many.)
fn too_deep(text: &str) -> Option<usize> {
    let mut open: usize = 0;
    let is_too_deep = |line: &str| {
        line.bytes().any(|byte| {
            match byte {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            open > MOST_OPEN
        })
    };
    text.lines().position(is_too_deep).map(|line| line + 1)
}

impl<'a> Node<'a> {
    /// Says that something is wrong here.
    pub fn mistake(&self, what: impl fmt::Display) {
        self.document.report(&self.path, false, &what);
    }

    /// Takes over what is wrong in another file that is read because of this value, and which secrets stand there.
    pub fn take_over(&self, other: Document) {
        self.document.secrets.borrow_mut().append(&mut other.secrets.borrow_mut());
        self.take_over_mistakes(other.mistakes());
    }

    /// Takes over what is wrong in another file that is read because of this value.
    pub fn take_over_mistakes(&self, others: Vec<Mistake>) {
        let mut mistakes = self.document.mistakes.borrow_mut();
        let room = MOST_MISTAKES.saturating_sub(mistakes.len());
        mistakes.extend(others.into_iter().take(room));
    }

    /// Notes that this value names a file in which a secret stands.
    pub fn note_secret_file(&self, file: &Path) {
        self.document.secrets.borrow_mut().insert(file.to_owned());
    }

    /// Where it stands.
    pub fn position(&self) -> Position {
        self.document.position(self.document.places().value(&self.path.steps()))
    }

    /// Where its key stands; itself, if it has none.
    pub fn key_position(&self) -> Position {
        self.document.position(self.document.places().key(&self.path.steps()))
    }

    /// The path as people write it: `rates.file`.
    pub fn name(&self) -> String {
        self.path.name()
    }

    /// The value itself.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    fn child(&self, step: Step, value: &'a Value) -> Node<'a> {
        Node { document: self.document, path: self.path.then(step), value }
    }

    /// As a mapping; an absent value is an empty one.
    pub fn map(self) -> Option<Map<'a>> {
        match self.value {
            Value::Null | Value::Mapping(_) => Some(Map { node: self, known: Vec::new() }),
            _ => {
                self.mistake("keys with values are expected here");
                None
            }
        }
    }

    /// As a list; a single value is a list of one.
    pub fn list(&self) -> Vec<Node<'a>> {
        match self.value {
            Value::Sequence(items) => {
                items.iter().enumerate().map(|(index, item)| self.child(Step::Index(index), item)).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// As a text; in a configuration, with `${VARIABLE}` replaced by what the environment says. Numbers are their
    /// digits.
    pub fn text(&self) -> Option<String> {
        self.written_text(expand)
    }

    fn written_text(&self, expand: fn(&str) -> Result<String, String>) -> Option<String> {
        let text = match self.value {
            Value::String(text) => text.clone(),
            // Its digits as they are written: the parser has made a binary number of them.
            Value::Number(_) | Value::Bool(_) => match self.document.places().text(&self.path.steps()) {
                Some(digits) => digits,
                None if self.value.is_bool() => self.value.as_bool().unwrap_or_default().to_string(),
                None => {
                    self.mistake("it cannot be read as it is written; put it in quotes");
                    return None;
                }
            },
            _ => {
                self.mistake("a text is expected here");
                return None;
            }
        };
        if !self.document.expands {
            return Some(text);
        }
        expand(&text).map_err(|why| self.mistake(why)).ok()
    }

    /// As a text that no mistake may show.
    pub fn secret(&self) -> Option<Secret> {
        self.note_secret();
        self.written_text(expand).map(Secret::new)
    }

    /// As an address that no mistake may show, because there may be a password in it.
    fn address(&self) -> Option<Secret> {
        let has_password = |text: &str| {
            let user = text.rsplit_once('@').map_or("", |(user, _)| user);
            user.split_once("://").map_or(user, |(_, user)| user).contains(':')
        };
        if self.value.as_str().is_some_and(has_password) {
            self.note_secret();
        }
        self.written_text(expand_address).map(Secret::address)
    }

    /// Notes that there is a secret in this file, unless the environment says it.
    fn note_secret(&self) {
        if !(self.document.expands && self.value.as_str().is_some_and(|text| text.contains("${"))) {
            self.note_secret_file(Path::new(&self.document.file));
        }
    }

    /// As whatever `read` makes of its text.
    pub fn parse<T, E: fmt::Display>(&self, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        read(&self.text()?).map_err(|why| self.mistake(why)).ok()
    }
}

impl<'a> Map<'a> {
    /// The mapping's own place.
    pub fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// A key's value, unless it is absent or empty.
    pub fn get(&mut self, key: &'static str) -> Option<Node<'a>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let value = self.node.value.as_mapping()?.get(key)?;
        (!value.is_null()).then(|| self.node.child(Step::Key(key.to_owned()), value))
    }

    /// A key's value as whatever `read` makes of its text.
    pub fn parse<T, E: fmt::Display>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.get(key)?.parse(read)
    }

    /// A key's text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.get(key)?.text()
    }

    /// A key's text that nobody may see, or the content of the file that another key names instead.
    /// A line's end at the end of the file is not a part of it.
    pub fn secret(&mut self, key: &'static str, file_key: &'static str, directory: &Path) -> Option<Secret> {
        self.hidden((key, file_key), directory, Node::secret, Secret::new)
    }

    /// The same of an address: what a variable says as user or password is written as `%XX` where that must be.
    pub fn address(&mut self, key: &'static str, file_key: &'static str, directory: &Path) -> Option<Secret> {
        self.hidden((key, file_key), directory, Node::address, Secret::address)
    }

    fn hidden(
        &mut self,
        (key, file_key): (&'static str, &'static str),
        directory: &Path,
        read: fn(&Node<'a>) -> Option<Secret>,
        keep: fn(String) -> Secret,
    ) -> Option<Secret> {
        let (text, file) = (self.get(key), self.get(file_key));
        if let (Some(_), Some(file)) = (&text, &file) {
            file.mistake(format!("the same as {key}; keep one of the two"));
        }
        if let Some(text) = text {
            return read(&text);
        }
        file?.parse(|name| {
            let path = directory.join(name);
            self.node.note_secret_file(&path);
            let unusable = |why: String| format!("{}: {why}; name a file that can be read", path.display());
            let text = String::from_utf8(read_bytes(&path).map_err(unusable)?);
            let text = text.map_err(|_| unusable("it is not UTF-8".to_owned()))?;
            Ok::<_, String>(keep(text.trim_end_matches(['\r', '\n']).to_owned()))
        })
    }

    /// A key's value, one of a few words.
    pub fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.parse(key, |text| match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(*value),
            None => Err(format!("'{text}' is not known here; {}", one_of(text, words.iter().map(|(word, _)| *word)))),
        })
    }

    /// A key's value as a mapping; where there is none, an empty one.
    pub fn section(&mut self, key: &'static str) -> Map<'a> {
        static NOTHING: Value = Value::Null;
        let map = self.get(key).and_then(Node::map);
        map.unwrap_or_else(|| Map { node: self.node.child(Step::Key(key.to_owned()), &NOTHING), known: Vec::new() })
    }

    /// All keys with their values.
    pub fn entries(&self) -> Vec<(String, Node<'a>)> {
        let mapping = self.node.value.as_mapping();
        let text = |key: &Value| match key {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            other => format!("{other:?}"),
        };
        let entry = |(key, value)| (text(key), self.node.child(Step::Key(text(key)), value));
        mapping.into_iter().flatten().map(entry).collect()
    }

    /// Ends the reading: every key that was never asked for is a mistake.
    pub fn end(self) {
        for (key, node) in self.entries() {
            if self.node.document.is_full() {
                return;
            }
            if self.known.iter().all(|known| *known != key) {
                let what = match key.as_str() {
                    "<<" => "YAML's merge key is not supported; write the keys out".to_owned(),
                    key => match no_key(key, !node.value.is_null(), self.known.iter().copied()) {
                        Some(what) => {
                            self.node.document.report_of(&self.node.path, &node.path, true, &what);
                            continue;
                        }
                        None => format!("there is no such key; {}", one_of(key, self.known.iter().copied())),
                    },
                };
                self.node.document.report(&node.path, true, &what);
            }
        }
    }
}

/// The known word that is nearest to a wrong one, and by how many letters it differs.
pub fn nearest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<(usize, &'k str)> {
    let likely = known.into_iter().filter(|_| wrong.len() <= LONGEST_WORD);
    likely.map(|word| (strsim::damerau_levenshtein(word, wrong), word)).min()
}

/// What is wrong with a key that there is not, where it may be a value that lacks its key, or has it without a blank:
/// `{password:x}` is a key alone. Nothing of a value is shown. None for what is a key, and another one.
pub fn no_key<'k>(wrong: &str, has_value: bool, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    if let Some((key, _)) = wrong.split_once([':', '=']) {
        return Some(format!("no key; write `{key}: ` with a blank before its value"));
    }
    let known: Vec<&str> = known.into_iter().collect();
    let is_misspelt = one_of(wrong, known.iter().copied()).starts_with("did you mean");
    let all = || format!("a value without a key; it can be {}", known.join(", "));
    (!has_value && !is_misspelt).then(all)
}

/// "did you mean …?", or all there is.
pub fn one_of<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(wrong, known.iter().copied()) {
        Some((distance, word)) if distance <= 1 + word.len() / 3 => format!("did you mean '{word}'?"),
        _ => format!("it can be {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str, read: impl FnOnce(Map<'_>)) -> Vec<String> {
        let document = match Document::parse("c.yaml", text.to_owned()) {
            Ok(document) => document,
            Err(mistake) => return vec![mistake.to_string()],
        };
        if let Some(map) = document.root().map() {
            read(map);
        }
        document.mistakes().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_mistakes_are_reported_in_order_with_their_places() {
        let text = "main:\n  region: [x]\n  currncy: NZD\n  settle:   soon\nplugins: 5\nlist: [a, {b: 1}]\n";
        let found = mistakes(text, |mut root| {
            let mut main = root.get("main").unwrap().map().unwrap();
            main.text("region");
            main.text("currency");
            main.parse("settle", |_| Err::<(), _>("not a duration"));
            main.end();
            root.get("plugins").unwrap().map();
            root.get("list").unwrap().list()[1].text();
            root.end();
        });
        assert_eq!(
            found,
            [
                "c.yaml:2:11: main.region: a text is expected here",
                "c.yaml:3:3: main.currncy: there is no such key; did you mean 'currency'?",
                "c.yaml:4:13: main.settle: not a duration",
                "c.yaml:5:10: plugins: keys with values are expected here",
                "c.yaml:6:11: list[1]: a text is expected here",
            ]
        );
    }

    #[test]
    fn numbers_are_read_as_they_are_written_also_as_keys() {
        let found = mistakes("\u{feff}a: [1.10, 0x10, true]\n10: x\n", |mut root| {
            let items = root.get("a").unwrap().list();
            assert_eq!(items.iter().map(|item| item.text().unwrap()).collect::<Vec<_>>(), ["1.10", "0x10", "true"]);
            assert_eq!(root.entries()[1].0, "10");
        });
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn files_of_other_programs_may_merge_and_mean_what_they_say() {
        let text = "x: &x {auth: {password: 'a${b'}, verify: False, port: 5}\ny:\n  <<: *x\n  z: 1\n";
        let document = Document::merging("clouds.yaml", text.to_owned()).unwrap();
        let mut y = document.root().map().unwrap().section("y");
        assert_eq!(y.section("auth").get("password").unwrap().secret().unwrap().reveal(), "a${b");
        assert_eq!((y.text("verify").unwrap().as_str(), y.text("z").unwrap().as_str()), ("false", "1"));
        let main = Document::configuration("c.yaml", "cloud: y\n".to_owned()).unwrap();
        y.get("z").unwrap().mistake("wrong");
        drop(y);
        main.root().take_over(document);
        assert_eq!(main.secret_files().into_iter().collect::<Vec<_>>(), [PathBuf::from("clouds.yaml")]);
        assert_eq!(main.mistakes()[0].to_string(), "clouds.yaml:4:6: y.z: wrong");
    }

    #[test]
    fn where_secrets_stand_is_known() {
        let secrets = |text: &str| {
            let document = Document::configuration("c.yaml", text.to_owned()).unwrap();
            let mut root = document.root().map().unwrap();
            root.secret("a", "a_file", Path::new("/etc/artifice"));
            root.address("url", "url_file", Path::new("/etc/artifice"));
            let files = document.secret_files().into_iter();
            files.map(|file| file.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(secrets("a: x\n"), ["c.yaml"]);
        assert_eq!(secrets("a: '${CARGO_PKG_NAME}'\nurl: 'postgres://me@h:5432/db'\n"), [""; 0]);
        assert_eq!(secrets("a_file: s\nurl: 'postgres://me:x@h/db'\n"), ["/etc/artifice/s", "c.yaml"]);
    }

    #[test]
    fn what_yaml_parsers_silently_accept_is_refused() {
        assert_eq!(
            mistakes("a:\n  c: 1\n  c: 2\n", |_| ()),
            ["c.yaml:2:3: not valid YAML: a: duplicate entry with key \"c\""]
        );
        let merge = mistakes("a: &x {q: 1}\nb:\n  <<: *x\n", |mut root| {
            root.get("a");
            root.get("b").unwrap().map().unwrap().end();
        });
        assert_eq!(merge, ["c.yaml:3:3: b.<<: YAML's merge key is not supported; write the keys out"]);
        assert!(mistakes(&"# x\n".repeat(300_000), |_| ())[0].contains("at most 1000000"));
        assert_eq!(mistakes("a: [1, 2\n", |_| ()).len(), 1);
        assert!(
            mistakes(&format!("a: 1\nb: {}", "[".repeat(100_000)), |_| ())[0].starts_with("c.yaml:2:1: more than 500")
        );
        assert!(mistakes("a: 99999999999999999999\n", |_| ())[0].ends_with("put the number in quotes"));
    }
}
