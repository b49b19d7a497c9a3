//! `multipart/form-data` from a slice (RFC 7578, RFC 2046 section 5.1), borrowing the contents of the parts.
//!
//! The well-kept crates parse it from asynchronous streams and copy; here the whole body is in memory.

use std::borrow::Cow;

use memchr::memmem;

use crate::code::Code;
use crate::refusal::Refusal;

/// Largest head of a part, in bytes.
const HEAD_BYTES: usize = 4096;

/// One part of the body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub name: Cow<'a, str>,
    /// Whether the part says that it is `application/json`.
    pub is_json: bool,
    pub content: &'a [u8],
}

/// The parts in order; after an error there are no more.
pub(crate) fn parts<'a>(boundary: &str, body: &'a [u8]) -> impl Iterator<Item = Result<Part<'a>, Refusal>> {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let mut rest = Some(start(&delimiter, body));
    std::iter::from_fn(move || {
        let part = match rest.take()? {
            Ok(text) => next(&delimiter, text),
            Err(refusal) => Err(refusal),
        };
        match part {
            Ok(None) => None,
            Ok(Some((part, after))) => {
                rest = Some(Ok(after));
                Some(Ok(part))
            }
            Err(refusal) => Some(Err(refusal)),
        }
    })
}

/// What follows the first delimiter, which may stand at the very start; what precedes it means nothing.
fn start<'a>(delimiter: &[u8], body: &'a [u8]) -> Result<&'a [u8], Refusal> {
    if let Some(rest) = body.strip_prefix(delimiter.get(2..).unwrap_or_default()) {
        return Ok(rest);
    }
    let at = memmem::find(body, delimiter).ok_or_else(|| malformed("no boundary", "没有 boundary"))?;
    Ok(&body[at + delimiter.len()..])
}

/// The part after a delimiter and what follows the next one; `None` after the last delimiter.
fn next<'a>(delimiter: &[u8], text: &'a [u8]) -> Result<Option<(Part<'a>, &'a [u8])>, Refusal> {
    if text.starts_with(b"--") {
        return Ok(None);
    }
    let padding = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let text = text[padding..]
        .strip_prefix(b"\r\n")
        .ok_or_else(|| malformed("a boundary does not end its line", "boundary 没有独占一行"))?;
    // A part without head fields starts with the empty line itself.
    let (head, text) = if let Some(text) = text.strip_prefix(b"\r\n") {
        (&text[..0], text)
    } else {
        let window = &text[..text.len().min(HEAD_BYTES)];
        let end = memmem::find(window, b"\r\n\r\n")
            .ok_or_else(|| malformed("the head of a part does not end", "部分的头没有结束"))?;
        (&text[..end], &text[end + 4..])
    };
    let end = memmem::find(text, delimiter)
        .ok_or_else(|| malformed("the last boundary is missing", "缺少结尾的 boundary"))?;
    let (name, is_json) = head_fields(head)?;
    Ok(Some((
        Part {
            name,
            is_json,
            content: &text[..end],
        },
        &text[end + delimiter.len()..],
    )))
}

/// The name of a part and whether it holds JSON.
fn head_fields(head: &[u8]) -> Result<(Cow<'_, str>, bool), Refusal> {
    let head =
        std::str::from_utf8(head).map_err(|_| malformed("the head of a part is not UTF-8", "部分的头不是 UTF-8"))?;
    let mut name = None;
    let mut is_json = false;
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        let (field, value) = line
            .split_once(':')
            .ok_or_else(|| malformed("a head field has no colon", "部分的头缺少冒号"))?;
        if field.trim().eq_ignore_ascii_case("Content-Disposition") {
            name = form_name(value.trim());
        } else if field.trim().eq_ignore_ascii_case("Content-Type") {
            let media = value.split(';').next().unwrap_or_default().trim();
            is_json = media.eq_ignore_ascii_case("application/json");
        }
    }
    let name = name.ok_or_else(|| malformed("a part has no name", "某个部分没有名称"))?;
    Ok((name, is_json))
}

/// The parameter `name` of `form-data; name="UrlA"; filename="a.jpg"`.
fn form_name(disposition: &str) -> Option<Cow<'_, str>> {
    let (kind, mut rest) = disposition.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    loop {
        let (key, value) = rest.split_once('=')?;
        let (value, after) = value_of(value.trim_start())?;
        if key.trim().eq_ignore_ascii_case("name") {
            return Some(value);
        }
        rest = after.trim_start().strip_prefix(';')?;
    }
}

/// A value, in quotes with `\` escapes or bare, and what follows it.
fn value_of(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((Cow::Borrowed(text[..end].trim_end()), &text[end..]));
    };
    let mut plain = String::new();
    let mut escaped = false;
    for (at, character) in quoted.char_indices() {
        match character {
            '"' if !escaped => {
                let value = if plain.len() == at {
                    Cow::Borrowed(&quoted[..at])
                } else {
                    Cow::Owned(plain)
                };
                return Some((value, &quoted[at + 1..]));
            }
            '\\' if !escaped => escaped = true,
            other => {
                plain.push(other);
                escaped = false;
            }
        }
    }
    None
}

fn malformed(english: &str, chinese: &str) -> Refusal {
    Refusal::explained(
        Code::InvalidRequest,
        format!("The multipart body is malformed: {english}."),
        format!("multipart 请求体格式有误：{chinese}。"),
    )
}
