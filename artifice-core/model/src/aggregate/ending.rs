//! What a sample says of its resource's beginning and end.

use super::entry::{EVENT_TYPE, Entry};
use crate::sample::Metadata;

/// What a sample says of its resource's beginning and end (semantics 3, "Gone").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ending {
    /// It is no more.
    pub is_gone: bool,
    /// It is on its way out: it counts 0, and may still be there later.
    pub is_leaving: bool,
    /// It is created, or comes back.
    pub begins: bool,
}

/// The state of what is gone, whatever the entry says.
const DELETED: &str = "deleted";
const DELETING: &str = "deleting";

impl Ending {
    /// What an entry finds in a sample.
    pub fn of(entry: &Entry, metadata: &Metadata) -> Self {
        let event = metadata.get(EVENT_TYPE).unwrap_or_default();
        let state = entry.state.fill(metadata).map(|state| state.to_lowercase()).unwrap_or_default();
        let is_gone = says_gone(event) || state == DELETED || entry.gone.contains(&state);
        let begins = event.contains(".create") || event.contains(".restore");
        Ending { is_gone, is_leaving: state == DELETING, begins: begins && !is_gone }
    }

    /// Whether the resource is gone then, where it was `gone` before and would stay so.
    pub fn leaves_gone(self, gone: bool) -> bool {
        self.is_gone || (gone && !self.begins)
    }
}

/// Whether an event is a deletion that has happened. Glance says `image.delete`; what ends with a transfer's deletion
/// is the transfer.
fn says_gone(event: &str) -> bool {
    (event.ends_with(".delete.end") || event.ends_with(".delete")) && !event.ends_with(".transfer.delete.end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Aggregate;

    fn ending(metadata: &[(&str, &str)]) -> [bool; 3] {
        let entry = Entry { gone: vec!["shelved".to_owned()], ..Entry::new("m", "S", Aggregate::Integral) };
        let Ending { is_gone, is_leaving, begins } = Ending::of(&entry, &metadata.iter().copied().collect());
        [is_gone, is_leaving, begins]
    }

    const GONE: [bool; 3] = [true, false, false];
    const LEAVING: [bool; 3] = [false, true, false];
    const BEGINS: [bool; 3] = [false, false, true];
    const SILENT: [bool; 3] = [false; 3];

    #[test]
    fn a_deletion_is_told_by_its_event_or_its_state() {
        // semantics 3, "Gone".
        for event in ["volume.delete.end", "image.delete", "compute.instance.delete.end"] {
            assert_eq!(ending(&[("event_type", event)]), GONE, "{event}");
        }
        for event in ["volume.transfer.delete.end", "volume.delete.start", "volume.deleted", "delete"] {
            assert_eq!(ending(&[("event_type", event)]), SILENT, "{event}");
        }
        for state in ["deleted", "DELETED", "Shelved"] {
            assert_eq!(ending(&[("status", state)]), GONE, "{state}");
        }
        assert_eq!(ending(&[("state", "active"), ("status", "deleted")]), SILENT);
        assert_eq!(ending(&[("status", "Deleting")]), LEAVING);
        assert_eq!(ending(&[("status", "deleting"), ("event_type", "volume.delete.end")]), [true, true, false]);
    }

    #[test]
    fn what_is_created_or_restored_is_there_again() {
        for event in ["volume.create.end", "compute.instance.create.start", "compute.instance.soft_delete.restore.end"]
        {
            assert_eq!(ending(&[("event_type", event)]), BEGINS, "{event}");
        }
        // Who says both is gone.
        assert_eq!(ending(&[("event_type", "volume.create.end"), ("status", "deleted")]), GONE);
        assert_eq!(ending(&[("event_type", "volume.create.end"), ("status", "deleting")]), [false, true, true]);
    }
}
