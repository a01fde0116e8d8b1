//! The way from a document's root to a value.

use std::rc::Rc;

/// How much of a key's name is shown, in characters.
const SHOWN: usize = 100;

/// A step on the way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The way. What is below one thing shares the way to it: a long key costs once, however much is below.
#[derive(Clone, Default)]
pub(super) struct Path(Option<Rc<(Path, Step)>>);

impl Path {
    /// The way to what is below.
    pub fn then(&self, step: Step) -> Path {
        Path(Some(Rc::new((self.clone(), step))))
    }

    /// The steps, the first one first.
    pub fn steps(&self) -> Vec<&Step> {
        let mut steps = Vec::new();
        let mut path = self;
        while let Some(last) = &path.0 {
            steps.push(&last.1);
            path = &last.0;
        }
        steps.reverse();
        steps
    }

    /// As people write it: `rates.file`.
    pub fn name(&self) -> String {
        let mut name = String::new();
        for step in self.steps() {
            match step {
                Step::Key(key) => {
                    let (dot, shown) = (if name.is_empty() { "" } else { "." }, shortened(key, SHOWN));
                    name.extend([dot, &shown]);
                }
                Step::Index(index) => name.push_str(&format!("[{index}]")),
            }
        }
        if name.is_empty() { "the file".to_owned() } else { name }
    }
}

/// The beginning of a text that may be long.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
