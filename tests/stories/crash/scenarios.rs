//! What is under way when the program dies, and which places it comes by on its way.

use super::{ADJUST, BILL, VOID};

/// A command that is killed.
pub struct Scenario {
    pub name: &'static str,
    /// What ran before: commands, each with the faults of its backend.
    pub before: &'static [(&'static str, &'static str)],
    /// What is a bound for statements all the while.
    pub limits: &'static str,
    /// Whether late samples arrive before the command.
    pub late: bool,
    /// The faults of the backend from now on.
    pub faults: &'static str,
    /// The command.
    pub command: &'static str,
    /// By which places it comes, one after the other: before each and after each it is killed. (Not those
    /// that another scenario comes by in just the same way.)
    pub comes_by: &'static [&'static str],
    /// What is run when the command was run again.
    pub then: &'static [&'static str],
    /// What is there in the end, wherever it was killed.
    pub ends: &'static [&'static str],
}

const PLAIN: Scenario = Scenario {
    name: "a bill",
    before: &[],
    limits: "{}",
    late: false,
    faults: "",
    command: BILL,
    comes_by: &[
        "taking a tenant",
        "storing invoice",
        "pending>sending",
        "send",
        "sending>committed",
        "leaving a tenant",
    ],
    then: &[],
    ends: &["invoice committed"],
};

const REFUSED: &str = "{at: commit, does: refuse, first: 1}";
const DIED_BEFORE: &str = "{at: commit, does: kill, first: 1}";
const DIED_AFTER: &str = "{at: committed, does: kill, first: 1}";
const SILENT_BEFORE: &str = "{at: commit, does: time_out, first: 1}";
const SILENT_AFTER: &str = "{at: committed, does: time_out, first: 1}";

const TAKEN_BACK: Scenario = Scenario {
    name: "a statement that the backend has is taken back",
    before: &[(BILL, "")],
    command: VOID,
    comes_by: &["storing credit", "pending>sending", "send", "sending>committed", "voiding>void"],
    ends: &["invoice void", "credit committed", "invoice committed"],
    ..PLAIN
};

