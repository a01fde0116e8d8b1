//! Reads an answer: bounded, and without recursion, because whoever sends it decides how it is nested.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::answer::{Answer, Fault, FaultCode};
use super::number;

/// How deep values may lie in one another. Odoo's answers have five levels or six.
pub const MOST_LEVELS: usize = 64;
/// How many values an answer may have: an empty one takes a few bytes on the way, and many more here.
pub const MOST_VALUES: usize = 2_000_000;

/// Why an answer cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not XML at all, or broken.
    #[error("it is no XML ({0})")]
    NotXml(String),
    /// XML, but not an answer of XML-RPC.
    #[error("it is no XML-RPC ({0})")]
    NotXmlRpc(String),
    /// A document type, by which a few bytes can stand for gigabytes.
    #[error("it declares a document type, which XML-RPC has not")]
    DocType,
    /// Values in values in values.
    #[error("its values are nested more than {MOST_LEVELS} levels deep")]
    TooDeep,
    /// More values than any answer has.
    #[error("it has more than {MOST_VALUES} values")]
    TooMany,
}

/// Reads an answer: the value, or the fault.
pub fn read(body: &str) -> Result<Result<Answer, Fault>, Unreadable> {
    let mut reader = Reader::from_str(body);
    reader.config_mut().expand_empty_elements = true;
    let mut reading = Reading::default();
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(tag) => reading.begin(tag.name().as_ref())?,
            Event::End(_) => reading.end()?,
            Event::Text(text) => reading.text(&text.xml10_content())?,
            Event::CData(text) => reading.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let number = reference.resolve_char_ref().map_err(|error| broken(&error))?;
                let letter = number.or(match reference.xml10_content().as_ref() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                });
                let unknown = || Unreadable::NotXml("a reference to nothing that is known".to_owned());
                reading.text(letter.ok_or_else(unknown)?.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(Unreadable::DocType),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return reading.finish(),
        }
    }
}

/// An element that has begun.
enum Open {
    Response,
    Params,
    Param,
    Fault,
    /// A value: what stands in it as text, and what stands in it as an element.
    Value(String, Option<Answer>),
    /// A typed text.
    Scalar(Scalar, String),
    Array(Option<Vec<Answer>>),
    Data(Vec<Answer>),
    Record(Vec<(String, Answer)>),
    Member(Option<String>, Option<Answer>),
    Name(String),
}

#[derive(Clone, Copy)]
enum Scalar {
    Bool,
    Int,
    Double,
    Text,
    Nil,
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    open: Vec<Open>,
    levels: usize,
    values: usize,
    answer: Option<Answer>,
    is_fault: bool,
}

/// What the reader says, without the names and texts that it quotes.
fn broken(error: &dyn std::fmt::Display) -> Unreadable {
    let said = error.to_string();
    Unreadable::NotXml(said.split(['`', '\'', '"', ':']).next().unwrap_or_default().trim_end().to_owned())
}

fn not_xml_rpc(what: impl Into<String>) -> Unreadable {
    Unreadable::NotXmlRpc(what.into())
}

impl Reading {
    fn begin(&mut self, tag: &str) -> Result<(), Unreadable> {
        let next = match (self.open.last(), tag) {
            (None, "methodResponse") if self.answer.is_none() => Open::Response,
            (Some(Open::Response), "params") => Open::Params,
            (Some(Open::Params), "param") if self.answer.is_none() => Open::Param,
            (Some(Open::Response), "fault") if self.answer.is_none() => {
                self.is_fault = true;
                Open::Fault
            }
            (Some(Open::Param | Open::Fault), "value") if self.answer.is_none() => self.value()?,
            (Some(Open::Data(_)), "value") => self.value()?,
            (Some(Open::Member(Some(_), None)), "value") => self.value()?,
            (Some(Open::Array(None)), "data") => Open::Data(Vec::new()),
            (Some(Open::Record(_)), "member") => Open::Member(None, None),
            (Some(Open::Member(None, None)), "name") => Open::Name(String::new()),
            (Some(Open::Value(text, None)), _) if text.trim().is_empty() => match tag {
                "boolean" => Open::Scalar(Scalar::Bool, String::new()),
                "int" | "i1" | "i2" | "i4" | "i8" => Open::Scalar(Scalar::Int, String::new()),
                "double" | "float" | "bigdecimal" => Open::Scalar(Scalar::Double, String::new()),
                "string" | "dateTime.iso8601" | "base64" => Open::Scalar(Scalar::Text, String::new()),
                "nil" | "ex:nil" => Open::Scalar(Scalar::Nil, String::new()),
                "array" => Open::Array(None),
                "struct" => Open::Record(Vec::new()),
                _ => return Err(not_xml_rpc("an element in a value is no type")),
            },
            _ => return Err(not_xml_rpc("an element does not belong there")),
        };
        self.open.push(next);
        Ok(())
    }

