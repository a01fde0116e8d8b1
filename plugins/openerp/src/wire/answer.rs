//! What an ERP answers.

use artifice_plugin_api::Decimal;

use crate::secret::Secret;

/// A value of an answer. What the ERP has no value for is `false` there, whatever the field's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// `<nil/>`.
    Nil,
    /// `<boolean>`.
    Bool(bool),
    /// `<int>`, `<i4>`, `<i8>`.
    Int(i64),
    /// `<double>`, read by its digits.
    Number(Decimal),
    /// `<string>`, and what is handed on as it is written: `<dateTime.iso8601>`, `<base64>`, and
    /// numbers that no decimal holds.
    Text(String),
    /// `<array>`.
    List(Vec<Answer>),
    /// `<struct>`, in the order of the answer.
    Record(Vec<(String, Answer)>),
}

impl Answer {
    /// A record's field.
    pub fn get(&self, field: &str) -> Option<&Answer> {
        match self {
            Answer::Record(fields) => fields.iter().find(|(name, _)| name == field).map(|(_, value)| value),
            _ => None,
        }
    }

    /// A text. None for `false`, which is what an empty field is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Answer::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number.
    pub fn int(&self) -> Option<i64> {
        match self {
            Answer::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A number, whole or not.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Answer::Int(number) => Some(Decimal::new(i128::from(*number), 0)),
            Answer::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether it is `true`; none for what is no boolean.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Answer::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn list(&self) -> Option<&[Answer]> {
        match self {
            Answer::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The id of another record, which is answered as `[id, name]`. None for `false`.
    pub fn link(&self) -> Option<i64> {
        match self {
            Answer::List(parts) => parts.first()?.int(),
            other => other.int(),
        }
    }

    /// The name of another record, which is answered as `[id, name]`.
    pub fn link_name(&self) -> Option<&str> {
        self.list()?.get(1)?.text()
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Answer::Nil => "nothing",
            Answer::Bool(_) => "a boolean",
            Answer::Int(_) => "a whole number",
            Answer::Number(_) => "a number",
            Answer::Text(_) => "a text",
            Answer::List(_) => "a list",
            Answer::Record(_) => "a record",
        }
    }
}

/// That a call failed in the ERP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which kind of failure it is.
    pub code: FaultCode,
    /// What happened: a sentence, or a traceback.
    pub text: String,
}

impl Fault {
    /// The same without a secret that it repeats.
    pub fn without(&self, secret: &Secret) -> Fault {
        let code = match &self.code {
            FaultCode::Text(text) => FaultCode::Text(secret.hide_in(text)),
            FaultCode::Number(number) => FaultCode::Number(*number),
        };
        Fault { code, text: secret.hide_in(&self.text) }
    }
}

/// The code of a fault: a number at `/xmlrpc/2`, a text at `/xmlrpc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultCode {
    /// 1: an exception, with its traceback; 2: a refusal with a clear text; 3: access denied; 4: no right.
    Number(i64),
    /// A kind with its sentence: `warning -- UserError\n\nYou need to add a line before posting.`
    Text(String),
}
