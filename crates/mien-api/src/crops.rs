//! Kept crops are encrypted: who holds the database alone sees no face (DESIGN 3 "Privacy").

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::answer::Stop;
use mien_wire::Code;

const NONCE_BYTES: usize = 24;

/// What is done with crops.
#[derive(Clone, Debug)]
pub struct Crops {
    /// Whether a crop of each new face is kept. Crops that are there are used in any case.
    pub keep: bool,
    /// The key that they are encrypted with.
    pub key: CropKey,
}

/// The key that crops are encrypted with (XChaCha20-Poly1305).
#[derive(Clone)]
pub struct CropKey(XChaCha20Poly1305);

/// Why a key or a crop cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CropKeyError {
    /// The text of a key is not 64 hexadecimal digits.
    #[error("a key has 64 hexadecimal digits")]
    Malformed,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The crop was not encrypted with this key, or is damaged.
    #[error("the crop was encrypted with another key, or is damaged")]
    Unopened,
}

impl CropKey {
    /// Reads a key of 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`CropKeyError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, CropKeyError> {
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(CropKeyError::Malformed);
        let (pairs, rest) = text.trim().as_bytes().as_chunks::<2>();
        let bytes: Result<Vec<u8>, _> = pairs
            .iter()
            .map(|[high, low]| Ok((digit(*high)? * 16 + digit(*low)?) as u8))
            .collect();
        let bytes = bytes?;
        if !rest.is_empty() {
            return Err(CropKeyError::Malformed);
        }
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| CropKeyError::Malformed)?;
        Ok(Self(cipher))
    }

    /// The text of a new key.
    ///
    /// # Errors
    /// [`CropKeyError::NoRandomness`].
    pub fn generate() -> Result<String, CropKeyError> {
        Ok(random::<32>()?.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Encrypts a crop. The result begins with its nonce.
    pub(crate) fn seal(&self, crop: &[u8]) -> Result<Vec<u8>, CropKeyError> {
        let nonce = random::<NONCE_BYTES>()?;
        let sealed = self.0.encrypt(&XNonce::from(nonce), crop);
        let sealed = sealed.map_err(|_| CropKeyError::Unopened)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Decrypts what [`CropKey::seal`] has made.
    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, CropKeyError> {
        let (nonce, sealed) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(CropKeyError::Unopened)?;
        let opened = self.0.decrypt(&XNonce::from(*nonce), sealed);
        opened.map_err(|_| CropKeyError::Unopened)
    }
}

impl fmt::Debug for CropKey {
    /// Without the key, so that no log shows it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CropKey")
    }
}

impl From<CropKeyError> for Stop {
    fn from(error: CropKeyError) -> Self {
        Self::Fail {
            code: Code::InternalError,
            cause: error.to_string(),
        }
    }
}

fn random<const N: usize>() -> Result<[u8; N], CropKeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| CropKeyError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_opens() {
        let key = CropKey::parse(&CropKey::generate().unwrap()).unwrap();
        let other = CropKey::parse(&CropKey::generate().unwrap()).unwrap();
        let sealed = key.seal(b"face").unwrap();
        assert_eq!(key.open(&sealed).unwrap(), b"face");
        assert_ne!(key.seal(b"face").unwrap(), sealed);
        assert!(!sealed.windows(4).any(|part| part == b"face"));
        assert_eq!(other.open(&sealed), Err(CropKeyError::Unopened));
        assert_eq!(key.open(&sealed[..sealed.len() - 1]), Err(CropKeyError::Unopened));
        assert_eq!(key.open(&sealed[..5]), Err(CropKeyError::Unopened));
        for text in ["", "00", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64)] {
            assert_eq!(CropKey::parse(text).map(drop), Err(CropKeyError::Malformed), "{text:?}");
        }
    }
}
