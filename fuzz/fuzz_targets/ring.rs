//! A key ring in which every id has the same key.

use mien_wire::{Key, KeyRing, Refusal, Secret};

pub const SECRET: &str = "a secret that is not in the corpus";
pub const NOW_S: i64 = 1_700_000_000;

pub struct Ring;

impl KeyRing for Ring {
    fn key(&self, _: &str) -> Result<Option<Key>, Refusal> {
        Ok(Some(Key {
            secret: Secret::new(SECRET),
            account: 1,
            token: None,
            expires_s: None,
            enabled: true,
        }))
    }
}
