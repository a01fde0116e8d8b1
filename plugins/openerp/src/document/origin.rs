//! What a document's origin says: of which statement it is, and whether it is complete.

/// What an origin ends with until a document that stays a draft is complete and checked.
const INCOMPLETE: &str = " incomplete";

/// Number, digest and the ledger's id, if it has one, as the document's origin has them.
pub fn origin(number: u64, digest: &str, ledger_id: &str) -> String {
    match ledger_id {
        "" => format!("artifice {number} {digest}"),
        id => format!("artifice {number} {digest} {id}"),
    }
}

/// The same, for a draft that is not complete yet.
pub fn incomplete(origin: &str) -> String {
    format!("{origin}{INCOMPLETE}")
}

/// What an origin says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'o> {
    /// The statement's digest.
    pub digest: &'o str,
    /// The id of its ledger; empty if that had none.
    pub ledger_id: &'o str,
    /// Whether the document is complete.
    pub complete: bool,
}

/// What an origin says, if it is one of ours.
pub fn read_origin(origin: &str) -> Option<Origin<'_>> {
    let (_, rest) = origin.strip_prefix("artifice ")?.split_once(' ')?;
    let (rest, complete) = rest.strip_suffix(INCOMPLETE).map_or((rest, true), |rest| (rest, false));
    let (digest, ledger_id) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(Origin { digest, ledger_id, complete })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_says_which_content_it_is_and_whether_it_is_complete() {
        let whole = origin(42, "d1", "");
        let read = Origin { digest: "d1", ledger_id: "", complete: true };
        assert_eq!((whole.as_str(), read_origin(&whole)), ("artifice 42 d1", Some(read)));
        assert_eq!(read_origin(&incomplete(&whole)), Some(Origin { complete: false, ..read }));
        let told = origin(42, "d1", "l-1");
        let read = Origin { ledger_id: "l-1", ..read };
        assert_eq!(read_origin(&told), Some(read));
        assert_eq!(read_origin(&incomplete(&told)), Some(Origin { complete: false, ..read }));
        assert_eq!(read_origin("SO042"), None);
        assert_eq!(read_origin("artifice 42"), None);
    }
}
