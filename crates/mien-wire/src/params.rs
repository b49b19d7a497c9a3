//! temporary
use crate::{Code, Opened, Refusal};
use std::borrow::Cow;
/// The parameters of a request, or of one object among them.
#[derive(Debug)]
pub struct Params<'a>(std::marker::PhantomData<&'a ()>);
impl<'a> Params<'a> {
    /// Decodes JSON, query, form or multipart.
    pub fn decode(_opened: &'a Opened<'_>) -> Result<Params<'a>, Refusal> {
        Err(Refusal::new(Code::InternalError))
    }
    /// Decodes a JSON body.
    pub fn from_json(_body: &'a [u8]) -> Result<Params<'a>, Refusal> {
        Err(Refusal::new(Code::InternalError))
    }
    /// A text; numbers are accepted as their text.
    pub fn text(&self, _name: &str) -> Result<Option<Cow<'_, str>>, Refusal> {
        Ok(None)
    }
    /// An unsigned integer.
    pub fn uint64(&self, _name: &str) -> Result<Option<u64>, Refusal> {
        Ok(None)
    }
    /// A signed integer.
    pub fn int64(&self, _name: &str) -> Result<Option<i64>, Refusal> {
        Ok(None)
    }
    /// A finite number.
    pub fn float(&self, _name: &str) -> Result<Option<f64>, Refusal> {
        Ok(None)
    }
    /// True or false.
    pub fn boolean(&self, _name: &str) -> Result<Option<bool>, Refusal> {
        Ok(None)
    }
    /// A list of texts.
    pub fn texts(&self, _name: &str) -> Result<Option<Vec<Cow<'_, str>>>, Refusal> {
        Ok(None)
    }
    /// A list of objects.
    pub fn objects(&self, _name: &str) -> Result<Option<Vec<Params<'_>>>, Refusal> {
        Ok(None)
    }
    /// An object.
    pub fn object(&self, _name: &str) -> Result<Option<Params<'_>>, Refusal> {
        Ok(None)
    }
    /// Whether the parameter is there (null is not).
    pub fn has(&self, _name: &str) -> bool {
        false
    }
    /// The names that are there, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
    /// Strict mode: refuses any name that is not in `known` with `UnknownParameter`.
    pub fn refuse_unknown(&self, _known: &[&str]) -> Result<(), Refusal> {
        Ok(())
    }
    /// The dotted path of a parameter of this object, for messages: `PersonExDescriptionInfos.0.PersonExDescription`.
    pub fn path(&self, name: &str) -> String {
        name.to_owned()
    }
    /// A refusal with `code` whose message names the parameter by its path.
    pub fn refusal(&self, code: Code, name: &str) -> Refusal {
        Refusal::about(code, &self.path(name))
    }
    /// The value, or `MissingParameter` naming the parameter.
    pub fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| self.refusal(Code::MissingParameter, name))
    }
}
