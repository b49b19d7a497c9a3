//! `mien key`: accounts and their API keys. A server that runs meanwhile notices within a second.

use std::io::Write;

use anyhow::{Context, Result, bail};
use mien_core::{AccountId, Accounts, ApiKey};

use crate::place::Place;

/// What to do with keys.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create a key; the secret is printed this once.
    Create {
        /// Number of the account (AppId) [default: the first account, created if there is none].
        #[arg(long, value_name = "NUMBER", conflicts_with = "new_account")]
        account: Option<u64>,
        /// Create a new account of this name for the key.
        #[arg(long, value_name = "NAME")]
        new_account: Option<String>,
        /// A note to recognise the key by.
        #[arg(long, default_value = "")]
        note: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// List all keys, without their secrets.
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Disable a key for good.
    Disable {
        /// The id of the key (AKID…).
        secret_id: String,
    },
}

/// Carries out the command.
pub fn run(place: &Place, command: Command) -> Result<()> {
    let accounts = place.accounts()?;
    match command {
        Command::Create {
            account,
            new_account,
            note,
            json,
        } => {
            let account = match (account, new_account) {
                (Some(number), _) => existing(&accounts, number)?,
                (None, Some(name)) => accounts.create(&name)?,
                (None, None) => first_account(&accounts)?,
            };
            print_new(&accounts.create_key(account, &note)?, json)
        }
        Command::List { json } => list(&accounts, json),
        Command::Disable { secret_id } => {
            accounts
                .key(&secret_id)?
                .with_context(|| format!("there is no key {secret_id}"))?;
            accounts.disable_key(&secret_id)?;
            println!("disabled {secret_id}");
            Ok(())
        }
    }
}

/// The oldest account; created when there is none.
pub fn first_account(accounts: &Accounts) -> Result<AccountId> {
    match accounts.list()?.first() {
        Some(account) => Ok(account.id),
        None => Ok(accounts.create("default")?),
    }
}

/// The oldest key that may be used, whatever its account.
pub fn first_key(accounts: &Accounts) -> Result<Option<ApiKey>> {
    for account in accounts.list()? {
        if let Some(key) = accounts.keys(account.id)?.into_iter().find(|key| key.enabled) {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

fn existing(accounts: &Accounts, number: u64) -> Result<AccountId> {
    let found = accounts
        .list()?
        .into_iter()
        .find(|account| account.id == AccountId(number));
    match found {
        Some(account) => Ok(account.id),
        None => bail!("there is no account {number}; create one with --new-account NAME"),
    }
}

fn print_new(key: &ApiKey, json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let object = serde_json::json!({
            "account": key.account.0, "secret_id": key.secret_id, "secret_key": key.secret, "note": key.note,
        });
        writeln!(out, "{object}")?;
        return Ok(());
    }
    writeln!(out, "account   {}", key.account.0)?;
    writeln!(out, "SecretId  {}", key.secret_id)?;
    writeln!(out, "SecretKey {}", key.secret)?;
    writeln!(out, "The SecretKey is not shown again.")?;
    Ok(())
}

fn list(accounts: &Accounts, json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for account in accounts.list()? {
        for key in accounts.keys(account.id)? {
            if json {
                let object = serde_json::json!({
                    "account": account.id.0, "account_name": account.name, "secret_id": key.secret_id,
                    "enabled": key.enabled, "note": key.note, "created_ms": key.created_ms,
                });
                writeln!(out, "{object}")?;
            } else {
                let state = if key.enabled { "enabled " } else { "disabled" };
                writeln!(
                    out,
                    "{:>6}  {}  {state}  {}  {}",
                    account.id.0, key.secret_id, account.name, key.note
                )?;
            }
        }
    }
    Ok(())
}
