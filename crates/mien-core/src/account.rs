//! Accounts and API keys.

use crate::clock::Clock;
use crate::error::CoreError;
use mien_store::{AccountKey, AccountRow, ApiKeyRow, Store, StoreError};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

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
    /// Groups it has.
    pub groups: u64,
    /// Faces it has.
    pub faces: u64,
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

impl fmt::Debug for ApiKey {
    /// Without the secret, so that no log shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            secret_id,
            account,
            enabled,
            ..
        } = self;
        write!(f, "ApiKey({secret_id}, account {}, enabled {enabled})", account.0)
    }
}

/// The accounts and keys of one store. Cheap to clone; needs no index, so that a command may change keys while the
/// server runs.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    clock: Arc<dyn Clock>,
    cache: Arc<Cache>,
}

/// Keys change rarely and are looked up by every request.
struct Cache {
    recheck: Duration,
    checked: Mutex<Option<Instant>>,
    known: RwLock<Known>,
}

/// Keys as they were at one version of the key tables.
#[derive(Default)]
struct Known {
    version: u64,
    keys: HashMap<String, ApiKey>,
}

impl Accounts {
    /// Longest time for which a key that another process has disabled is still served from memory.
    pub const RECHECK: Duration = Duration::from_secs(1);

    /// Over a store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self::with_recheck(store, clock, Self::RECHECK)
    }

    /// The same with another time than [`Self::RECHECK`].
    pub fn with_recheck(store: Store, clock: Arc<dyn Clock>, recheck: Duration) -> Self {
        let cache = Cache {
            recheck,
            checked: Mutex::new(None),
            known: RwLock::default(),
        };
        Self {
            store,
            clock,
            cache: Arc::new(cache),
        }
    }

    /// Creates an account and numbers it.
    pub fn create(&self, name: &str) -> Result<AccountId, CoreError> {
        let (name, now_ms) = (name.to_owned(), self.clock.now_ms());
        let key = self.store.write(move |tx| tx.insert_account(&name, now_ms))?;
        Ok(AccountId(key.0))
    }

    /// All accounts, oldest first.
    pub fn list(&self) -> Result<Vec<Account>, CoreError> {
        let rows = self.store.read::<_, StoreError>(|view| view.accounts())?;
        Ok(rows.into_iter().map(account).collect())
    }

    /// Creates a key pair from the random source of the system.
    ///
    /// Errors: [`CoreError::AccountNotFound`].
    pub fn create_key(&self, account: AccountId, note: &str) -> Result<ApiKey, CoreError> {
        let row = ApiKeyRow {
            secret_id: format!("AKID{}", random_text()?),
            secret: random_text()?,
            account: AccountKey(account.0),
            note: note.to_owned(),
            enabled: true,
            created_ms: self.clock.now_ms(),
        };
        let stored = row.clone();
        self.store.write(move |tx| {
            tx.account(stored.account)?.ok_or(CoreError::AccountNotFound(account))?;
            Ok::<_, CoreError>(tx.insert_api_key(&stored)?)
        })?;
        self.cache.forget();
        Ok(api_key(row))
    }

    /// Keys of an account, oldest first.
    ///
    /// Errors: [`CoreError::AccountNotFound`].
    pub fn keys(&self, account: AccountId) -> Result<Vec<ApiKey>, CoreError> {
        self.store.read(|view| {
            view.account(AccountKey(account.0))?
                .ok_or(CoreError::AccountNotFound(account))?;
            Ok(view.api_keys(AccountKey(account.0))?.into_iter().map(api_key).collect())
        })
    }

    /// Disables a key. Running servers notice within [`Self::RECHECK`].
    ///
    /// Errors: [`CoreError::KeyNotFound`].
    pub fn disable_key(&self, secret_id: &str) -> Result<(), CoreError> {
        self.set_enabled(secret_id, false)
    }

    /// Enables a disabled key again.
    ///
    /// Errors: [`CoreError::KeyNotFound`].
    pub fn enable_key(&self, secret_id: &str) -> Result<(), CoreError> {
        self.set_enabled(secret_id, true)
    }

    /// Looks up a key, also a disabled one; served from memory for keys seen before. A key that another process has
    /// just created is found at once.
    pub fn key(&self, secret_id: &str) -> Result<Option<ApiKey>, CoreError> {
        if self.cache.due() {
            let version = self.store.read::<_, StoreError>(|view| view.keys_version())?;
            self.cache.at(version, |_| {});
        }
        if let Some(known) = self.cache.find(secret_id) {
            return Ok(Some(known));
        }
        let (version, row) = self
            .store
            .read::<_, StoreError>(|view| Ok((view.keys_version()?, view.api_key(secret_id)?)))?;
        let found = row.map(api_key);
        if let Some(key) = found.clone() {
            self.cache
                .at(version, |keys| drop(keys.insert(key.secret_id.clone(), key)));
        }
        Ok(found)
    }

    fn set_enabled(&self, secret_id: &str, enabled: bool) -> Result<(), CoreError> {
        let id = secret_id.to_owned();
        self.store.write(move |tx| {
            let found = tx.enable_api_key(&id, enabled)?;
            if found { Ok(()) } else { Err(CoreError::KeyNotFound(id)) }
        })?;
        self.cache.forget();
        Ok(())
    }
}

impl Cache {
    /// Whether it is time to look whether another process has changed keys.
    fn due(&self) -> bool {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let due = checked.is_none_or(|at| at.elapsed() >= self.recheck);
        if due {
            *checked = Some(Instant::now());
        }
        due
    }

    fn find(&self, secret_id: &str) -> Option<ApiKey> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys
            .get(secret_id)
            .cloned()
    }

    /// Brings the cache to a version of the key tables, forgetting what is older, and then changes it. What was read at
    /// an older version than the cache holds is not taken.
    fn at(&self, version: u64, change: impl FnOnce(&mut HashMap<String, ApiKey>)) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if version > known.version {
            *known = Known {
                version,
                keys: HashMap::new(),
            };
        }
        if version == known.version {
            change(&mut known.keys);
        }
    }

    fn forget(&self) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn account(row: AccountRow) -> Account {
    let AccountRow {
        key,
        name,
        created_ms,
        groups,
        faces,
    } = row;
    Account {
        id: AccountId(key.0),
        name,
        created_ms,
        groups,
        faces,
    }
}

fn api_key(row: ApiKeyRow) -> ApiKey {
    let ApiKeyRow {
        secret_id,
        secret,
        account,
        note,
        enabled,
        created_ms,
    } = row;
    ApiKey {
        secret_id,
        secret,
        account: AccountId(account.0),
        note,
        enabled,
        created_ms,
    }
}

/// 32 letters and digits, evenly distributed.
pub(crate) fn random_text() -> Result<String, CoreError> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(32);
    while text.len() < 32 {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes).map_err(|_| CoreError::NoRandomness)?;
        // 248 is the largest multiple of 62 in a byte; taking the rest as well would favour the first letters.
        let letters = bytes
            .iter()
            .filter(|byte| **byte < 248)
            .map(|byte| LETTERS[usize::from(*byte) % 62]);
        text.extend(letters.map(char::from).take(32 - text.len()));
    }
    Ok(text)
}
