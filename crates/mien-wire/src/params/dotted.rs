//! Dotted names such as `PersonExDescriptionInfos.0.PersonExDescription` into the tree (BEHAVIOUR 5.2).

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::code::Code;
use crate::params::tree::{Budget, DEPTH, Object, Value, too_deep, twice};
use crate::refusal::{Refusal, shortened};

/// Builds the tree of `entries`, which come in any order. Gaps between indexes are closed: an index only orders, so a
/// huge one costs nothing.
pub(crate) fn tree<'a>(entries: Vec<(Cow<'a, str>, Value<'a>)>, budget: &Budget) -> Result<Object<'a>, Refusal> {
    let mut entries: Vec<Entry<'a>> = entries
        .into_iter()
        .map(|(name, value)| Entry::new(name, value))
        .collect::<Result<_, _>>()?;
    entries.sort_by(|left, right| left.path.cmp(&right.path));
    match value(entries, budget)? {
        Value::Object(object) => Ok(object),
        // The first step of every path is a name.
        _ => Ok(Object::default()),
    }
}

/// One parameter on its way into the tree.
struct Entry<'a> {
    name: Cow<'a, str>,
    /// What is left of its path at the current level.
    path: VecDeque<Step<'a>>,
    value: Value<'a>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step<'a> {
    Name(Cow<'a, str>),
    Index(u64),
}

impl<'a> Entry<'a> {
    fn new(name: Cow<'a, str>, value: Value<'a>) -> Result<Entry<'a>, Refusal> {
        let pieces: Vec<Cow<'a, str>> = match &name {
            Cow::Borrowed(name) => name.splitn(DEPTH + 2, '.').map(Cow::Borrowed).collect(),
            Cow::Owned(name) => name
                .splitn(DEPTH + 2, '.')
                .map(|piece| Cow::Owned(piece.to_owned()))
                .collect(),
        };
        if pieces.len() > DEPTH + 1 {
            return Err(too_deep());
        }
        let path = pieces
            .into_iter()
            .enumerate()
            .map(|(level, piece)| step(level, piece, &name));
        Ok(Entry {
            path: path.collect::<Result<_, _>>()?,
            name,
            value,
        })
    }
}

/// A piece of digits is an index, but never the first piece.
fn step<'a>(level: usize, piece: Cow<'a, str>, name: &str) -> Result<Step<'a>, Refusal> {
    let index = level > 0 && !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_digit());
    if !index {
        return Ok(Step::Name(piece));
    }
    piece.parse().map(Step::Index).map_err(|_| {
        let name = shortened(name);
        Refusal::explained(
            Code::InvalidParameter,
            format!("The index in parameter `{name}` is too large."),
            format!("参数 `{name}` 的下标过大。"),
        )
    })
}

/// The value of a group of entries with the same path so far.
fn value<'a>(mut group: Vec<Entry<'a>>, budget: &Budget) -> Result<Value<'a>, Refusal> {
    budget.spend()?;
    let leaves = group.iter().filter(|entry| entry.path.is_empty()).count();
    if leaves > 0 {
        let alone = group.len() == 1;
        return match group.pop() {
            Some(entry) if alone => Ok(entry.value),
            Some(entry) if leaves > 1 => Err(twice(&entry.name)),
            entry => Err(mixed(&entry.map(|entry| entry.name).unwrap_or_default())),
        };
    }
    let mut fields = Vec::new();
    let mut items = Vec::new();
    for (step, group) in groups(group)? {
        match step {
            Step::Name(name) => fields.push((name, Some(value(group, budget)?))),
            Step::Index(_) => items.push(value(group, budget)?),
        }
    }
    if items.is_empty() {
        Object::new(fields).map(Value::Object)
    } else {
        Ok(Value::List(items))
    }
}

/// Entries by the next step of their paths, which are sorted. Names and indexes do not stand side by side.
fn groups<'a>(entries: Vec<Entry<'a>>) -> Result<Vec<(Step<'a>, Vec<Entry<'a>>)>, Refusal> {
    let mut groups: Vec<(Step<'a>, Vec<Entry<'a>>)> = Vec::new();
    for mut entry in entries {
        let next = entry.path.pop_front().ok_or_else(|| mixed(&entry.name))?;
        match groups.last_mut() {
            Some((step, group)) if *step == next => group.push(entry),
            Some((Step::Name(_), _)) if matches!(next, Step::Index(_)) => return Err(mixed(&entry.name)),
            _ => groups.push((next, vec![entry])),
        }
    }
    Ok(groups)
}

fn mixed(name: &str) -> Refusal {
    let name = shortened(name);
    Refusal::explained(
        Code::InvalidParameter,
        format!("Parameter `{name}` is given in more than one shape: value, list, object."),
        format!("参数 `{name}` 以多种形式给出：值、列表、对象。"),
    )
}
