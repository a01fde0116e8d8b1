//! What commands answer, as one text that is kept and compared.

use std::path::Path;

use artifice_tests::Ran;
use serde_json::{Value, json};

use super::books::{Book, unpacked};

/// Stands before each command, and before what it ended with if that is not 0.
const PROMPT: &str = "$ artifice ";

/// Questions and answers, in order.
#[derive(Debug, Default)]
pub struct Said {
    answers: Vec<(String, String)>,
}

impl Said {
    /// What is kept in a file.
    pub fn kept(file: &Path) -> Said {
        let text = String::from_utf8(unpacked(file)).unwrap();
        let answer = |part: &str| {
            let (command, said) = part.split_once('\n').unwrap();
            (command.to_owned(), said.to_owned())
        };
        Said { answers: text.split(PROMPT).skip(1).map(answer).collect() }
    }

    pub fn text(&self) -> String {
        self.answers.iter().map(|(command, said)| format!("{PROMPT}{command}\n{said}")).collect()
    }

    /// Runs a command and remembers its output and its exit status.
    pub fn ask(&mut self, book: &Book, command: &str) -> Ran {
        let ran = book.cloud.run(command);
        assert!(ran.signal.is_none() && !ran.err.contains("panicked"), "{ran:#?}");
        self.says(&format!("{command} → {}", ran.status.unwrap()), &ran.out);
        ran
    }

    /// Remembers something else that is to be compared.
    pub fn says(&mut self, what: &str, said: &str) {
        let end = if said.is_empty() || said.ends_with('\n') { "" } else { "\n" };
        self.answers.push((what.to_owned(), format!("{said}{end}")));
    }

    /// Both say the same, question by question, but for what is called otherwise today.
    #[track_caller]
    pub fn is(&self, kept: &Said) {
        let kept: Vec<_> = kept.answers.iter().map(|(command, said)| (command, as_today(command, said))).collect();
        let said = self.answers.iter().map(|(command, said)| (command, as_today(command, said)));
        for (now, then) in said.zip(&kept) {
            assert_eq!(now.0, then.0);
            assert!(now.1 == then.1, "{}\nit said:\n{}\nnow it says:\n{}", now.0, then.1, now.1);
        }
        assert_eq!(self.answers.len(), kept.len());
    }
}

/// What was said, in today's words: a volume is called a quantity, and the columns of tables are as wide as that.
fn as_today(command: &str, said: &str) -> String {
    let is_table = !["--format json", "--format csv"].iter().any(|form| command.contains(form));
    let lines = said.lines().map(|line| {
        let line = line
            .replace("\"volume\":", "\"quantity\":")
            .replace("\"volumes\":", "\"quantities\":")
            .replace("\"volume_exact\":", "\"quantity_exact\":")
            .replace(",volume,", ",quantity,")
            .replace("  volume   ", "  quantity ")
            .replace("After 1 tries:", "After 1 try:")
            .replace("┆ Volume ", "┆ Quantity ");
        if !is_table {
            return line;
        }
        // A plain count has no unit any more.
        let line = line.replace(" per 1, ", ", ").replace("┆ 1 1 ", "┆ 1 ").replace("  quantity 1 1", "  quantity 1");
        let line = line.replace("  quantity -1 1", "  quantity -1");
        let line = line.replace(" per a started block of 100 × ", " for each started block of 100 ");
        if line.starts_with(['┌', '╞', '├', '└']) {
            "frame".to_owned()
        } else {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            // Of what was held and taken back, the list said why it was held.
            line.replace("┆ void ┆ its total of 133.55 NZD is beyond limits.total (60) │", "┆ void ┆ mistake │")
        }
    });
    let text = without_from(lines).join("\n");
    if !command.contains("--format json") {
        return text;
    }
    serde_json::from_str(&text).map_or(text, |mut value| {
        without_new(&mut value);
        with_service(&mut value);
        without_first_parts(&mut value);
        value.to_string()
    })
}

/// Without the column that tells rows of a price change apart.
fn without_from(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut from = None;
    let cut = |line: String| {
        let mut cells: Vec<&str> = line.split('┆').collect();
        if line.starts_with("│ Section ┆") {
            from = cells.iter().position(|cell| *cell == " From ");
        } else if !line.starts_with('│') && line != "frame" {
            from = None;
        }
        if let Some(place) = from.filter(|place| line.starts_with('│') && *place < cells.len()) {
            cells.remove(place);
        }
        cells.join("┆")
    };
    lines.map(cut).collect()
}

/// A row of a rates file that no name leads to is for the service of that internal name; it was not said.
fn with_service(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("service") == Some(&Value::Null) {
                fields.insert("service".to_owned(), fields["name"].clone());
            }
            fields.values_mut().for_each(with_service);
        }
        Value::Array(values) => values.iter_mut().for_each(with_service),
        _ => {}
    }
}

/// Without the time of what a price change cuts off at its end: it was only said of what begins there.
fn without_first_parts(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Array(lines)) = fields.get_mut("lines") {
                let what = |line: &Value| json!([line["section"], line["service"], line["resource_id"]]);
                let begins: Vec<Value> =
                    lines.iter().map(|line| json!([what(line), line["period"]["start"]])).collect();
                for line in lines {
                    let next = json!([what(line), line["period"]["end"]]);
                    if line["period"].is_object() && begins.contains(&next) {
                        line.as_object_mut().unwrap().retain(|name, _| name != "period");
                    }
                }
            }
            fields.values_mut().for_each(without_first_parts);
        }
        Value::Array(values) => values.iter_mut().for_each(without_first_parts),
        _ => {}
    }
}

/// Without what is only said today, where it says nothing.
fn without_new(value: &mut Value) {
    const NEW: [&str; 7] = ["dips", "implausible", "flats", "cap", "days", "resources", "taken"];
    match value {
        Value::Object(fields) => {
            let says_nothing = |value: &Value| value.is_null() || *value == 0 || *value == json!([]);
            fields.retain(|name, value| !(NEW.contains(&name.as_str()) && says_nothing(value)));
            fields.values_mut().for_each(without_new);
        }
        Value::Array(values) => values.iter_mut().for_each(without_new),
        _ => {}
    }
}
