//! A list in JSON, read element by element: what a few bytes of it stand for is never in memory all at once.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer as _;
use serde::de::{DeserializeOwned, SeqAccess, Visitor};

/// Shows each element of a list.
pub fn each<T: DeserializeOwned>(text: &[u8], take: &mut dyn FnMut(T)) -> Result<(), serde_json::Error> {
    let mut list = serde_json::Deserializer::from_slice(text);
    list.deserialize_seq(Each(take, PhantomData))?;
    list.end()
}

struct Each<'t, T>(&'t mut dyn FnMut(T), PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Each<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            (self.0)(element);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_shown_one_by_one_as_far_as_they_can_be_read() {
        let numbers = |text: &str| {
            let mut seen: Vec<u8> = Vec::new();
            let read = each(text.as_bytes(), &mut |number| seen.push(number));
            (seen, read.is_ok())
        };
        assert_eq!(numbers(" [1, 2 ,3] "), (vec![1, 2, 3], true));
        assert_eq!(numbers("[]"), (vec![], true));
        assert_eq!(numbers("[1, 2] x"), (vec![1, 2], false));
        assert_eq!(numbers("[1, \"2\"]"), (vec![1], false));
        assert_eq!(numbers("{}"), (vec![], false));
    }
}
