//! File names: the template, and what makes any text safe to call a file.

use artifice_plugin_api::file_name::{LONGEST_VALUE, cut, safe};

use crate::nearest::nearest;

/// No name is longer than that, in bytes. File systems take 255; the rest is for what people add.
pub const LONGEST: usize = 200;
/// A longer "extension" is not one.
const LONGEST_EXTENSION: usize = 32;

const PLACEHOLDERS: [&str; 6] = ["tenant", "tenant_id", "number", "kind", "start", "end"];

/// What the placeholders stand for.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// `%(tenant)s`
    pub tenant: String,
    /// `%(tenant_id)s`
    pub tenant_id: String,
    /// `%(number)s`
    pub number: String,
    /// `%(kind)s`
    pub kind: String,
    /// `%(start)s`
    pub start: String,
    /// `%(end)s`
    pub end: String,
}

impl Values {
    fn get(&self, placeholder: &str) -> &str {
        match placeholder {
            "tenant" => &self.tenant,
            "tenant_id" => &self.tenant_id,
            "number" => &self.number,
            "kind" => &self.kind,
            "start" => &self.start,
            _ => &self.end,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(&'static str),
}

/// `output_file`, understood.
#[derive(Debug, Clone)]
pub struct Template(Vec<Part>);

impl Template {
    /// Reads a template; answers everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Template, Vec<String>> {
        let (mut parts, mut wrong, mut literal) = (Vec::new(), Vec::new(), String::new());
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            literal.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                literal.push('%');
                rest = after;
                continue;
            }
            let inner = rest.strip_prefix('(').and_then(|inner| inner.split_once(")s"));
            let Some((word, after)) = inner else {
                let valid = PLACEHOLDERS.map(|word| format!("%({word})s")).join(", ");
                wrong.push(format!(
                    "output_file: '%{rest}' begins no placeholder; it takes {valid}, and %% for a percent sign"
                ));
                break;
            };
            match PLACEHOLDERS.iter().find(|known| **known == word) {
                Some(known) => {
                    if !literal.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut literal)));
                    }
                    parts.push(Part::Value(known));
                }
                None => wrong.push(format!(
                    "output_file: there is no placeholder '%({word})s'{}; it takes {}",
                    nearest(word, &PLACEHOLDERS),
                    PLACEHOLDERS.map(|word| format!("%({word})s")).join(", "),
                )),
            }
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        if parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains(['/', '\\']))) {
            wrong.push(format!(
                "output_file: '{text}' names a directory; it is a file's name, directories belong into output_path"
            ));
        }
        if text.trim().is_empty() {
            wrong.push("output_file: it is empty; leave it out for the default".to_owned());
        }
        if wrong.is_empty() { Ok(Template(parts)) } else { Err(wrong) }
    }

    /// The name for those values, safe: the base that [`FileName::nth`] numbers.
    pub fn fill(&self, values: &Values) -> FileName {
        let mut parts = self.0.as_slice();
        let mut extension = String::new();
        // Only what the template itself ends with is an extension: a tenant may be called `a.b`.
        let shortened = match parts {
            [before @ .., Part::Text(last)] => last.rfind('.').map(|dot| (before, last.split_at(dot))),
            _ => None,
        };
        let mut stem_end = String::new();
        if let Some((before, (end, tail))) = shortened {
            let tail = safe(tail);
            let tail = tail.trim_end_matches(['.', ' ']);
            if tail.len() > 1 && tail.len() <= LONGEST_EXTENSION {
                (parts, stem_end, extension) = (before, end.to_owned(), tail.to_owned());
            }
        }
        let mut stem: String = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Value(word) => cut(values.get(word), LONGEST_VALUE),
            })
            .collect();
        stem.push_str(&stem_end);
        FileName { stem: safe(&stem), extension }
    }
}

/// A safe file name that can be numbered.
#[derive(Debug, Clone)]
pub struct FileName {
    stem: String,
    extension: String,
}

impl FileName {
    /// The name of the nth document that would bear this name: the first bears it, later ones
    /// have `-2`, `-3`… before the extension.
    pub fn nth(&self, n: u64) -> String {
        let suffix = if n > 1 { format!("-{n}") } else { String::new() };
        let room = LONGEST - self.extension.len() - suffix.len() - 1;
        let edges = [' ', '.'];
        let stem = self.stem.trim_start_matches(edges);
        // The cut may bare a space or a dot, which Windows would drop silently at the end.
        let stem = cut(stem, room).trim_end_matches(edges);
        let stem = if stem.is_empty() { "statement" } else { stem };
        let guard = if is_device(stem) { "_" } else { "" };
        format!("{guard}{stem}{suffix}{}", self.extension)
    }
}

/// Whether Windows takes a file of that name for a device, whatever its extension.
fn is_device(stem: &str) -> bool {
    let word = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix| {
        let digit = word.strip_prefix(prefix).map(|rest: &str| rest.chars().collect::<Vec<_>>());
        matches!(digit.as_deref(), Some(['0'..='9' | '¹' | '²' | '³']))
    };
    matches!(word.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered("COM") || numbered("LPT")
}

/// Whether that can be a document's name: one plain component of a path, not hidden.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.starts_with('.') && safe(name) == name
}
