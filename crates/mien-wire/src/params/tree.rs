//! The tree of values.

use std::borrow::Cow;
use std::cell::Cell;

use crate::code::Code;
use crate::refusal::{Refusal, shortened};

/// Most values in one request; the largest documented one has some hundreds.
const VALUES: usize = 20_000;

/// Deepest nesting; the contract needs three levels.
pub(crate) const DEPTH: usize = 16;

/// One value. Null is not a value: it is dropped where it stands (BEHAVIOUR 5.1).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Boolean(bool),
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    /// Finite.
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Object<'a>),
}

/// Named values, sorted by name, each name once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// Sorts the fields and drops those that are null; refuses a name that is there twice, null or not.
    pub(crate) fn new(mut fields: Vec<(Cow<'a, str>, Option<Value<'a>>)>) -> Result<Object<'a>, Refusal> {
        fields.sort_by(|(left, _), (right, _)| left.cmp(right));
        match fields.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(twice(&pair[0].0)),
            None => Ok(Object(
                fields
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?)))
                    .collect(),
            )),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        let place = self.0.binary_search_by(|(key, _)| (**key).cmp(name)).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }
}

/// How many more values a request may have.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Budget {
        Budget(Cell::new(VALUES))
    }
}

impl Budget {
    /// Takes one value from the budget.
    pub(crate) fn spend(&self) -> Result<(), Refusal> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| {
            Refusal::explained(
                Code::InvalidParameter,
                format!("The request holds more than {VALUES} values."),
                format!("请求中的值超过 {VALUES} 个。"),
            )
        })?;
        self.0.set(left);
        Ok(())
    }
}

/// The refusal of a nesting deeper than [`DEPTH`].
pub(crate) fn too_deep() -> Refusal {
    Refusal::explained(
        Code::InvalidParameter,
        format!("The parameters are nested more than {DEPTH} levels deep."),
        format!("参数嵌套超过 {DEPTH} 层。"),
    )
}

/// The refusal of a parameter given twice.
pub(crate) fn twice(name: &str) -> Refusal {
    let name = shortened(name);
    Refusal::explained(
        Code::InvalidParameter,
        format!("Parameter `{name}` is given more than once."),
        format!("参数 `{name}` 出现了多次。"),
    )
}
