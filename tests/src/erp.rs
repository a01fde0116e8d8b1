//! The backend that misbehaves as it is told (`test.misbehaving:Erp`), seen from a story.

use std::fs;

use crate::{Cloud, plugin};

/// The ERP of a cloud.
pub struct Erp<'c>(&'c Cloud);

impl<'c> Erp<'c> {
    /// Has the cloud bill through the ERP. `faults` is the YAML of its list of faults.
    pub fn of(cloud: &'c Cloud, faults: &str) -> Erp<'c> {
        plugin("test_misbehaving");
        cloud.set("main", "{invoice:object: test.misbehaving:Erp}");
        Erp(cloud).with(faults, 0)
    }

    /// The same ERP with other faults.
    pub fn with(self, faults: &str, longest_delay_s: u64) -> Self {
        let settings = format!("{{directory: erp, longest_delay_s: {longest_delay_s}, faults: [{faults}]}}");
        self.0.set("invoice:config", &settings);
        // Counts belong to faults by their place in the list.
        let _ = fs::remove_dir_all(self.0.path("erp/counts"));
        self
    }

    /// The ERP that a cloud bills through already.
    pub fn there(cloud: &'c Cloud) -> Erp<'c> {
        Erp(cloud)
    }

    /// The keys of its documents.
    pub fn documents(&self) -> Vec<String> {
        self.0.files("erp/documents")
    }

    /// How often it was called so.
    pub fn calls(&self, name: &str) -> usize {
        let calls = fs::read_to_string(self.0.path("erp/calls")).unwrap_or_default();
        calls.lines().filter(|line| line.split(' ').next() == Some(name)).count()
    }

    /// Every statement is committed, under its own key, and there is one document for each.
    #[track_caller]
    pub fn has_each_statement_once(&self, statements: usize) {
        let listed = self.0.statements();
        let mut keys: Vec<String> =
            listed.iter().map(|statement| statement["id"].as_str().unwrap().to_owned()).collect();
        keys.sort();
        assert_eq!(listed.len(), statements, "{listed:#?}");
        assert!(listed.iter().all(|statement| statement["status"] == "committed"), "{listed:#?}");
        assert_eq!(self.documents(), keys);
        assert_eq!(self.calls("made"), statements);
    }
}
