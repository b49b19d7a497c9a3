//! The content type: only the media type counts, in any case (BEHAVIOUR 1.3, 1.4).

use crate::request::Request;

/// The content types that the protocol knows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Form,
    /// `None`: the boundary is missing or not one.
    Multipart {
        boundary: Option<String>,
    },
    Other,
    Absent,
}

impl Media {
    pub(crate) fn of(request: &Request<'_>) -> Media {
        let Some(value) = request.header("Content-Type") else {
            return Media::Absent;
        };
        let Ok(text) = std::str::from_utf8(value) else {
            return Media::Other;
        };
        let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "" => Media::Absent,
            "application/json" => Media::Json,
            "application/x-www-form-urlencoded" => Media::Form,
            "multipart/form-data" => Media::Multipart {
                boundary: boundary(parameters),
            },
            _ => Media::Other,
        }
    }
}

/// The parameter `boundary`, bare or in quotes: 1 to 70 characters, the last not a space (RFC 2046, 5.1.1).
fn boundary(parameters: &str) -> Option<String> {
    let (_, value) = parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim();
    let value = value
        .strip_prefix('"')
        .map_or(Some(value), |inner| inner.strip_suffix('"'))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    let sound = (1..=70).contains(&value.len()) && value.bytes().all(allowed) && !value.ends_with(' ');
    sound.then(|| value.to_owned())
}
