//! INVOICES.md: its example is the tested one, and works.

use std::fs;

use artifice_tests::{Cloud, Vm, plugin, workspace};

fn text(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap()
}

/// The first block of code in that language.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let (_, after) = text.split_once(&format!("\n```{language}\n")).unwrap();
    &after[..after.find("```\n").unwrap()]
}

#[test]
fn the_guide_shows_the_example_as_it_is() {
    let guide = text("INVOICES.md");
    assert_eq!(block(&guide, "rust"), text("tests/backends/guide/src/lib.rs"));

    let lines = |toml: &str| -> Vec<String> {
        let library = toml.lines().skip_while(|line| *line != "[lib]").take(3);
        library.map(|line| line.split('#').next().unwrap().trim().to_owned()).collect()
    };
    assert_eq!(lines(block(&guide, "toml")), lines(&text("tests/backends/guide/Cargo.toml")));
}

#[test]
fn the_guide_explains_messages_that_there_are() {
    let sources = [
        "plugin-host/src/error.rs",
        "plugin-host/src/file.rs",
        "plugin-host/src/elf.rs",
        "plugin-host/src/elf/header.rs",
        "plugin-host/src/checked.rs",
        "plugin-api/src/guard.rs",
    ];
    let sources: String = sources.map(text).concat();
    let guide = text("INVOICES.md");
    let (_, table) = guide.split_once("\n| message | cause and cure |\n").unwrap();
    let messages: Vec<&str> = table.lines().skip(1).filter_map(|row| row.split('`').nth(1)).collect();
    assert!(messages.len() > 15, "{messages:?}");
    for message in messages {
        for part in message.trim_start_matches("FILE: ").split('…') {
            let part = part.trim_matches(|c: char| c.is_whitespace() || "':;,".contains(c));
            assert!(sources.contains(part), "'{part}' of '{message}' is no message");
        }
    }
}

fn cloud() -> Cloud {
    plugin("acme_letters");
    let cloud = Cloud::new();
    cloud.set("main", "{invoice:object: acme.letters:Markdown}").set("invoice:config", "{directory: letters}");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud
}

#[test]
fn the_guides_example_bills() {
    let cloud = cloud();
    fs::create_dir(cloud.path("letters")).unwrap();
    cloud.run("config check --online").done();

    let bill = cloud.bill("--month 2013-08").done().bill_of("demo");

    assert_eq!(cloud.files("letters"), [format!("{}.md", bill.id())]);
    let letter = fs::read_to_string(bill.receipt()).unwrap();
    let (_, text) = letter.split_once('\n').unwrap();
    assert_eq!(
        text,
        "Dear customer demo,\n\nthis is statement 1.\n\n## Compute\n\n- m1.nano: 24 hour, 1.20 NZD\n\n**In all: 1.20 NZD**\n"
    );
    fs::remove_file(bill.receipt()).unwrap();
    let again = cloud.run("statement regenerate 1").done();
    assert_eq!((again.out.trim_end(), fs::read_to_string(bill.receipt()).unwrap()), (bill.receipt(), letter));
}

#[test]
fn the_guides_example_answers_errors_of_the_right_kind() {
    let cloud = cloud();
    cloud.run("config check --online").failed().says("not a directory; create it");
    cloud.bill("--month 2013-08").failed().says("check the directory and the rights on it");
    assert_eq!(cloud.statuses(), ["pending"]);

    let letter = format!("letters/{}.md", cloud.statements()[0]["id"].as_str().unwrap());
    cloud.write(&letter, "somebody else's\n");
    cloud.bill("--month 2013-08").failed().says("the letter of another statement; move it away");
    assert_eq!((cloud.statuses(), cloud.read(&letter)), (vec!["pending".to_owned()], "somebody else's\n".to_owned()));

    fs::remove_file(cloud.path(&letter)).unwrap();
    cloud.bill("--month 2013-08").done();
    assert_eq!(cloud.files("letters").len(), 1);
    for (config, says) in
        [("{}", "directory"), ("{directory: ''}", "it is empty"), ("{directory: x, greting: y}", "greting")]
    {
        cloud.set("invoice:config", config);
        cloud.run("config check").refused().says_one_line().says(says);
    }
}
