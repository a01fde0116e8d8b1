//! Where everything in a YAML text stands, and how its numbers are written.
//!
//! serde_yaml keeps neither: it tells the place of what it refuses itself, and makes binary numbers of
//! digits. So a second parser, which tells places, goes through the text once, and only when a place or a
//! number's digits are asked for.
//!
//! What it finds is a tree, in which a key stands once, however much is below it.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, Span};

use super::path::Step;

/// Line and column, from 1.
pub(super) type Place = (usize, usize);

/// Where everything stands.
pub(super) struct Places {
    /// The first is the document's root.
    all: Vec<Known>,
}

/// What is known of a value.
#[derive(Default)]
struct Known {
    value: Option<Place>,
    key: Option<Place>,
    /// A scalar as it is written, without quotes.
    text: Option<String>,
    /// Whom an alias stands for.
    alias: Option<usize>,
    below: HashMap<Step, usize>,
}

/// Where a path leads.
struct Found<'a> {
    /// What is there, if it is all the way.
    known: Option<&'a Known>,
    /// The place of the nearest thing around it that has one.
    place: Place,
}

/// A collection that is being read.
enum Open {
    /// A mapping, with whether a key has come whose value comes next.
    Mapping(bool),
    /// A list, with the index of the next item.
    List(usize),
}

/// How many aliases are followed where one leads to the next: each leads further up in the text.
const MOST_ALIASES: usize = 100;

impl Places {
    /// Goes through a text. What comes after a mistake in it has no place.
    pub fn of(text: &str) -> Self {
        let mut walk =
            Walk { all: vec![Known::default()], open: Vec::new(), path: vec![0], anchors: HashMap::default() };
        let mut parser = Parser::new_from_str(text);
        while let Some(Ok((event, span))) = parser.next_event() {
            walk.take(event, span);
        }
        Places { all: walk.all }
    }

    /// The place of a value, or of the nearest thing around it that has one.
    pub fn value(&self, path: &[&Step]) -> Place {
        self.find(path).place
    }

    /// The place of a value's key.
    pub fn key(&self, path: &[&Step]) -> Place {
        let found = self.find(path);
        found.known.and_then(|known| known.key).unwrap_or(found.place)
    }

    /// A scalar as it is written.
    pub fn text(&self, path: &[&Step]) -> Option<String> {
        self.meant(self.find(path).known?)?.text.clone()
    }

    fn find(&self, path: &[&Step]) -> Found<'_> {
        let mut found = Found { known: self.all.first(), place: (1, 1) };
        for step in path.iter().map(Some).chain([None]) {
            let Some(known) = found.known else { break };
            found.place = known.value.unwrap_or(found.place);
            if let Some(step) = step {
                let below = self.meant(known).and_then(|meant| meant.below.get(*step));
                found.known = below.and_then(|place| self.all.get(*place));
            }
        }
        found
    }

    /// Itself, or what an alias stands for.
    fn meant<'a>(&'a self, known: &'a Known) -> Option<&'a Known> {
        let mut known = known;
        for _ in 0..MOST_ALIASES {
            match known.alias {
                Some(target) => known = self.all.get(target)?,
                None => return Some(known),
            }
        }
        None
    }
}

/// The walk through a text.
struct Walk {
    all: Vec<Known>,
    open: Vec<Open>,
    /// Places of what leads to where it is, the root first.
    path: Vec<usize>,
    anchors: HashMap<usize, usize>,
}

impl Walk {
    fn take(&mut self, event: Event<'_>, span: Span) {
        let place = (span.start.line(), span.start.col() + 1);
        match event {
            Event::Scalar(text, _, anchor, _) => {
                if let Some(Open::Mapping(has_key @ false)) = self.open.last_mut() {
                    *has_key = true;
                    self.step(Step::Key(text.into_owned()));
                    self.here(|known| known.key = Some(place));
                    return;
                }
                self.begin(place, anchor);
                self.here(|known| known.text = Some(text.into_owned()));
                self.end();
            }
            Event::Alias(anchor) => {
                self.begin(place, 0);
                let target = self.anchors.get(&anchor).copied();
                self.here(|known| known.alias = target);
                self.end();
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(place, anchor);
                self.open.push(Open::List(0));
            }
            Event::MappingStart(anchor, _) => {
                self.begin(place, anchor);
                self.open.push(Open::Mapping(false));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
                self.end();
            }
            _ => {}
        }
    }

    /// Goes into what is below.
    fn step(&mut self, step: Step) {
        let new = self.all.len();
        let around = self.path.last().and_then(|around| self.all.get_mut(*around));
        let below = around.map_or(0, |around| *around.below.entry(step).or_insert(new));
        if below == new {
            self.all.push(Known::default());
        }
        self.path.push(below);
    }

    /// Takes note of something where it is.
    fn here(&mut self, note: impl FnOnce(&mut Known)) {
        if let Some(known) = self.path.last().and_then(|place| self.all.get_mut(*place)) {
            note(known);
        }
    }

    /// A value begins.
    fn begin(&mut self, place: Place, anchor: usize) {
        match self.open.last_mut() {
            // A mapping for a key, which no configuration has.
            Some(Open::Mapping(has_key @ false)) => {
                *has_key = true;
                self.step(Step::Key(String::new()));
            }
            Some(Open::List(index)) => {
                let step = Step::Index(*index);
                self.step(step);
            }
            Some(Open::Mapping(true)) | None => {}
        }
        self.here(|known| known.value = Some(place));
        if let Some(place) = self.path.last().filter(|_| anchor > 0) {
            self.anchors.insert(anchor, *place);
        }
    }

    /// A value ends.
    fn end(&mut self) {
        match self.open.last_mut() {
            Some(Open::Mapping(has_key)) => *has_key = false,
            Some(Open::List(index)) => *index += 1,
            None => return,
        }
        self.path.pop();
    }
}
