//! Typed readers. Each gives `None` for a parameter that is absent and refuses one of another type with
//! `InvalidParameter` and its dotted path (BEHAVIOUR 5.3 to 5.5).

use std::borrow::Cow;

use crate::code::Code;
use crate::params::tree::Value;
use crate::params::{Fields, Params, number};
use crate::refusal::Refusal;

impl Params<'_> {
    /// A text. A number is accepted as its digits, a boolean is not.
    pub fn text(&self, name: &str) -> Result<Option<Cow<'_, str>>, Refusal> {
        self.read(name, number::text)
    }

    /// An unsigned integer; a negative one is refused here, before any rule of the action.
    pub fn uint64(&self, name: &str) -> Result<Option<u64>, Refusal> {
        self.read(name, number::unsigned)
    }

    /// A signed integer.
    pub fn int64(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.read(name, number::signed)
    }

    /// A finite number.
    pub fn float(&self, name: &str) -> Result<Option<f64>, Refusal> {
        self.read(name, number::float)
    }

    /// A boolean, or one of the texts `true` and `false` in any case.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.read(name, |value| match value {
            Value::Boolean(value) => Some(*value),
            Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        })
    }

    /// A list of texts, possibly empty.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<Cow<'_, str>>>, Refusal> {
        let item = |(index, value)| number::text(value).ok_or_else(|| self.invalid(&format!("{name}.{index}")));
        let items = self
            .list(name)?
            .map(|items| items.iter().enumerate().map(item).collect());
        items.transpose()
    }

    /// A list of objects, possibly empty.
    pub fn objects(&self, name: &str) -> Result<Option<Vec<Params<'_>>>, Refusal> {
        let item = |(index, value)| self.nested(&format!("{name}.{index}"), value);
        let items = self
            .list(name)?
            .map(|items| items.iter().enumerate().map(item).collect());
        items.transpose()
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<Option<Params<'_>>, Refusal> {
        self.get(name).map(|value| self.nested(name, value)).transpose()
    }

    /// Whether the parameter is there; null is not.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The names that are there, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.object().names()
    }

    /// For strict mode: refuses any parameter whose name is not among `known` with `UnknownParameter`.
    pub fn refuse_unknown(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.names().find(|name| !known.contains(name)) {
            Some(name) => Err(self.refusal(Code::UnknownParameter, name)),
            None => Ok(()),
        }
    }

    /// The value, or `MissingParameter` naming the parameter (BEHAVIOUR 5.7).
    pub fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| self.refusal(Code::MissingParameter, name))
    }

    /// A refusal with `code` whose message names the parameter by its path.
    pub fn refusal(&self, code: Code, name: &str) -> Refusal {
        Refusal::about(code, &self.path(name))
    }

    /// The dotted path of a parameter of this object: `PersonExDescriptionInfos.0.PersonExDescription`.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn get(&self, name: &str) -> Option<&Value<'_>> {
        self.fields.object().get(name)
    }

    fn read<'s, T>(&'s self, name: &str, as_type: impl Fn(&'s Value<'s>) -> Option<T>) -> Result<Option<T>, Refusal> {
        self.get(name)
            .map(|value| as_type(value).ok_or_else(|| self.invalid(name)))
            .transpose()
    }

    fn list(&self, name: &str) -> Result<Option<&[Value<'_>]>, Refusal> {
        self.read(name, |value| match value {
            Value::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    fn nested<'s>(&'s self, name: &str, value: &'s Value<'s>) -> Result<Params<'s>, Refusal> {
        match value {
            Value::Object(object) => Ok(Params {
                fields: Fields::Borrowed(object),
                prefix: format!("{}.", self.path(name)),
            }),
            _ => Err(self.invalid(name)),
        }
    }

    fn invalid(&self, name: &str) -> Refusal {
        self.refusal(Code::InvalidParameter, name)
    }
}
