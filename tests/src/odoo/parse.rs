//! XML-RPC, as it is read: as much of XML as its calls and answers have.

use super::value::{Struct, Value};
use super::xml::{Answer, Call};

/// Reads a call; an error is what Python's parser would say.
pub fn read_call(text: &str) -> Result<Call, String> {
    let mut reader = Reader::new(text);
    reader.open("methodCall")?;
    let method = reader.element("methodName")?;
    let mut params = Vec::new();
    if reader.peek("params") {
        reader.open("params")?;
        while reader.peek("param") {
            reader.open("param")?;
            params.push(reader.value()?);
            reader.close("param")?;
        }
        reader.close("params")?;
    }
    reader.close("methodCall")?;
    Ok(Call { method, params })
}

/// Reads an answer.
pub fn read_answer(text: &str) -> Result<Answer, String> {
    let mut reader = Reader::new(text);
    reader.open("methodResponse")?;
    if reader.peek("fault") {
        reader.open("fault")?;
        let fault = reader.value()?;
        return Ok(Err((
            fault.get("faultCode").clone(),
            fault.get("faultString").text().unwrap_or_default().to_owned(),
        )));
    }
    reader.open("params")?;
    reader.open("param")?;
    Ok(Ok(reader.value()?))
}

/// Goes through a text, tag by tag.
struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Reader<'t> {
        let text = text.trim_start();
        let rest = match text.strip_prefix("<?xml") {
            Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest),
            None => text,
        };
        Reader { rest }
    }

    fn peek(&self, tag: &str) -> bool {
        self.rest
            .trim_start()
            .strip_prefix('<')
            .and_then(|rest| rest.strip_prefix(tag))
            .is_some_and(|rest| rest.starts_with(['>', '/', ' ']))
    }

    fn open(&mut self, tag: &str) -> Result<(), String> {
        self.token(&format!("<{tag}>"))
    }

    fn close(&mut self, tag: &str) -> Result<(), String> {
        self.token(&format!("</{tag}>"))
    }

    fn token(&mut self, token: &str) -> Result<(), String> {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            // An element that nobody closes.
            None if !rest.contains("</method") => Err("no element found".to_owned()),
            None => Err(format!("{token} is not at {:?}", rest.chars().take(40).collect::<String>())),
        }
    }

    /// The text of an element without children.
    fn element(&mut self, tag: &str) -> Result<String, String> {
        if self.rest.trim_start().starts_with(&format!("<{tag}/>")) {
            self.token(&format!("<{tag}/>"))?;
            return Ok(String::new());
        }
        self.open(tag)?;
        let (text, rest) = self.rest.split_once("</").ok_or("no element found")?;
        self.rest = rest.strip_prefix(tag).and_then(|rest| rest.strip_prefix('>')).ok_or("mismatched tag")?;
        unescaped(text)
    }

    fn value(&mut self) -> Result<Value, String> {
        if self.rest.trim_start().starts_with("<value/>") {
            self.token("<value/>")?;
            return Ok("".into());
        }
        self.open("value")?;
        // A value without a type is a text.
        if !self.rest.trim_start().starts_with('<') || self.peek("/value") {
            let (text, rest) = self.rest.split_once("</value>").ok_or("no element found")?;
            self.rest = rest;
            return Ok(unescaped(text)?.into());
        }
        if self.rest.trim_start().starts_with("</value>") {
            let (text, rest) = self.rest.split_once("</value>").ok_or("no element found")?;
            self.rest = rest;
            return Ok(text.into());
        }
        let value = self.typed()?;
        self.close("value")?;
        Ok(value)
    }

    fn typed(&mut self) -> Result<Value, String> {
        let rest = self.rest.trim_start();
        let tag: String = rest[1..].chars().take_while(|letter| !['>', '/', ' '].contains(letter)).collect();
        match tag.as_str() {
            "nil" => self.token("<nil/>").map(|()| Value::Nil),
            "boolean" => match self.element(&tag)?.trim() {
                "1" => Ok(Value::Bool(true)),
                "0" => Ok(Value::Bool(false)),
                other => Err(format!("{other:?} is no boolean")),
            },
            "int" | "i4" | "i8" => {
                let text = self.element(&tag)?;
                text.trim().parse().map(Value::Int).map_err(|error| format!("{text}: {error}"))
            }
            "double" => {
                let text = self.element(&tag)?;
                text.trim().parse().map(Value::Number).map_err(|error| format!("{text}: {error}"))
            }
            "string" => self.element(&tag).map(Value::Text),
            "array" => self.array(),
            "struct" => self.members().map(Value::Struct),
            _ => {
                let content = self.element(&tag)?;
                Ok(Value::Other(tag, content))
            }
        }
    }

    fn array(&mut self) -> Result<Value, String> {
        self.open("array")?;
        let mut list = Vec::new();
        if self.rest.trim_start().starts_with("<data/>") {
            self.token("<data/>")?;
        } else {
            self.open("data")?;
            while self.peek("value") {
                list.push(self.value()?);
            }
            self.close("data")?;
        }
        self.close("array")?;
        Ok(Value::List(list))
    }

    fn members(&mut self) -> Result<Struct, String> {
        let mut members = Struct::new();
        if self.rest.trim_start().starts_with("<struct/>") {
            self.token("<struct/>")?;
            return Ok(members);
        }
        self.open("struct")?;
        while self.peek("member") {
            self.open("member")?;
            let name = self.element("name")?;
            let value = self.value()?;
            members.insert(name, value);
            self.close("member")?;
        }
        self.close("struct")?;
        Ok(members)
    }
}

fn unescaped(text: &str) -> Result<String, String> {
    if let Some(raw) = text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>")) {
        return Ok(raw.to_owned());
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('&') {
        let (entity, behind) = behind.split_once(';').ok_or("an entity without an end")?;
        let number = entity.strip_prefix('#').map(|digits| match digits.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => digits.parse(),
        });
        out += before;
        out.push(match (entity, number) {
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("amp", _) => '&',
            ("quot", _) => '"',
            ("apos", _) => '\'',
            (_, Some(Ok(code))) => char::from_u32(code).ok_or("reference to invalid character number")?,
            _ => return Err(format!("undefined entity &{entity};")),
        });
        rest = behind;
    }
    out += rest;
    // Expat makes one line feed of every other end of a line, and takes no other control characters.
    if let Some(control) = text.chars().find(|letter| *letter < ' ' && !['\t', '\n', '\r'].contains(letter)) {
        return Err(format!("not well-formed (invalid token): {control:?}"));
    }
    Ok(out.replace("\r\n", "\n"))
}
