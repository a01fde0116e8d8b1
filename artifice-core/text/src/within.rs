//! Texts that bear a secret beside what is none: URLs with a password, and lists of `name=value`.

use std::ops::Range;

use crate::{HIDDEN, names};

/// How often a text is looked through before all of it is hidden. Twice is nearly always enough.
const ROUNDS: usize = 8;

/// The text with its secrets hidden. Doing it twice changes nothing more.
pub fn without_passwords(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let next = replaced(&text, &secrets(&text), |_| HIDDEN);
        if next == text {
            return text;
        }
        text = next;
    }
    HIDDEN.to_owned()
}

/// A stored text with what was hidden in it taken from the current one; none if that has not as many
/// secrets. A text whose stars hide nothing stays as it is.
pub fn filled(stored: &str, current: Option<&str>) -> Option<String> {
    if let Some(current) = current.filter(|current| without_passwords(current) == stored) {
        return Some(current.to_owned());
    }
    let hidden: Vec<_> = secrets(stored).into_iter().filter(|at| &stored[at.clone()] == HIDDEN).collect();
    if hidden.is_empty() {
        return Some(stored.to_owned());
    }
    let current = current?;
    let now = secrets(current);
    (now.len() == hidden.len()).then(|| replaced(stored, &hidden, |index| &current[now[index].clone()]))
}

/// The secrets themselves.
pub fn hidden(text: &str) -> Vec<&str> {
    secrets(text).into_iter().map(|place| &text[place]).collect()
}

fn replaced<'t>(text: &str, places: &[Range<usize>], by: impl Fn(usize) -> &'t str) -> String {
    let (mut all, mut done) = (String::new(), 0);
    for (index, place) in places.iter().enumerate() {
        all += &text[done..place.start];
        all += by(index);
        done = place.end;
    }
    all + &text[done..]
}

/// Where the secrets stand, in order and apart.
fn secrets(text: &str) -> Vec<Range<usize>> {
    if text.contains("PRIVATE KEY-----") {
        return std::iter::once(0..text.len()).collect();
    }
    let mut all: Vec<Range<usize>> = password(text).into_iter().chain(values(text)).collect();
    all.sort_by_key(|place| (place.start, place.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for place in all {
        match apart.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => apart.push(place),
        }
    }
    apart
}

/// The password of the first URL that has one: up to the last `@`, since whoever writes `/` or `@`
/// into a password without escaping it should not be given away by that.
fn password(text: &str) -> Option<Range<usize>> {
    for (at, slashes) in text.match_indices("//") {
        let start = at + slashes.len();
        let ends_user = |c: char| matches!(c, ':' | '/' | '?' | '#' | '@') || c.is_whitespace();
        let Some(user) = text[start..].find(ends_user) else { continue };
        let Some(rest) = text[start + user..].strip_prefix(':') else { continue };
        let from = text.len() - rest.len();
        if let Some(length) = rest.rfind('@') {
            return Some(from..from + length);
        }
        // Something behind the `@` was hidden as well.
        if rest.starts_with(HIDDEN) {
            return Some(from..from + HIDDEN.len());
        }
    }
    None
}

/// The values of secret names, in `?password=x&…`, `Pwd=x;…` and `host=db password='x y' …`.
fn values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut done = 0;
    for (at, _) in text.match_indices('=') {
        if at < done {
            continue;
        }
        let before = text[..at].trim_end_matches(' ');
        let name = &before[before.trim_end_matches(in_a_name).len()..];
        if names::is_secret(name) {
            let start = text.len() - text[at + 1..].trim_start_matches(' ').len();
            done = start + value_length(&text[start..]);
            found.push(start..done);
        }
    }
    found
}

fn in_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// A value ends where the next name follows; what merely might separate belongs to it.
fn value_length(text: &str) -> usize {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let quoted = quote.map_or(0, |quote| text[1..].find(quote).map_or(text.len(), |length| length + 2));
    let separates = |c: char| matches!(c, '&' | ';' | ',') || c.is_whitespace();
    let next_name = |(at, _): &(usize, &str)| {
        let rest = text[*at..].trim_start_matches(separates);
        let behind = rest.trim_start_matches(in_a_name);
        behind.len() < rest.len() && behind.trim_start_matches(' ').starts_with('=')
    };
    let mut separators = text.match_indices(separates).filter(|(at, _)| *at >= quoted);
    separators.find(next_name).map_or(text.len(), |(at, _)| at)
}
