//! Texts with placeholders, as the configuration writes them: `%(name)s`.

/// Placeholders of a line's text.
pub const OF_A_LINE: [&str; 10] =
    ["name", "service", "location", "resource", "resource_id", "resource_name", "start", "end", "quantity", "rate"];

/// Placeholders of a document's note.
pub const OF_A_DOCUMENT: [&str; 8] = ["number", "key", "tenant", "tenant_id", "start", "end", "issued", "refers_to"];

/// A text with placeholders.
#[derive(Debug, Clone)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Placeholder(String),
}

impl Template {
    /// Reads a text; says what is wrong with it.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('%') {
            parts.push(Part::Text(before.to_owned()));
            if let Some(after) = after.strip_prefix('%') {
                parts.push(Part::Text("%".to_owned()));
                rest = after;
                continue;
            }
            let named = after.strip_prefix('(').and_then(|after| after.split_once(")s"));
            let Some((name, after)) = named else {
                return Err("a % begins a placeholder such as %(name)s; write %% for a percent sign".to_owned());
            };
            if !known.contains(&name) {
                return Err(format!("there is no placeholder %({name})s; there are {}", known.join(", ")));
            }
            parts.push(Part::Placeholder(name.to_owned()));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Template(parts))
    }

    /// The text, with what stands for the placeholders.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Placeholder(name) => value(name),
        };
        // A placeholder that stands for nothing must not leave a blank at the end.
        self.0.iter().map(part).collect::<String>().trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_percent_signs_kept() {
        let template = Template::parse("%(name)s: 100%% of %(rate)s", &OF_A_LINE).unwrap();
        assert_eq!(template.fill(|name| name.to_uppercase()), "NAME: 100% of RATE");
        assert_eq!(template.fill(|_| String::new()), ": 100% of");
    }

    #[test]
    fn what_is_no_placeholder_is_an_error_that_says_so() {
        for (text, says) in [("100 %", "%%"), ("%(nmae)s", "there is no placeholder %(nmae)s"), ("%(name)", "%(name)s")]
        {
            let error = Template::parse(text, &OF_A_LINE).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
