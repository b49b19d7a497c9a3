//! JSON into the tree, in one pass, borrowing texts from the body.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::code::Code;
use crate::params::tree::{Budget, DEPTH, Object, Value, too_deep};
use crate::refusal::Refusal;

/// Parses one JSON value; `None` for null.
pub(crate) fn parse<'a>(text: &'a [u8], budget: &Budget) -> Result<Option<Value<'a>>, Refusal> {
    let refusal = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let seed = Node {
        depth: 0,
        budget,
        refusal: &refusal,
    };
    let parsed = seed
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| refusal.take().unwrap_or_else(|| malformed(&error)))
}

fn malformed(error: &serde_json::Error) -> Refusal {
    let (line, column) = (error.line(), error.column());
    Refusal::explained(
        Code::InvalidParameter,
        format!("The request holds invalid JSON: {error}."),
        format!("请求中的 JSON 无效（第 {line} 行第 {column} 列）。"),
    )
}

/// One value of the text; `None` for null.
#[derive(Clone, Copy)]
struct Node<'c> {
    depth: usize,
    budget: &'c Budget,
    /// Why parsing was broken off, where the reason is ours: errors of serde carry text only.
    refusal: &'c RefCell<Option<Refusal>>,
}

impl Node<'_> {
    fn ours<T, E: Error>(&self, result: Result<T, Refusal>) -> Result<T, E> {
        result.map_err(|refusal| {
            *self.refusal.borrow_mut() = Some(refusal);
            E::custom("refused")
        })
    }

    fn inner(&self) -> Self {
        Node {
            depth: self.depth + 1,
            ..*self
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Option<Value<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.ours(self.budget.spend())?;
        if self.depth > DEPTH {
            return self.ours(Err(too_deep()));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Option<Value<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Value::Boolean(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(Value::Unsigned(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(
            u64::try_from(value).map_or(Value::Negative(value), Value::Unsigned),
        ))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(Value::Float(value)))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Value::Text(Cow::Borrowed(value))))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(Value::Text(Cow::Owned(value.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self.inner())? {
            values.extend(value);
        }
        Ok(Some(Value::List(values)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = object.next_key_seed(Name)? {
            fields.push((name, object.next_value_seed(self.inner())?));
        }
        self.ours(Object::new(fields).map(|object| Some(Value::Object(object))))
    }
}

/// A name of an object, borrowed where it holds no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}
