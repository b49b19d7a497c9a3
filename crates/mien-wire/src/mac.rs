//! Keyed hashes. Keys and what is derived from them are wiped from memory.

use hmac::{Hmac, KeyInit, Mac, digest};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The two hashes under the signatures of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

/// The HMAC of `text`.
pub(crate) fn authenticate(hash: Hash, secret: &[u8], text: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match hash {
        Hash::Sha1 => keyed::<Hmac<Sha1>, Sha1>(secret)
            .chain_update(text)
            .finalize()
            .into_bytes()
            .to_vec(),
        Hash::Sha256 => keyed::<Hmac<Sha256>, Sha256>(secret)
            .chain_update(text)
            .finalize()
            .into_bytes()
            .to_vec(),
    })
}

/// Whether `tag` is the HMAC of `text`, in constant time (BEHAVIOUR 2.14).
pub(crate) fn authentic(hash: Hash, secret: &[u8], text: &[u8], tag: &[u8]) -> bool {
    match hash {
        Hash::Sha1 => keyed::<Hmac<Sha1>, Sha1>(secret)
            .chain_update(text)
            .verify_slice(tag)
            .is_ok(),
        Hash::Sha256 => keyed::<Hmac<Sha256>, Sha256>(secret)
            .chain_update(text)
            .verify_slice(tag)
            .is_ok(),
    }
}

/// The key of an HMAC is one block of the hash: longer secrets are hashed, shorter ones padded with zeros (RFC 2104).
fn keyed<M: KeyInit, D: Digest>(secret: &[u8]) -> M {
    let mut block = digest::Key::<M>::default();
    let hashed;
    let secret = if secret.len() <= block.len() {
        secret
    } else {
        hashed = Zeroizing::new(D::digest(secret).to_vec());
        hashed.as_slice()
    };
    block[..secret.len()].copy_from_slice(secret);
    let mac = M::new(&block);
    zeroize::Zeroize::zeroize(&mut block[..]);
    mac
}

/// Whether two texts are equal, in time that depends on their lengths only: their HMACs under an empty key are compared.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    authentic(Hash::Sha256, &[], right, &authenticate(Hash::Sha256, &[], left))
}
