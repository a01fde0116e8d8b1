//! XML-RPC, as it is written.

use artifice_model::Decimal;

use super::value::Value;

/// A call: the method's name and its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub method: String,
    pub params: Vec<Value>,
}

/// What a call is answered: a value, or a fault's code and text.
pub type Answer = Result<Value, (Value, String)>;

/// An answer as Python's `xmlrpc.client` writes it.
pub fn write_answer(answer: &Answer) -> String {
    let mut text = String::from("<?xml version='1.0'?>\n<methodResponse>\n");
    match answer {
        Ok(value) => {
            text += "<params>\n<param>\n";
            write(value, &mut text);
            text += "</param>\n</params>\n";
        }
        Err((code, says)) => {
            let fault = super::value::record([("faultCode", code.clone()), ("faultString", says.as_str().into())]);
            text += "<fault>\n";
            write(&Value::Struct(fault), &mut text);
            text += "</fault>\n";
        }
    }
    text + "</methodResponse>\n"
}

fn write(value: &Value, text: &mut String) {
    *text += "<value>";
    match value {
        Value::Nil => *text += "<nil/>",
        Value::Bool(bool) => *text += &format!("<boolean>{}</boolean>", i32::from(*bool)),
        Value::Int(int) => *text += &format!("<int>{int}</int>"),
        Value::Number(number) => *text += &format!("<double>{}</double>", float(*number)),
        Value::Text(string) => *text += &format!("<string>{}</string>", escaped(string)),
        Value::List(list) => {
            *text += "<array><data>\n";
            list.iter().for_each(|value| write(value, text));
            *text += "</data></array>";
        }
        Value::Struct(members) => {
            *text += "<struct>\n";
            for (name, value) in members {
                *text += &format!("<member>\n<name>{}</name>\n", escaped(name));
                write(value, text);
                *text += "</member>\n";
            }
            *text += "</struct>";
        }
        Value::Other(kind, content) => *text += &format!("<{kind}>{}</{kind}>", escaped(content)),
    }
    *text += "</value>\n";
}

/// As Python writes a float: with a point, and with an exponent where it is very small.
fn float(number: Decimal) -> String {
    let digits = number.mantissa().unsigned_abs().to_string();
    let places = usize::from(number.scale());
    if places >= digits.len() + 4 {
        let sign = if number.is_negative() { "-" } else { "" };
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e-{:02}", places + 1 - digits.len());
    }
    number.to_fixed(1)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::parse::{read_answer, read_call};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let list: Value = vec![
            Value::Int(-3),
            Value::Bool(true),
            Value::Nil,
            Value::Number("0.00012".parse().unwrap()),
            Value::Number("0.0000000012".parse().unwrap()),
            Value::Number("7".parse().unwrap()),
            " Söhne & <b>漢字 😀</b> ".into(),
            "".into(),
            Value::List(Vec::new()),
        ]
        .into();
        let answer = Ok(Value::Struct([("a & b".to_owned(), list)].into()));
        let text = write_answer(&answer);
        assert_eq!(read_answer(&text).unwrap(), answer);
        assert!(text.contains("<double>1.2e-09</double>") && text.contains("<double>7.0</double>"), "{text}");
        let fault = Err((Value::Int(2), "no & never".to_owned()));
        assert_eq!(read_answer(&write_answer(&fault)).unwrap(), fault);
    }

    #[test]
    fn what_is_no_call_is_refused() {
        for text in ["", "<methodCall>", "<html></html>", "<methodCall><methodName>x</methodName><params><broken>"] {
            assert!(read_call(text).is_err(), "{text}");
        }
        let empty =
            read_call("<?xml version=\"1.0\"?><methodCall><methodName>x</methodName><params></params></methodCall>");
        assert_eq!(empty.unwrap(), Call { method: "x".to_owned(), params: Vec::new() });
    }
}
