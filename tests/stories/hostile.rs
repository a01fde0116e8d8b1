//! Whatever tenants, servers and backends write: where a person reads it, it is one harmless line, and not endless.

mod names;
mod servers;

use artifice_tests::Ran;

/// What begins a line that somebody forged.
const FORGED: &str = "FORGED";

/// A text with everything that does harm in it, and a line of its own.
fn signs() -> String {
    let controls = "\u{1b}[31m\u{1b}]0;t\u{7}\r\u{8}\t\u{7f}\u{85}\u{9b}1m";
    let turning = "\u{202a}\u{202b}\u{202d}\u{202e}\u{202c}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}";
    let unseen = "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{34f}\u{fe0f}\u{e0001}\u{e0041}\u{e007f}";
    format!("vm{controls}{turning}{unseen}\n{FORGED}: free of charge\r\n{FORGED}\u{2028}{FORGED}\u{2029}{FORGED}")
}

/// A text that does not end, and one that fills a terminal's line with blanks.
fn long() -> String {
    format!("{}{}{FORGED}: paid", "L".repeat(20_000), " ".repeat(500))
}

/// Whether a character has no business on a terminal.
fn is_hostile(c: char) -> bool {
    // Unicode's "Cc", "Bidi_Control", "Default_Ignorable_Code_Point", and the two separators of lines: not the list that
    // the product has, but what a list must have.
    c != '\n' && c.is_control()
        || ('\u{200b}'..='\u{200f}').contains(&c)
        || ('\u{2028}'..='\u{202e}').contains(&c)
        || ('\u{2060}'..='\u{206f}').contains(&c)
        || ('\u{e0000}'..='\u{e0fff}').contains(&c)
        || ('\u{fe00}'..='\u{fe0f}').contains(&c)
        || "\u{ad}\u{34f}\u{61c}\u{feff}\u{115f}\u{3164}".contains(c)
}

/// The longest line of a table: every column has a bound.
const LONGEST: usize = 6000;

/// Everything that is wrong with what a command said.
fn wrong(what: &str, ran: &Ran) -> Vec<String> {
    let mut found = Vec::new();
    let is_exact = |line: &str| ran.command.contains("json") && line.trim_start().starts_with(['{', '[', '"']);
    for (name, text) in [("standard output", &ran.out), ("standard error", &ran.err)] {
        if let Some(c) = text.chars().find(|c| is_hostile(*c)) {
            found.push(format!("{what}: {}: {c:?} is on {name}", ran.command));
        }
        for line in text.lines().filter(|line| !is_exact(line)) {
            // Programs read CSV, which is exact but for what does harm.
            let fills_a_line = line.contains(&format!("{}{FORGED}", " ".repeat(60))) && !ran.command.contains("csv");
            if line.starts_with(FORGED) || fills_a_line {
                found.push(format!("{what}: {}: a forged line is on {name}: {line}", ran.command));
            }
            let length = line.chars().count();
            if length > LONGEST && !ran.command.contains("csv") && !ran.command.contains("json") {
                found.push(format!("{what}: {}: a line of {length} characters is on {name}", ran.command));
            }
        }
    }
    if ran.signal.is_some() || ran.err.contains("panicked") {
        found.push(format!("{what}: {}: it died: {}", ran.command, ran.err));
    }
    found
}

/// Says how much was looked at; fails if anything was wrong.
#[track_caller]
fn told(what: &str, places: usize, commands: usize, found: &[String]) {
    println!("{what}: {places} places, {commands} commands each, on standard output and standard error");
    let some: Vec<&str> = found.iter().take(20).map(|text| &text[..text.floor_char_boundary(600)]).collect();
    assert!(found.is_empty(), "{} wrong:\n{}", found.len(), some.join("\n"));
}

#[test]
fn whoever_looks_for_harm_finds_it() {
    let said = |out: &str| Ran {
        command: "artifice usage".to_owned(),
        status: Some(0),
        signal: None,
        out: out.to_owned(),
        err: String::new(),
    };
    assert!(wrong("", &said("Tenant demo\n│ web │\n")).is_empty());
    for c in signs().chars().filter(|c| !c.is_ascii_graphic() && !matches!(c, ' ' | '\n')) {
        assert_eq!(wrong("", &said(&format!("a{c}b\n"))).len(), 1, "{c:?}");
    }
    assert_eq!(wrong("", &said(&format!("a\n{FORGED}\n"))).len(), 1);
    assert_eq!(wrong("", &said(&long())).len(), 2);
}
