//! Writes a request.

use std::collections::BTreeMap;

use xmlrpc::Request;
pub use xmlrpc::Value;

/// The arguments of a call.
pub type Args = Vec<Value>;

/// A text, in a form that XML can carry: characters that it forbids become U+FFFD.
pub fn text(text: impl AsRef<str>) -> Value {
    let allowed = |letter: char| !letter.is_control() || matches!(letter, '\t' | '\n');
    let plain = |letter: char| match letter {
        '\r' => '\n',
        // The two that are no characters, and controls: Odoo's reader would refuse the whole request.
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        letter if allowed(letter) => letter,
        _ => '\u{fffd}',
    };
    Value::String(text.as_ref().chars().map(plain).collect())
}

/// A whole number. What does not fit 32 bits is written as `<i8>`, which every ERP in question reads.
pub fn int(number: i64) -> Value {
    i32::try_from(number).map_or(Value::Int64(number), Value::Int)
}

/// A list.
pub fn list(elements: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(elements.into_iter().collect())
}

/// A list of texts.
pub fn texts<'a>(elements: impl IntoIterator<Item = &'a str>) -> Value {
    list(elements.into_iter().map(text))
}

/// A record.
pub fn record<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let fields: BTreeMap<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Value::Struct(fields)
}

/// The XML of a call.
pub fn request(method: &str, args: Args) -> Vec<u8> {
    let mut request = Request::new(method);
    for arg in args {
        request = request.arg(arg);
    }
    let mut xml = Vec::new();
    // Nothing fails that is written into memory.
    let _ = request.write_as_xml(&mut xml);
    // The writer leaves `>` as it is, which XML forbids in a text after `]]`. No markup has these three.
    match String::from_utf8(xml) {
        Ok(xml) => xml.replace("]]>", "]]&gt;").into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: Value) -> String {
        String::from_utf8(request("m", vec![value])).unwrap()
    }

    #[test]
    fn a_request_carries_every_text() {
        let xml = written(text("a < b & c ]]> d\u{1}\r\n\u{ffff} Söhne"));
        assert!(xml.contains("a &lt; b &amp; c ]]&gt; d\u{fffd}\n\n\u{fffd} Söhne"), "{xml}");
        assert!(xml.contains("<methodName>m</methodName>"), "{xml}");
    }

    #[test]
    fn whole_numbers_of_any_size_are_written() {
        assert!(written(int(7)).contains("<i4>7</i4>"));
        assert!(written(int(5_000_000_000)).contains("<i8>5000000000</i8>"));
    }

    #[test]
    fn records_and_lists_nest() {
        let xml = written(record([("ids", list([int(1), text("x")]))]));
        let plain: String = xml.split_whitespace().collect();
        assert!(plain.contains("<name>ids</name>"), "{xml}");
        assert!(plain.contains("<data><value><i4>1</i4></value><value><string>x</string></value></data>"), "{xml}");
    }
}
