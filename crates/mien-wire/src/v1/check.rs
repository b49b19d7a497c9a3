//! Recomputing a v1 signature from a request.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::code::Code;
use crate::key::Secret;
use crate::mac::authentic;
use crate::pairs::Pair;
use crate::refusal::{Mismatch, Refusal};
use crate::v1::{Digest, SIGNATURE, string_to_sign};

/// Longest value shown in a log, in bytes: v1 carries images among its parameters.
const SHOWN_BYTES: usize = 128;

/// Parameters under a v1 signature.
pub(crate) struct Check<'a> {
    pub method: &'a str,
    pub host: &'a [u8],
    pub parameters: &'a [Pair<'a>],
}

/// Accepts or refuses the signature.
pub(crate) fn check(check: &Check<'_>, secret: &Secret) -> Result<(), Refusal> {
    let digest = Digest::named(find(check.parameters, "SignatureMethod"));
    let claimed = find(check.parameters, SIGNATURE).unwrap_or_default();
    let claimed = STANDARD.decode(claimed).unwrap_or_default();
    let matches = |parameters: &[Pair<'_>]| {
        let text = string_to_sign(check.method, check.host, parameters);
        authentic(digest.hash(), secret.as_bytes(), &text, &claimed)
    };
    let dotted = dotted(check.parameters);
    if matches(check.parameters) || dotted.as_deref().is_some_and(matches) {
        return Ok(());
    }
    let shown: Vec<Pair<'_>> = check.parameters.iter().map(shown).collect();
    let text = string_to_sign(check.method, check.host, &shown);
    Err(Refusal::new(Code::AuthFailureSignatureFailure).with_mismatch(Mismatch {
        canonical_request: None,
        string_to_sign: String::from_utf8_lossy(&text).into_owned(),
        forms_tried: 1 + usize::from(dotted.is_some()),
    }))
}

/// The parameters with `_` in keys as `.`: the Python SDK signs them so (BEHAVIOUR 3.7). `None` when no key has one.
fn dotted<'a>(parameters: &'a [Pair<'a>]) -> Option<Vec<Pair<'a>>> {
    if !parameters.iter().any(|(key, _)| key.contains(&b'_')) {
        return None;
    }
    let dot = |key: &[u8]| {
        key.iter()
            .map(|byte| if *byte == b'_' { b'.' } else { *byte })
            .collect()
    };
    Some(
        parameters
            .iter()
            .map(|(key, value)| (Cow::Owned(dot(key)), Cow::Borrowed(&**value)))
            .collect(),
    )
}

fn find<'a>(parameters: &'a [Pair<'a>], name: &str) -> Option<&'a [u8]> {
    parameters
        .iter()
        .find(|(key, _)| **key == *name.as_bytes())
        .map(|(_, value)| &**value)
}

fn shown<'a>((key, value): &'a Pair<'a>) -> Pair<'a> {
    let value = if **key == *b"Token" {
        Cow::Borrowed(b"(hidden)".as_slice())
    } else if value.len() > SHOWN_BYTES {
        let mut start = value[..SHOWN_BYTES].to_vec();
        start.extend_from_slice(format!("...({} bytes)", value.len()).as_bytes());
        Cow::Owned(start)
    } else {
        Cow::Borrowed(&**value)
    };
    (Cow::Borrowed(&**key), value)
}
