//! No path of somebody's own machine: such a path works, or means something, nowhere else.

use super::source::Source;

/// The top directories below which people keep what is theirs.
const PRIVATE: [&str; 3] = ["home", "root", "work"];

/// Every path below one of them, in any text file.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in Source::numbered(&source.text) {
            if let Some(directory) = PRIVATE.iter().find(|directory| names(line, directory)) {
                found.push(format!("{}:{number}: /{directory} is of one machine only; name it otherwise", source.path));
            }
        }
    }
    found
}

/// Whether a line has a path that begins in that directory. (What stands directly before the path
/// would make it a part of a longer one.)
fn names(line: &str, directory: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || "_.-~$})".contains(letter);
    line.match_indices(&format!("/{directory}/")).any(|(at, _)| !line[..at].ends_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_paths_count() {
        let path = |before: &str, directory: &str| format!("{before}/{directory}/x");
        assert!(names(&path("", "home"), "home") && names(&path("file://", "root"), "root"));
        assert!(!names(&path("net", "work"), "work") && !names(&path("https://example.org", "home"), "home"));
    }
}
