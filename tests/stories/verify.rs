//! `artifice db verify`: what is wrong with a ledger is found, by the name of its rule.

mod backend;
mod guards;
mod healthy;
mod rules;

use artifice_tests::{Cloud, Ran, Vm};
use serde_json::Value;

/// A ledger with everything in it: 1 aroha's August, 2 what was adjusted of it, 3 bob's August, which is
/// void, 4 its credit, 5 aroha's September, 6 carol's August, which is held, 7 bob's August, billed anew.
pub fn rich() -> Cloud {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob"] {
        cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-05", 24));
    }
    cloud.meter(Vm::of("aroha", "vm-of-aroha").active("2013-09-05", 24));
    cloud.meter(Vm::of("carol", "vm-of-carol").active("2013-08-01", 24 * 20));
    cloud.set("limits", "{total: 10}");
    cloud.bill("-t aroha --month 2013-08").done();
    cloud.meter(Vm::of("aroha", "vm-of-aroha").active("2013-08-15", 24));
    cloud.bill("-t aroha --month 2013-08 --adjust").done();
    cloud.bill("-t bob --month 2013-08").done();
    cloud.run("statement void 3 --reason mistake").done();
    cloud.bill("-t aroha --month 2013-09").done();
    cloud.bill("-t carol --month 2013-08").failed().says("is held");
    cloud.bill("-t bob --month 2013-08").done();
    cloud
}

/// What a verification found.
pub struct Found(Value);

impl Found {
    #[track_caller]
    pub fn of(ran: &Ran) -> Found {
        Found(ran.json())
    }

    /// What `db verify` finds, which is said by its exit status.
    #[track_caller]
    pub fn by(cloud: &Cloud, arguments: &str) -> Found {
        let ran = cloud.run(&format!("db verify --format json {arguments}"));
        let found = Found::of(&ran);
        let expected = if found.all().is_empty() { 0 } else { 1 };
        assert_eq!(ran.status, Some(expected), "{ran:#?}");
        found
    }

    pub fn all(&self) -> &[Value] {
        self.0["findings"].as_array().unwrap()
    }

    /// The rules that are broken, each once.
    pub fn rules(&self) -> Vec<&str> {
        let mut rules: Vec<&str> = self.all().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// The findings of a rule.
    pub fn of_rule(&self, rule: &str) -> Vec<&Value> {
        self.all().iter().filter(|finding| finding["rule"] == rule).collect()
    }

    pub fn json(&self) -> &Value {
        &self.0
    }
}
