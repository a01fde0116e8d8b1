//! A canary in every place where a secret can stand, in every case of error: none is ever seen again.

mod checker;
mod database;
mod servers;
mod settings;
mod whole;

use artifice_tests::canary::{Canary, Watch};
use artifice_tests::{Cloud, Ran};

/// How a secret is written in a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Quoted,
    Odd,
    Digits,
    Tagged,
    Variable,
    Within,
    File,
}

impl Spelling {
    const ALL: [Spelling; 7] = [
        Spelling::Quoted,
        Spelling::Odd,
        Spelling::Digits,
        Spelling::Tagged,
        Spelling::Variable,
        Spelling::Within,
        Spelling::File,
    ];

    /// The canary of a place, as it is spelt so.
    fn canary(self, place: &str) -> Canary {
        let canary = Canary::at(format!("{place}, {self:?}"));
        match self {
            Spelling::Odd | Spelling::Variable | Spelling::File => canary.odd(),
            _ => canary,
        }
    }

    /// What the secret is.
    fn secret(self, canary: &Canary) -> String {
        if self == Spelling::Digits { canary.digits() } else { canary.text() }
    }

    /// A key with the secret, as YAML.
    fn key(self, cloud: &Cloud, key: &str, canary: &Canary) -> String {
        let quoted = self.secret(canary).replace('\'', "''");
        match self {
            Spelling::Quoted | Spelling::Odd => format!("{key}: '{quoted}'"),
            Spelling::Digits => format!("{key}: {quoted}"),
            Spelling::Tagged => format!("{key}: !!str {quoted}"),
            Spelling::Variable => format!("{key}: '${{CANARY}}'"),
            Spelling::Within => {
                let (begin, end) = quoted.split_at(4);
                assert_eq!(end, &canary.text()[4..]);
                format!("{key}: '{begin}${{CANARY}}'")
            }
            Spelling::File => {
                cloud.write("canary.secret", format!("{}\n", self.secret(canary)));
                format!("{key}_file: canary.secret")
            }
        }
    }

    /// Runs a command with what the environment has to say.
    fn run(self, cloud: &Cloud, arguments: &str, canary: &Canary) -> Ran {
        let mut command = cloud.command(arguments);
        match self {
            Spelling::Variable => command.env("CANARY", canary.text()),
            Spelling::Within => command.env("CANARY", &canary.text()[4..]),
            _ => &mut command,
        };
        Ran::of(&mut command)
    }
}

/// Watches for one canary.
fn watch(canary: &Canary) -> Watch {
    Watch::new([canary.clone()], &["canary.secret"])
}

/// Says what was looked at, and how much of it; fails if anything leaked.
#[track_caller]
fn told(what: &str, places: usize, cases: usize, outputs: &[&str], leaks: &[String]) {
    println!("{what}: {places} places, {cases} cases, each looked for in {}: {}", outputs.len(), outputs.join(", "));
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}
