//! Accounts and API keys.

use crate::clock::Clock;
use crate::error::CoreError;
use mien_store::Store;
use std::sync::Arc;

/// Number of an account (AppId). Accounts never see one another's groups, persons and keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub u64);

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// A name for people, may repeat.
    pub name: String,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
}

/// An API key with its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Public id: `AKID` and 32 letters or digits.
    pub secret_id: String,
    /// The secret: 32 letters or digits.
    pub secret: String,
    /// The account that requests signed with it act for.
    pub account: AccountId,
    /// Whether it may be used.
    pub enabled: bool,
    /// A note for people.
    pub note: String,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
}

/// The accounts and keys of one store. Cheap to clone; needs no index, so that a command may change keys while the
/// server runs.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Accounts {
    /// Over a store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Creates an account and numbers it.
    pub fn create(&self, name: &str) -> Result<AccountId, CoreError> {
        let _ = (&self.store, &self.clock, name);
        todo!()
    }

    /// All accounts, oldest first.
    pub fn list(&self) -> Result<Vec<Account>, CoreError> {
        todo!()
    }

    /// Creates a key pair from the random source of the system.
    pub fn create_key(&self, _account: AccountId, _note: &str) -> Result<ApiKey, CoreError> {
        todo!()
    }

    /// Keys of an account, oldest first.
    pub fn keys(&self, _account: AccountId) -> Result<Vec<ApiKey>, CoreError> {
        todo!()
    }

    /// Disables a key. Running servers notice within a second.
    pub fn disable_key(&self, _secret_id: &str) -> Result<(), CoreError> {
        todo!()
    }

    /// Looks up a key, also a disabled one; served from memory for known keys.
    pub fn key(&self, _secret_id: &str) -> Result<Option<ApiKey>, CoreError> {
        todo!()
    }
}
