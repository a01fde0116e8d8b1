//! Nothing is left over from writing: no `todo!`, `unimplemented!` or `dbg!`. (Clippy refuses
//! `unwrap`, `expect` and `panic!` outside tests; it allows these.)

use super::mask;
use super::source::Source;

const LEFTOVERS: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Every such macro, in tests too.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        for (number, line) in Source::numbered(&mask::code(&source.text)) {
            for (at, word) in mask::words(line) {
                if LEFTOVERS.contains(&word) && line[at + word.len()..].starts_with('!') {
                    found.push(format!("{}:{number}: `{word}!` is left over", source.path));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_found_in_code_only() {
        let text = "// todo!()\nlet todo = 1;\nif todo != 1 { dbg!(2) }\n";
        let source = Source { path: "a.rs".to_owned(), text: text.to_owned() };
        assert_eq!(check(&[source]), ["a.rs:3: `dbg!` is left over"]);
    }
}
