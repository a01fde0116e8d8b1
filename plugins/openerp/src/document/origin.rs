//! What a document's origin says: of which statement it is, and whether it is complete.

/// What an origin ends with until a document that stays a draft is complete and checked.
const INCOMPLETE: &str = " incomplete";

/// Number and digest, as the document's origin has them.
pub fn origin(number: u64, digest: &str) -> String {
    format!("artifice {number} {digest}")
}

/// The same, for a draft that is not complete yet.
pub fn incomplete(origin: &str) -> String {
    format!("{origin}{INCOMPLETE}")
}

/// The digest in an origin, and whether the document is complete.
pub fn read_origin(origin: &str) -> Option<(&str, bool)> {
    let (_, rest) = origin.strip_prefix("artifice ")?.split_once(' ')?;
    match rest.strip_suffix(INCOMPLETE) {
        Some(digest) => Some((digest, false)),
        None => Some((rest, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_says_which_content_it_is_and_whether_it_is_complete() {
        let whole = origin(42, "d1");
        assert_eq!(read_origin(&whole), Some(("d1", true)));
        assert_eq!(read_origin(&incomplete(&whole)), Some(("d1", false)));
        assert_eq!(read_origin("SO042"), None);
        assert_eq!(read_origin("artifice 42"), None);
    }
}
