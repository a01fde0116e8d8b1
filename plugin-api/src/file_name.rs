//! What makes any text safe to be a part of a file's name, and when two such texts are one.
//!
//! The host goes by it, too: two tenants whose names make one file name are told apart by their ids
//! ([`Tenant::label`](crate::Tenant::label)).

/// No tenant's name takes more of a file's name than that, in bytes.
pub const LONGEST_VALUE: usize = 120;

/// The text, without what separates paths, what Windows forbids, and what hides or turns around the characters next to
/// it.
pub fn safe(text: &str) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
            || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if is_unsafe(c) { '_' } else { c }).collect()
}

/// At most that many bytes of a text, whole characters.
pub fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Two names that any file system might take for one have one folded form.
pub fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_file_system_takes_for_one_have_one_form() {
        let form = |name: &str| folded(&safe(cut(name, LONGEST_VALUE)));
        assert_eq!(form("Demo"), form("dEMO"));
        assert_eq!(form("a/b"), form("a:b"));
        assert_eq!(form("Straße"), form("STRASSE"));
        assert_ne!(form("demo"), form("demo2"));
        assert_eq!(form(&"x".repeat(121)), form(&"x".repeat(120)));
    }
}
