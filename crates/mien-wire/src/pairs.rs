//! `application/x-www-form-urlencoded` text as pairs of decoded bytes, in the order sent.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode, percent_encode};

/// What RFC 3986 does not leave unescaped.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A decoded key and its decoded value. The bytes need not be UTF-8: signatures are over bytes, texts are checked later.
pub(crate) type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// All pairs of a query or form body. Empty pieces between `&` are skipped, a piece without `=` has an empty value,
/// `+` is a space and `%XX` may be in either case (BEHAVIOUR 3.4).
pub(crate) fn pairs(text: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    raw(text).map(|(key, value)| (decoded(key), decoded(value)))
}

/// The value of the first pair with that key, without decoding the others.
pub(crate) fn find_text<'a>(text: &'a [u8], wanted: &str) -> Option<Cow<'a, [u8]>> {
    raw(text)
        .find(|(key, _)| *key == wanted.as_bytes())
        .map(|(_, value)| decoded(value))
}

/// A key or value escaped by RFC 3986: a space becomes `%20`.
pub(crate) fn escaped(text: &[u8]) -> PercentEncode<'_> {
    percent_encode(text, RESERVED)
}

fn raw(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|byte| *byte == b'&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| match memchr::memchr(b'=', piece) {
            Some(at) => (&piece[..at], &piece[at + 1..]),
            None => (piece, &piece[piece.len()..]),
        })
}

fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'+', b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    Cow::Owned(percent_decode(&spaced).collect())
}
