//! Numbers, given as JSON numbers or as text (BEHAVIOUR 5.3, 5.4).

use std::borrow::Cow;

use crate::params::tree::Value;

/// From here on not every integer is a double: a float there does not say which integer was meant.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The value as an unsigned integer. Negatives are none; `1.0` is one.
pub(crate) fn unsigned(value: &Value<'_>) -> Option<u64> {
    match number(value)? {
        Number::Unsigned(value) => Some(value),
        Number::Negative(_) => None,
        Number::Float(value) => integral(value).and_then(|value| u64::try_from(value).ok()),
    }
}

/// The value as a signed integer.
pub(crate) fn signed(value: &Value<'_>) -> Option<i64> {
    match number(value)? {
        Number::Unsigned(value) => i64::try_from(value).ok(),
        Number::Negative(value) => Some(value),
        Number::Float(value) => integral(value),
    }
}

/// The value as a finite number.
pub(crate) fn float(value: &Value<'_>) -> Option<f64> {
    match number(value)? {
        Number::Unsigned(value) => Some(value as f64),
        Number::Negative(value) => Some(value as f64),
        Number::Float(value) => Some(value),
    }
}

/// The text of a value that is declared as text: a JSON number stands for its digits (BEHAVIOUR 5.5). A float that is
/// too large to know its digits has no text.
pub(crate) fn text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Unsigned(value) => Some(Cow::Owned(value.to_string())),
        Value::Negative(value) => Some(Cow::Owned(value.to_string())),
        Value::Float(value) if value.abs() < EXACT => Some(Cow::Owned(format!("{value:?}"))),
        Value::Float(_) | Value::Boolean(_) | Value::List(_) | Value::Object(_) => None,
    }
}

enum Number {
    Unsigned(u64),
    Negative(i64),
    Float(f64),
}

fn number(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Unsigned(value) => Some(Number::Unsigned(*value)),
        Value::Negative(value) => Some(Number::Negative(*value)),
        Value::Float(value) => Some(Number::Float(*value)),
        Value::Text(text) => parse(text),
        Value::Boolean(_) | Value::List(_) | Value::Object(_) => None,
    }
}

/// Digits with an optional minus sign are an integer; with a point or exponent a float. `inf`, `nan`, `+1`, `.5`,
/// spaces and the empty text are nothing.
fn parse(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let unsigned = text.parse().map(Number::Unsigned);
        return unsigned.or_else(|_| text.parse().map(not_above_zero)).ok();
    }
    let plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && !digits.ends_with('.');
    if !plain {
        return None;
    }
    text.parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .map(Number::Float)
}

/// `-0` is the one text with a sign that is not negative.
fn not_above_zero(value: i64) -> Number {
    u64::try_from(value).map_or(Number::Negative(value), Number::Unsigned)
}

fn integral(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < EXACT).then_some(value as i64)
}
