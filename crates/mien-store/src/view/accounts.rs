//! Accounts, keys, spaces.

use super::{View, number};
use crate::error::StoreError;
use crate::row::{AccountKey, AccountRow, ApiKeyRow, SpaceKey, SpaceRow};
use crate::schema;
use rusqlite::{Row, params};

const ACCOUNT: &str = "SELECT id, name, created_ms, group_count, face_count FROM accounts";
const API_KEY: &str = "SELECT secret_id, secret, account, note, enabled, created_ms FROM api_keys";
const SPACE: &str = "SELECT id, fingerprint, version, dim FROM spaces";

impl View<'_> {
    /// One account.
    pub fn account(&self, account: AccountKey) -> Result<Option<AccountRow>, StoreError> {
        self.one(
            "reading an account",
            &format!("{ACCOUNT} WHERE id = ?1"),
            [account],
            account_row,
        )
    }

    /// All accounts, oldest first.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.all("reading accounts", &format!("{ACCOUNT} ORDER BY id"), [], account_row)
    }

    /// One API key.
    pub fn api_key(&self, secret_id: &str) -> Result<Option<ApiKeyRow>, StoreError> {
        self.one(
            "reading a key",
            &format!("{API_KEY} WHERE secret_id = ?1"),
            [secret_id],
            api_key_row,
        )
    }

    /// API keys of an account, oldest first.
    pub fn api_keys(&self, account: AccountKey) -> Result<Vec<ApiKeyRow>, StoreError> {
        self.all(
            "reading keys",
            &format!("{API_KEY} WHERE account = ?1 ORDER BY id"),
            [account],
            api_key_row,
        )
    }

    /// A number that changes whenever a key or account changes, by whatever process.
    pub fn keys_version(&self) -> Result<u64, StoreError> {
        Ok(self
            .meta(schema::KEYS_VERSION)?
            .and_then(|text| text.parse().ok())
            .unwrap_or(0))
    }

    /// One space.
    pub fn space(&self, key: SpaceKey) -> Result<Option<SpaceRow>, StoreError> {
        self.one("reading a space", &format!("{SPACE} WHERE id = ?1"), [key], space_row)
    }

    /// The space of a fingerprint and version.
    pub fn space_of(&self, fingerprint: &str, version: u8) -> Result<Option<SpaceRow>, StoreError> {
        self.one(
            "reading a space",
            &format!("{SPACE} WHERE fingerprint = ?1 AND version = ?2"),
            params![fingerprint, version],
            space_row,
        )
    }

    /// All spaces that were ever used, oldest first.
    pub fn spaces(&self) -> Result<Vec<SpaceRow>, StoreError> {
        self.all("reading spaces", &format!("{SPACE} ORDER BY id"), [], space_row)
    }

    pub(crate) fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.one(
            "reading meta data",
            "SELECT value FROM meta WHERE name = ?1",
            [name],
            |row| row.get(0),
        )
    }
}

fn account_row(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        key: row.get(0)?,
        name: row.get(1)?,
        created_ms: number(row, 2)?,
        groups: number(row, 3)?,
        faces: number(row, 4)?,
    })
}

fn api_key_row(row: &Row<'_>) -> rusqlite::Result<ApiKeyRow> {
    Ok(ApiKeyRow {
        secret_id: row.get(0)?,
        secret: row.get(1)?,
        account: row.get(2)?,
        note: row.get(3)?,
        enabled: row.get(4)?,
        created_ms: number(row, 5)?,
    })
}

fn space_row(row: &Row<'_>) -> rusqlite::Result<SpaceRow> {
    Ok(SpaceRow {
        key: row.get(0)?,
        fingerprint: row.get(1)?,
        version: row.get(2)?,
        dim: number(row, 3)? as usize,
    })
}