    fn value(&mut self) -> Result<Open, Unreadable> {
        (self.levels, self.values) = (self.levels + 1, self.values + 1);
        match (self.levels > MOST_LEVELS, self.values > MOST_VALUES) {
            (true, _) => Err(Unreadable::TooDeep),
            (_, true) => Err(Unreadable::TooMany),
            _ => Ok(Open::Value(String::new(), None)),
        }
    }

    fn text(&mut self, more: &str) -> Result<(), Unreadable> {
        match self.open.last_mut() {
            Some(Open::Value(text, None) | Open::Scalar(_, text) | Open::Name(text)) => text.push_str(more),
            _ if more.trim_matches([' ', '\t', '\r', '\n', '\u{feff}']).is_empty() => {}
            _ => return Err(not_xml_rpc("a text where none belongs")),
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Unreadable> {
        let ended = self.open.pop().ok_or_else(|| not_xml_rpc("an end without a beginning"))?;
        match ended {
            Open::Value(text, answer) => {
                self.levels -= 1;
                let answer = answer.unwrap_or(Answer::Text(text));
                match self.open.last_mut() {
                    Some(Open::Data(elements)) => elements.push(answer),
                    Some(Open::Member(_, value)) => *value = Some(answer),
                    _ => self.answer = Some(answer),
                }
            }
            Open::Scalar(scalar, text) => self.is(scalar.of(text)?),
            Open::Array(elements) => {
                let elements = elements.ok_or_else(|| not_xml_rpc("an <array> without <data>"))?;
                self.is(Answer::List(elements));
            }
            Open::Data(elements) => {
                if let Some(Open::Array(list)) = self.open.last_mut() {
                    *list = Some(elements);
                }
            }
            Open::Record(fields) => self.is(Answer::Record(fields)),
            Open::Name(name) => {
                if let Some(Open::Member(of, _)) = self.open.last_mut() {
                    *of = Some(name);
                }
            }
            Open::Member(name, value) => {
                let field = name.zip(value).ok_or_else(|| not_xml_rpc("a <member> without name and value"))?;
                if let Some(Open::Record(fields)) = self.open.last_mut() {
                    fields.push(field);
                }
            }
            Open::Response | Open::Params | Open::Param | Open::Fault => {}
        }
        Ok(())
    }

    /// The element of the innermost value is that.
    fn is(&mut self, answer: Answer) {
        if let Some(Open::Value(_, element)) = self.open.last_mut() {
            *element = Some(answer);
        }
    }

    fn finish(self) -> Result<Result<Answer, Fault>, Unreadable> {
        if !self.open.is_empty() {
            return Err(Unreadable::NotXml("it ends in the middle".to_owned()));
        }
        let answer = self.answer.ok_or_else(|| not_xml_rpc("there is no value"))?;
        if !self.is_fault {
            return Ok(Ok(answer));
        }
        let code = match answer.get("faultCode") {
            Some(Answer::Int(number)) => FaultCode::Number(*number),
            Some(Answer::Text(text)) => FaultCode::Text(text.clone()),
            _ => return Err(not_xml_rpc("a fault without a code")),
        };
        let text = answer.get("faultString").and_then(Answer::text).unwrap_or_default().to_owned();
        Ok(Err(Fault { code, text }))
    }
}

impl Scalar {
    fn of(self, text: String) -> Result<Answer, Unreadable> {
        let wrong = |what| not_xml_rpc(format!("a value is no {what}"));
        Ok(match self {
            Scalar::Text => Answer::Text(text),
            Scalar::Nil => Answer::Nil,
            Scalar::Bool => match text.trim() {
                "1" | "true" => Answer::Bool(true),
                "0" | "false" => Answer::Bool(false),
                _ => return Err(wrong("boolean")),
            },
            Scalar::Int => Answer::Int(text.trim().parse().map_err(|_| wrong("whole number"))?),
            // What no decimal holds is nobody's price; whoever needs it as one finds that it is a text.
            Scalar::Double => number::decimal(&text).map_or_else(|| Answer::Text(text.clone()), Answer::Number),
        })
    }
}
