//! The keys of the domain as the wire asks for them.

use mien_core::Accounts;
use mien_wire::{Key, KeyRing, Refusal, Secret};

use crate::refusals;

/// A key ring over the accounts of the store.
pub struct StoredKeys<'a>(pub &'a Accounts);

impl KeyRing for StoredKeys<'_> {
    fn key(&self, secret_id: &str) -> Result<Option<Key>, Refusal> {
        let found = self.0.key(secret_id).map_err(|error| refusals::domain(&error))?;
        Ok(found.map(|key| Key {
            secret: Secret::new(key.secret),
            account: key.account.0,
            token: None,
            expires_s: None,
            enabled: key.enabled,
        }))
    }
}
