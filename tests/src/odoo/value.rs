//! What XML-RPC carries. Numbers with a fraction stay decimals: they are money.

use std::collections::BTreeMap;

use artifice_model::Decimal;

/// Names with values.
pub type Struct = BTreeMap<String, Value>;

/// A value of XML-RPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    /// `<double>`.
    Number(Decimal),
    Text(String),
    List(Vec<Value>),
    Struct(Struct),
    /// Another type, by its name: `dateTime.iso8601`, `base64`.
    Other(String, String),
}

/// What an unset field has.
pub const FALSE: Value = Value::Bool(false);

impl Value {
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub fn int(&self) -> Option<i64> {
        if let Value::Int(int) = self { Some(*int) } else { None }
    }

    pub fn list(&self) -> &[Value] {
        if let Value::List(list) = self { list } else { &[] }
    }

    pub fn members(&self) -> Option<&Struct> {
        if let Value::Struct(members) = self { Some(members) } else { None }
    }

    /// A member of a struct; false where there is none.
    pub fn get(&self, name: &str) -> &Value {
        self.members().and_then(|members| members.get(name)).unwrap_or(&FALSE)
    }

    /// As a number: Odoo reads texts as well.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Int(int) => Some(Decimal::from(*int)),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Bool(_) | Value::Nil => Some(Decimal::ZERO),
            _ => None,
        }
    }

    /// Whether Python takes it as true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(bool) => *bool,
            Value::Int(int) => *int != 0,
            Value::Number(number) => !number.is_zero(),
            Value::Text(text) => !text.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Struct(members) => !members.is_empty(),
            Value::Other(..) => true,
        }
    }

    /// The ids of a list, or of one.
    pub fn ids(&self) -> Vec<i64> {
        match self {
            Value::Int(id) => vec![*id],
            Value::List(list) => list.iter().filter_map(Value::int).collect(),
            _ => Vec::new(),
        }
    }

    /// The texts of a list.
    pub fn texts(&self) -> Vec<String> {
        self.list().iter().filter_map(Value::text).map(str::to_owned).collect()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Int(int)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::Bool(bool)
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Value {
        Value::Number(number)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(list: Vec<T>) -> Value {
        Value::List(list.into_iter().map(Into::into).collect())
    }
}

/// A struct of these members.
pub fn record<const N: usize>(members: [(&str, Value); N]) -> Struct {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A product, exactly.
pub fn times(one: Decimal, other: Decimal) -> Decimal {
    let mantissa = one.mantissa().checked_mul(other.mantissa()).expect("amounts of a story fit");
    Decimal::new(mantissa, u32::from(one.scale()) + u32::from(other.scale())).expect("amounts of a story fit")
}

/// A sum.
pub fn sum(numbers: impl IntoIterator<Item = Decimal>) -> Decimal {
    numbers.into_iter().fold(Decimal::ZERO, |sum, one| sum.checked_add(one).expect("amounts of a story fit"))
}

/// Rounded to so many digits, halves away from zero, as Odoo's `float_round` does.
pub fn rounded(number: Decimal, digits: u8) -> Decimal {
    let Some(more) = number.scale().checked_sub(digits).filter(|more| *more > 0) else { return number };
    let Some(unit) = artifice_model::decimal::pow10(more) else { return Decimal::ZERO };
    let half = unit / 2 * number.mantissa().signum();
    Decimal::new((number.mantissa() + half) / unit, digits.into()).expect("fewer digits fit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_away_from_zero() {
        for (number, expected) in
            [("0.005", "0.01"), ("-0.005", "-0.01"), ("12.345", "12.35"), ("0.00012", "0"), ("7", "7"), ("0.0049", "0")]
        {
            assert_eq!(rounded(number.parse().unwrap(), 2), expected.parse().unwrap(), "{number}");
        }
    }
}
