//! Whatever metadata says, and however it is written, it is read as a tree would be.

use proptest::prelude::*;

use super::*;

/// Metadata as a tree.
#[derive(Debug, Clone)]
enum Node {
    Object(Vec<(String, Node)>),
    List(Vec<Node>),
    Text(String),
    /// A number, `true`, `false` or `null`.
    Plain(&'static str),
}

/// How JSON is written: where white space stands, and which characters are escaped.
struct Style {
    seed: u64,
    space: bool,
}

impl Style {
    fn chance(&mut self, one_in: u64) -> bool {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33).is_multiple_of(one_in)
    }

    fn space(&mut self, out: &mut String) {
        for white in [" ", "\n", "\t\r"] {
            if self.chance(4) && self.space {
                out.push_str(white);
            }
        }
    }

    fn text(&mut self, text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            match letter {
                _ if self.chance(6) => {
                    let mut units = [0; 2];
                    letter.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
                }
                '"' | '\\' => out.extend(['\\', letter]),
                '\n' => out.push_str("\\n"),
                _ if u32::from(letter) < 32 => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
                _ => out.push(letter),
            }
        }
        out.push('"');
    }

    fn node(&mut self, node: &Node, out: &mut String) {
        let separated = |style: &mut Style, index: usize, out: &mut String| {
            if index > 0 {
                out.push(',');
            }
            style.space(out);
        };
        self.space(out);
        match node {
            Node::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    separated(self, index, out);
                    self.text(key, out);
                    self.space(out);
                    out.push(':');
                    self.node(value, out);
                }
                self.space(out);
                out.push('}');
            }
            Node::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separated(self, index, out);
                    self.node(item, out);
                }
                self.space(out);
                out.push(']');
            }
            Node::Text(text) => self.text(text, out),
            Node::Plain(text) => out.push_str(text),
        }
        self.space(out);
    }
}

/// Keys and values in the order of the text, missing ones left out. A list is as its text is, so what
/// it says is told by serde_json, in which lists are compared.
fn flatten(prefix: &str, members: &[(String, Node)], out: &mut Vec<(String, String)>) {
    for (key, value) in members {
        let key = format!("{prefix}{key}");
        let text = match value {
            Node::Object(members) => {
                flatten(&format!("{key}."), members, out);
                continue;
            }
            Node::List(items) if items.is_empty() => continue,
            Node::List(_) => {
                let mut text = String::new();
                Style { seed: 0, space: false }.node(value, &mut text);
                canonical(&text)
            }
            Node::Text(text) => text.clone(),
            Node::Plain("null") => continue,
            Node::Plain(text) => (*text).to_owned(),
        };
        if !text.is_empty() && text != "None" && !out.iter().any(|(known, _)| *known == key) {
            out.push((key, text));
        }
    }
}

fn canonical(list: &str) -> String {
    serde_json::from_str::<serde_json::Value>(list).unwrap().to_string()
}

fn nodes() -> impl Strategy<Value = Vec<(String, Node)>> {
    let key = || prop_oneof![4 => "[abn]{0,2}", 1 => "[a.]{1,4}", 1 => "\\PC{0,12}", 1 => "a{60,70}", 1 => "[\"\\\\\n{}]{1,9}"];
    let leaf = prop_oneof![
        "\\PC{0,20}".prop_map(Node::Text),
        "[\"\\\\\u{1}ä€😀,:{}\\[\\]]{0,20}".prop_map(Node::Text),
        prop_oneof![Just("None"), Just(""), Just("[]")].prop_map(|text| Node::Text(text.to_owned())),
        prop_oneof![Just("1.50"), Just("-2e3"), Just("true"), Just("false"), Just("null")].prop_map(Node::Plain),
    ];
    let tree = leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec((key(), inner.clone()), 0..6).prop_map(Node::Object),
            proptest::collection::vec(inner, 0..4).prop_map(Node::List),
        ]
    });
    proptest::collection::vec((key(), tree), 0..10)
}

proptest! {
    #[test]
    fn metadata_is_read_as_a_tree(members in nodes(), seed in any::<u64>(), more in proptest::collection::vec("[abn.]{0,4}", 0..4)) {
        let mut text = String::new();
        Style { seed, space: true }.node(&Node::Object(members.clone()), &mut text);
        let text = raw(&text);
        let mut flat = Vec::new();
        flatten("", &members, &mut flat);

        let same = |key: &str, value: &str, expected: &str| {
            value == expected || (value.starts_with('[') && canonical(value) == *expected) || panic!("{key}: {value} is not {expected}")
        };
        let keys: KeySet = flat.iter().map(|(key, _)| key.clone()).step_by(2).chain(more.clone()).collect();
        let read = read_metadata(Some(text), &keys).unwrap();
        let read: Vec<(&str, &str)> = read.pairs().collect();
        prop_assert!(read.is_sorted_by(|a, b| a.0 < b.0));
        let wanted = |key: &str| flat.iter().step_by(2).any(|(known, _)| known == key) || more.iter().any(|more| more == key);
        prop_assert_eq!(read.len(), flat.iter().filter(|(key, _)| wanted(key)).count());
        for (key, value) in &read {
            let (_, expected) = flat.iter().find(|(known, _)| known == key).unwrap();
            same(key, value, expected);
        }

        // All of it, where no key or value makes lines that look like others.
        let lines = metadata_lines(Some(text)).unwrap();
        if !flat.iter().any(|(key, value)| value.starts_with('[') || key.contains('\n') || value.contains('\n')) {
            let mut expected: Vec<String> = flat.iter().map(|(key, value)| format!("{key}={value}")).collect();
            expected.sort();
            prop_assert_eq!(&*lines, expected.join("\n"));
        }
    }
}