/// All of them.
pub const SCENARIOS: &[Scenario] = &[
    PLAIN,
    Scenario {
        name: "a bill whose document the backend refuses at first",
        faults: REFUSED,
        comes_by: &["send", "sending>pending"],
        ..PLAIN
    },
    Scenario {
        name: "a bill to a backend that makes the document and says nothing",
        faults: SILENT_AFTER,
        comes_by: &["send", "sending>in_doubt", "find", "in_doubt>committed"],
        ..PLAIN
    },
    Scenario {
        name: "a bill to a backend that makes no document and says nothing",
        faults: SILENT_BEFORE,
        comes_by: &["send", "sending>in_doubt", "find", "in_doubt>pending"],
        ..PLAIN
    },
    Scenario {
        name: "a bill that finishes what another one was sending when it died",
        before: &[(BILL, DIED_BEFORE)],
        comes_by: &["sending>in_doubt", "find", "in_doubt>pending", "pending>sending", "send", "sending>committed"],
        ..PLAIN
    },
    Scenario {
        name: "a bill that finishes what another one had sent when it died",
        before: &[(BILL, DIED_AFTER)],
        comes_by: &["taking a tenant", "sending>in_doubt", "find", "in_doubt>committed", "leaving a tenant"],
        ..PLAIN
    },
    Scenario {
        name: "an adjustment in the place of one that was taken back before it was sent",
        before: &[(BILL, ""), (ADJUST, REFUSED), ("statement void 2 --reason mistake", "")],
        late: true,
        command: ADJUST,
        comes_by: &["storing adjustment", "leaving a tenant"],
        ends: &["invoice committed", "adjustment void", "adjustment committed"],
        ..PLAIN
    },
    Scenario {
        name: "a bill beyond a bound",
        limits: "{total: 1}",
        comes_by: &["storing invoice"],
        then: &[BILL, "statement release 1"],
        ..PLAIN
    },
    Scenario {
        name: "a statement that is held is released",
        before: &[(BILL, "")],
        limits: "{total: 1}",
        command: "statement release 1",
        comes_by: &["held>pending"],
        ..PLAIN
    },
    Scenario {
        name: "a statement that is held is taken back",
        before: &[(BILL, "")],
        limits: "{total: 1}",
        command: VOID,
        comes_by: &["held>void"],
        then: &[BILL, "statement release 2"],
        ends: &["invoice void", "invoice committed"],
        ..PLAIN
    },
    Scenario {
        name: "a statement that was not sent yet is taken back",
        before: &[(BILL, REFUSED)],
        command: VOID,
        comes_by: &["pending>void"],
        ends: &["invoice void", "invoice committed"],
        ..PLAIN
    },
    TAKEN_BACK,
    Scenario {
        name: "a statement is taken back whose credit the backend refuses at first",
        faults: REFUSED,
        comes_by: &["send", "sending>pending"],
        ..TAKEN_BACK
    },
    Scenario {
        name: "a statement is taken back whose credit the backend makes and says nothing",
        faults: SILENT_AFTER,
        comes_by: &["sending>in_doubt", "find", "in_doubt>committed", "voiding>void"],
        ..TAKEN_BACK
    },
    Scenario {
        name: "a statement is taken back that the backend got from a program that died",
        before: &[(BILL, DIED_AFTER)],
        comes_by: &[
            "sending>in_doubt",
            "find",
            "in_doubt>committed",
            "storing credit",
            "pending>sending",
            "voiding>void",
        ],
        ..TAKEN_BACK
    },
    Scenario {
        name: "a statement is taken back that the backend never got from a program that died",
        before: &[(BILL, DIED_BEFORE)],
        command: VOID,
        comes_by: &["sending>in_doubt", "find", "in_doubt>pending", "pending>void"],
        ends: &["invoice void", "invoice committed"],
        ..PLAIN
    },
    Scenario {
        name: "a bill that finishes a credit, and bills its period anew",
        before: &[(BILL, ""), (VOID, DIED_BEFORE)],
        command: BILL,
        comes_by: &[
            "sending>in_doubt",
            "find",
            "in_doubt>pending",
            "pending>sending",
            "send",
            "sending>committed",
            "voiding>void",
            "storing invoice",
        ],
        ..TAKEN_BACK
    },
    Scenario {
        name: "a bill that finishes a credit that the backend has, and bills its period anew",
        before: &[(BILL, ""), (VOID, DIED_AFTER)],
        command: BILL,
        comes_by: &[
            "sending>in_doubt",
            "in_doubt>committed",
            "voiding>void",
            "storing invoice",
            "pending>sending",
            "send",
            "sending>committed",
        ],
        ..TAKEN_BACK
    },
    Scenario {
        name: "a bill that sends a credit anew, and then the invoice for its period",
        before: &[(BILL, ""), (VOID, REFUSED)],
        command: BILL,
        comes_by: &["pending>sending#2", "send#2", "sending>committed#2", "leaving a tenant"],
        ..TAKEN_BACK
    },
    Scenario {
        name: "an adjustment",
        before: &[(BILL, "")],
        late: true,
        command: ADJUST,
        comes_by: &["storing adjustment", "pending>sending", "send", "sending>committed"],
        ends: &["invoice committed", "adjustment committed"],
        ..PLAIN
    },
    Scenario {
        name: "an adjustment to a backend that makes the document and says nothing",
        before: &[(BILL, "")],
        late: true,
        faults: SILENT_AFTER,
        command: ADJUST,
        comes_by: &["sending>in_doubt", "find", "in_doubt>committed"],
        ends: &["invoice committed", "adjustment committed"],
        ..PLAIN
    },
    Scenario {
        name: "an adjustment that finishes what another one was sending when it died",
        before: &[(BILL, ""), (ADJUST, DIED_BEFORE)],
        late: true,
        command: ADJUST,
        comes_by: &["sending>in_doubt", "in_doubt>pending", "pending>sending", "sending>committed"],
        ends: &["invoice committed", "adjustment committed"],
        ..PLAIN
    },
    Scenario {
        name: "an adjustment that is held is released",
        before: &[(BILL, ""), (ADJUST, "")],
        limits: "{change: 1%}",
        late: true,
        command: "statement release 2",
        comes_by: &["held>pending"],
        ends: &["invoice committed", "adjustment committed"],
        ..PLAIN
    },
    Scenario {
        name: "an adjustment is taken back",
        before: &[(BILL, ""), (ADJUST, "")],
        late: true,
        command: "statement void 2 --reason mistake",
        comes_by: &["storing credit", "pending>sending", "send", "sending>committed", "voiding>void"],
        ends: &["invoice committed", "adjustment void", "credit committed", "adjustment committed"],
        ..PLAIN
    },
    Scenario {
        name: "an adjustment that is held is taken back",
        before: &[(BILL, ""), (ADJUST, "")],
        limits: "{change: 1%}",
        late: true,
        command: "statement void 2 --reason mistake",
        comes_by: &["held>void"],
        then: &[ADJUST, "statement release 3"],
        ends: &["invoice committed", "adjustment void", "adjustment committed"],
        ..PLAIN
    },
];
