//! How much text a YAML file is, once its aliases stand for what they are names of.
//!
//! A few bytes of aliases can stand for gigabytes, and the reader writes all of it out. So it is counted first.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

use super::places::Place;

/// What a value takes beside its text, in bytes.
const EACH: usize = 2;

/// The alias with which a text becomes longer than so many bytes, if it does.
pub(super) fn too_much(text: &str, most: usize) -> Option<Place> {
    if !text.contains('*') || !text.contains('&') {
        return None;
    }
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    // What is open: its anchor, and how much there was before it.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut written: usize = 0;
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, span))) = parser.next_event() {
        match event {
            Event::Scalar(text, _, anchor, _) => {
                written = written.saturating_add(text.len() + EACH);
                sizes.insert(anchor, text.len() + EACH);
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                open.push((anchor, written));
                written = written.saturating_add(EACH);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((anchor, before)) = open.pop() {
                    sizes.insert(anchor, written - before);
                }
            }
            Event::Alias(anchor) => {
                written = written.saturating_add(sizes.get(&anchor).copied().unwrap_or_default());
                if written > most {
                    return Some((span.start.line(), span.start.col() + 1));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aliases_stand_for_counts() {
        assert_eq!(too_much("a: &x [1, 2]\nb: *x\nc: '* &'\n", 100), None);
        assert_eq!(too_much(&format!("a: &x {}\nb: [*x, *x]\n", "y".repeat(400)), 1000), Some((2, 9)));
        let mut powers = "a0: &a0 [x, x]\n".to_owned();
        for power in 1..40 {
            let before = power - 1;
            powers.push_str(&format!("a{power}: &a{power} [*a{before}, *a{before}]\n"));
        }
        assert!(too_much(&powers, 1_000_000).is_some_and(|(line, _)| line < 20), "aliases of aliases");
        assert_eq!(too_much("a: &x {b: *x}\n", 100), None, "one that holds itself is refused elsewhere");
    }
}
