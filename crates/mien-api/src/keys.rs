//! The keys of the domain as the wire asks for them.

use std::cell::RefCell;

use mien_core::{Accounts, CoreError};
use mien_wire::{Code, Key, KeyRing, Refusal, Secret};

use crate::refusals::chain;

/// A key ring over the accounts of the store, for one request.
pub struct StoredKeys<'a> {
    accounts: &'a Accounts,
    failure: RefCell<Option<String>>,
}

impl<'a> StoredKeys<'a> {
    /// Over these accounts.
    pub fn new(accounts: &'a Accounts) -> Self {
        Self {
            accounts,
            failure: RefCell::default(),
        }
    }

    /// Why the store could not be asked, for the log.
    pub fn failure(&self) -> Option<String> {
        self.failure.take()
    }

    fn failed(&self, error: &CoreError) -> Refusal {
        self.failure.replace(Some(chain(error)));
        Refusal::new(Code::InternalError)
    }
}

impl KeyRing for StoredKeys<'_> {
    fn key(&self, secret_id: &str) -> Result<Option<Key>, Refusal> {
        let found = self.accounts.key(secret_id).map_err(|error| self.failed(&error))?;
        Ok(found.map(|key| Key {
            secret: Secret::new(key.secret),
            account: key.account.0,
            token: None,
            expires_s: None,
            enabled: key.enabled,
        }))
    }
}
