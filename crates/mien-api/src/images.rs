//! The images of a request: which one counts, its Base64, its download (BEHAVIOUR 5.6, 5.8, 8).

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use mien_wire::{Code, Refusal};
use url::Url;

use crate::answer::{FetchError, Fetched};
use crate::arguments::Text;
use crate::refusals::{explained, picture, valued};
use mien_vision::picture::{Picture, PictureError, PictureLimits};

/// Standard alphabet; padding may be missing, and stray bits in the last character are let pass.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// The best instructions of this processor, found once.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static BASE64: LazyLock<base64::engine::Simd> = LazyLock::new(|| base64::engine::Simd::standard(LENIENT));

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static BASE64: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT));

/// Where an image comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source<'a> {
    /// Base64 in the request, not empty.
    Inline(Text<'a>),
    /// An address to download from.
    Remote(String),
}

/// What an image may be.
#[derive(Clone, Debug)]
pub(crate) struct ImageRules<'a> {
    pub(crate) characters: usize,
    pub(crate) picture: &'a PictureLimits,
    /// The request came as a form or query, where an unescaped `+` arrives as a space (BEHAVIOUR 5.6).
    pub(crate) space_is_plus: bool,
}

/// The image among two parameters: the address if it is not empty, else the Base64; neither is `ImageEmpty`.
pub(crate) fn source<'a>(url: Option<Text<'a>>, image: Option<Text<'a>>) -> Result<Source<'a>, Refusal> {
    if let Some(url) = url.filter(|url| !url.is_empty()) {
        return address(&url).map(|url| Source::Remote(url.into()));
    }
    match image {
        Some(image) if !image.is_empty() => Ok(Source::Inline(image)),
        _ => Err(Refusal::new(Code::InvalidParameterValueImageEmpty)),
    }
}

/// An absolute http or https address with a host.
pub(crate) fn address(text: &str) -> Result<Url, Refusal> {
    let illegal = |reason: &str| explained(Code::InvalidParameterValueUrlIllegal, &reason);
    let url = Url::parse(text.trim()).map_err(|error| illegal(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(illegal("only http and https are possible"));
    }
    // `http:host` and `http:///host` are repaired by the parser; clients that write them are wrong.
    let authority = text
        .trim()
        .get(url.scheme().len()..)
        .and_then(|rest| rest.strip_prefix("://"));
    if authority.is_none_or(|rest| rest.starts_with('/')) || url.host_str().is_none_or(str::is_empty) {
        return Err(illegal("it has no host"));
    }
    Ok(url)
}

/// The picture of a source. The bytes of an address must have been fetched before.
pub(crate) fn open(source: &Source<'_>, fetched: &Fetched, rules: &ImageRules<'_>) -> Result<Picture, Refusal> {
    match source {
        Source::Inline(text) => {
            let bytes = decode(text, rules)?;
            Picture::open(bytes, rules.picture).map_err(|error| picture(&error))
        }
        Source::Remote(url) => {
            let bytes = downloaded(url, fetched)?;
            // The limit is on the Base64 text that the bytes would have (BEHAVIOUR 8).
            if bytes.len().div_ceil(3) * 4 > rules.characters {
                return Err(too_large(bytes.len().div_ceil(3) * 4, rules.characters));
            }
            Picture::open(bytes, rules.picture).map_err(|error| picture(&error))
        }
    }
}

fn downloaded<'f>(url: &str, fetched: &'f Fetched) -> Result<&'f [u8], Refusal> {
    match fetched.picture(url) {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(error)) => Err(fetch_refusal(error)),
        None => Err(Refusal::new(Code::FailedOperationImageDownloadError)),
    }
}

fn fetch_refusal(error: &FetchError) -> Refusal {
    let code = match error {
        FetchError::Illegal(_) => Code::InvalidParameterValueUrlIllegal,
        FetchError::Unreachable(_) => Code::FailedOperationImageDownloadError,
        FetchError::TooLarge { .. } => Code::FailedOperationImageSizeExceed,
    };
    explained(code, error)
}

fn too_large(characters: usize, limit: usize) -> Refusal {
    valued(
        Code::FailedOperationImageSizeExceed,
        &format_args!("{characters} > {limit}"),
    )
}

/// The bytes of a Base64 text. The plain text is tried first; only when that fails white space is removed.
fn decode(text: &str, rules: &ImageRules<'_>) -> Result<Vec<u8>, Refusal> {
    let text = without_data_prefix(text.trim_ascii());
    if text.len() <= rules.characters
        && let Ok(bytes) = BASE64.decode(text)
    {
        return Ok(bytes);
    }
    let clean = cleaned(text, rules.space_is_plus);
    if clean.len() > rules.characters {
        return Err(too_large(clean.len(), rules.characters));
    }
    BASE64.decode(clean.as_ref()).map_err(|error| {
        picture(&PictureError::NotDecodable {
            reason: format!("the text is not Base64: {error}"),
        })
    })
}

/// `data:image/jpeg;base64,…` as browsers make it.
fn without_data_prefix(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("data:") else {
        return text;
    };
    match rest.split_once(',') {
        Some((kind, data)) if kind.ends_with(";base64") => data,
        _ => text,
    }
}

fn cleaned(text: &str, space_is_plus: bool) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|character| match character {
        ' ' if space_is_plus => Some('+'),
        character if character.is_ascii_whitespace() => None,
        character => Some(character),
    });
    Cow::Owned(kept.collect())
}
