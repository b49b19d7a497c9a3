//! Accounts, keys, spaces.

use super::Transaction;
use crate::error::StoreError;
use crate::row::{AccountKey, ApiKeyRow, SpaceKey};
use rusqlite::params;

impl Transaction<'_> {
    /// Creates an account and numbers it.
    pub fn insert_account(&mut self, name: &str, now_ms: u64) -> Result<AccountKey, StoreError> {
        let sql = "INSERT INTO accounts (name, created_ms) VALUES (?1, ?2)";
        self.run("creating an account", sql, params![name, now_ms as i64])?;
        let account = AccountKey(self.connection.last_insert_rowid() as u64);
        self.keys_changed()?;
        Ok(account)
    }

    /// Creates a key.
    pub fn insert_api_key(&mut self, key: &ApiKeyRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO api_keys (secret_id, secret, account, note, enabled, created_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let created_ms = key.created_ms as i64;
        let values = params![
            key.secret_id,
            key.secret,
            key.account,
            key.note,
            key.enabled,
            created_ms
        ];
        self.run("creating a key", sql, values)?;
        self.keys_changed()
    }

    /// Enables or disables a key; false when there is none of this id.
    pub fn enable_api_key(&mut self, secret_id: &str, enabled: bool) -> Result<bool, StoreError> {
        let sql = "UPDATE api_keys SET enabled = ?2 WHERE secret_id = ?1";
        let found = self.run("changing a key", sql, params![secret_id, enabled])? > 0;
        self.keys_changed()?;
        Ok(found)
    }

    /// The space of a fingerprint and version, created when it is new.
    pub fn ensure_space(&mut self, fingerprint: &str, version: u8, dim: usize) -> Result<SpaceKey, StoreError> {
        if let Some(space) = self.space_of(fingerprint, version)? {
            return Ok(space.key);
        }
        let sql = "INSERT INTO spaces (fingerprint, version, dim) VALUES (?1, ?2, ?3)";
        self.run("creating a space", sql, params![fingerprint, version, dim as i64])?;
        Ok(SpaceKey(self.connection.last_insert_rowid() as u64))
    }

    fn keys_changed(&self) -> Result<(), StoreError> {
        let sql = "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'keys_version'";
        self.run("counting key changes", sql, []).map(drop)
    }
}
