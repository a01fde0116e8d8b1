//! Where everything in a YAML text stands, and how its numbers are written.
//!
//! serde_yaml keeps neither: it tells the place of what it refuses itself, and makes binary numbers of
//! digits. So a second parser, which tells places, goes through the text once, and only when a place or a
//! number's digits are asked for.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, Span};

/// A step on the way from a document's root to a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// Line and column, from 1.
pub(super) type Place = (usize, usize);

/// Where everything stands.
#[derive(Default)]
pub(super) struct Places {
    values: HashMap<Vec<Step>, Place>,
    keys: HashMap<Vec<Step>, Place>,
    /// Scalars as they are written, without quotes.
    texts: HashMap<Vec<Step>, String>,
    /// What stands for something else: `*name`, and the path of `&name`.
    aliases: HashMap<Vec<Step>, Vec<Step>>,
}

/// A collection that is being read.
enum Open {
    /// A mapping, with the key whose value comes next.
    Mapping(Option<String>),
    /// A list, with the index of the next item.
    List(usize),
}

impl Places {
    /// Goes through a text. What comes after a mistake in it has no place.
    pub fn of(text: &str) -> Self {
        let mut walk = Walk::default();
        let mut parser = Parser::new_from_str(text);
        while let Some(Ok((event, span))) = parser.next_event() {
            walk.take(event, span);
        }
        walk.places
    }

    /// The place of a value, or of the nearest thing around it that has one.
    pub fn value(&self, path: &[Step]) -> Place {
        let known = (0..=path.len()).rev().filter_map(|length| path.get(..length));
        known.filter_map(|around| self.find(around, &|path| self.values.get(path).copied())).next().unwrap_or((1, 1))
    }

    /// The place of a value's key.
    pub fn key(&self, path: &[Step]) -> Place {
        self.find(path, &|path| self.keys.get(path).copied()).unwrap_or_else(|| self.value(path))
    }

    /// A scalar as it is written.
    pub fn text(&self, path: &[Step]) -> Option<String> {
        self.find(path, &|path| self.texts.get(path).cloned())
    }

    /// What is known of a path, or of the one that an alias in it stands for.
    fn find<T>(&self, path: &[Step], look: &dyn Fn(&[Step]) -> Option<T>) -> Option<T> {
        // An alias may lead to another one, but every one leads further up in the text.
        let mut path = path.to_vec();
        for _ in 0..=self.aliases.len() {
            if let Some(found) = look(&path) {
                return Some(found);
            }
            let (length, target) =
                (0..=path.len()).rev().find_map(|length| Some((length, self.aliases.get(path.get(..length)?)?)))?;
            path = target.iter().chain(path.get(length..)?).cloned().collect();
        }
        None
    }
}

/// The walk through a text.
#[derive(Default)]
struct Walk {
    places: Places,
    open: Vec<Open>,
    path: Vec<Step>,
    anchors: HashMap<usize, Vec<Step>>,
}

impl Walk {
    fn take(&mut self, event: Event<'_>, span: Span) {
        let place = (span.start.line(), span.start.col() + 1);
        match event {
            Event::Scalar(text, _, anchor, _) => {
                if let Some(Open::Mapping(key @ None)) = self.open.last_mut() {
                    *key = Some(text.to_string());
                    self.path.push(Step::Key(text.into_owned()));
                    self.places.keys.insert(self.path.clone(), place);
                    return;
                }
                self.begin(place, anchor);
                self.places.texts.insert(self.path.clone(), text.into_owned());
                self.end();
            }
            Event::Alias(anchor) => {
                self.begin(place, 0);
                if let Some(target) = self.anchors.get(&anchor) {
                    self.places.aliases.insert(self.path.clone(), target.clone());
                }
                self.end();
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(place, anchor);
                self.open.push(Open::List(0));
            }
            Event::MappingStart(anchor, _) => {
                self.begin(place, anchor);
                self.open.push(Open::Mapping(None));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
                self.end();
            }
            _ => {}
        }
    }

    /// A value begins.
    fn begin(&mut self, place: Place, anchor: usize) {
        match self.open.last_mut() {
            // A mapping for a key, which no configuration has.
            Some(Open::Mapping(key @ None)) => {
                *key = Some(String::new());
                self.path.push(Step::Key(String::new()));
            }
            Some(Open::List(index)) => self.path.push(Step::Index(*index)),
            Some(Open::Mapping(Some(_))) | None => {}
        }
        self.places.values.insert(self.path.clone(), place);
        if anchor > 0 {
            self.anchors.insert(anchor, self.path.clone());
        }
    }

    /// A value ends.
    fn end(&mut self) {
        match self.open.last_mut() {
            Some(Open::Mapping(key)) => *key = None,
            Some(Open::List(index)) => *index += 1,
            None => return,
        }
        self.path.pop();
    }
}
