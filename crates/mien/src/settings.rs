//! The configuration: defaults, then `mien.toml`, then the environment, then `--set`, then flags.
//!
//! Every source is laid over the one before as a TOML tree, so that a wrong key or type is refused in
//! the same way wherever it comes from.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mien_server::ServerConfig;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// Everything that can be configured, with its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Model pack that new groups are enrolled with (`mien models list`).
    pub pack: String,
    /// The edge: addresses, TLS, limits, queue, downloads.
    pub server: ServerConfig,
    /// Where accounts, groups, persons and faces are kept.
    pub store: StoreSettings,
    /// What computes the models.
    pub engine: EngineSettings,
    /// How the API behaves where the contract leaves a choice.
    pub api: ApiSettings,
    /// Limits of the domain (defaults of the cloud service).
    pub limits: mien_core::Limits,
    /// The log on standard error.
    pub log: LogSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pack: "human".to_owned(),
            server: ServerConfig::default(),
            store: StoreSettings::default(),
            engine: EngineSettings::default(),
            api: ApiSettings::default(),
            limits: mien_core::Limits::default(),
            log: LogSettings::default(),
        }
    }
}

/// Where accounts, groups, persons and faces are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Directory of the database and the index; empty means `data` in the home directory.
    pub directory: PathBuf,
    /// When an answered write is on disk.
    pub durability: Durability,
}

/// When an answered write is on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Durability {
    /// Before it is answered: it survives a crash of the machine.
    #[default]
    Full,
    /// Some time later: it survives a crash of the server only. For data that may be lost.
    Off,
}

/// What computes the models.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSettings {
    /// Which engine.
    pub kind: EngineKind,
}

/// Which engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// OpenVINO where it can be installed, else tract.
    #[default]
    Auto,
    /// OpenVINO or nothing.
    Openvino,
    /// tract: portable, several times slower, needs nothing installed.
    Tract,
}

/// How the API behaves where the contract leaves a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiSettings {
    /// Largest distance between the clock of a client and ours, seconds.
    pub clock_skew_seconds: u64,
    /// Account that requests with `Authorization: SKIP` act for; 0 refuses them.
    pub anonymous_account: u64,
    /// Refuse signatures that are scoped to another service than `iai`.
    pub strict_service: bool,
    /// Refuse parameters that an action does not have.
    pub strict_parameters: bool,
    /// Characters that names may hold.
    pub charset: CharsetChoice,
    /// Answer unknown persons in DeletePerson and DeleteFace with the code of older documents.
    pub legacy_person_codes: bool,
    /// Put what the server signed into the answer when a signature does not match. For finding
    /// faults in a client; the log always has it.
    pub debug_signatures: bool,
    /// Longest time on the pictures of one request, seconds.
    pub deadline_seconds: u64,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            clock_skew_seconds: 300,
            anonymous_account: 0,
            strict_service: false,
            strict_parameters: false,
            charset: CharsetChoice::Default,
            legacy_person_codes: false,
            debug_signatures: false,
            deadline_seconds: 10,
        }
    }
}

/// The log on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// Levels by module, for example `info` or `warn,mien::request=info`.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which characters names may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CharsetChoice {
    /// Letters and digits of any script and the punctuation of the documented requests.
    Default,
    /// Exactly what the documents list.
    Strict,
    /// Everything but control characters.
    Lenient,
}

/// What lies above the file.
#[derive(Debug, Clone, Default)]
pub struct Overlays {
    /// The environment.
    pub environment: Vec<(OsString, OsString)>,
    /// `KEY=VALUE` from the command line, keys dotted.
    pub assignments: Vec<String>,
}

impl Settings {
    /// Reads the configuration. `explicit` must exist; otherwise `mien.toml` in the working directory
    /// or else in `home` is taken when it is there.
    pub fn read(explicit: Option<&Path>, home: &Path, overlays: &Overlays) -> Result<Self> {
        let found = match explicit {
            Some(path) => Some(path.to_owned()),
            None => [Path::new("mien.toml").to_owned(), home.join("mien.toml")]
                .into_iter()
                .find(|path| path.is_file()),
        };
        let mut tree = match &found {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
                // Parsed on its own first: only so can the message point to the line.
                toml::from_str::<Self>(&text).with_context(|| format!("{} is not valid", path.display()))?;
                text.parse::<Table>()
                    .with_context(|| format!("{} is not valid", path.display()))?
            }
            None => Table::new(),
        };
        for (name, value) in &overlays.environment {
            lay_environment(&mut tree, name, value)?;
        }
        for assignment in &overlays.assignments {
            let Some((key, value)) = assignment.split_once('=') else {
                bail!("--set {assignment}: write KEY=VALUE, for example server.listen=0.0.0.0:8080");
            };
            lay(&mut tree, &key.split('.').collect::<Vec<_>>(), value)
                .with_context(|| format!("--set {assignment}"))?;
        }
        Value::Table(tree).try_into().context("the configuration is not valid")
    }

    /// Where database and index are.
    pub fn data_directory(&self, home: &Path) -> PathBuf {
        if self.store.directory.as_os_str().is_empty() {
            home.join("data")
        } else {
            self.store.directory.clone()
        }
    }

    /// The settings of the API as it takes them.
    pub fn api_config(&self) -> mien_api::Config {
        let api = &self.api;
        let mut config = mien_api::Config::default();
        config.policy.clock_skew_s = api.clock_skew_seconds;
        config.policy.anonymous = (api.anonymous_account != 0).then_some(api.anonymous_account);
        config.policy.strict_service = api.strict_service;
        config.debug_signatures = api.debug_signatures;
        config.refuse_unknown_parameters = api.strict_parameters;
        config.legacy_person_codes = api.legacy_person_codes;
        config.charset = match api.charset {
            CharsetChoice::Default => mien_core::Charset::Default,
            CharsetChoice::Strict => mien_core::Charset::Strict,
            CharsetChoice::Lenient => mien_core::Charset::Lenient,
        };
        config.deadline = Duration::from_secs(api.deadline_seconds);
        config
    }
}

/// `MIEN_PACK=omz` is `pack`, `MIEN_SERVER__LISTEN=…` is `server.listen`. Other variables that start
/// with `MIEN_` and have no `__` are not settings (`MIEN_HOME`, `MIEN_TEST_DATA`).
fn lay_environment(tree: &mut Table, name: &OsString, value: &OsString) -> Result<()> {
    let Some(key) = name.to_str().and_then(|name| name.strip_prefix("MIEN_")) else {
        return Ok(());
    };
    if key != "PACK" && !key.contains("__") {
        return Ok(());
    }
    let key = key.to_ascii_lowercase();
    let value = value
        .to_str()
        .with_context(|| format!("{} is not UTF-8", name.display()))?;
    lay(tree, &key.split("__").collect::<Vec<_>>(), value).with_context(|| format!("{}={value}", name.display()))
}

fn lay(tree: &mut Table, path: &[&str], text: &str) -> Result<()> {
    let [parents @ .., last] = path else {
        bail!("a key is missing")
    };
    let mut table = tree;
    for parent in parents {
        let entry = table.entry(*parent).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(inner) = entry else {
            bail!("`{parent}` is not a section")
        };
        table = inner;
    }
    table.insert((*last).to_owned(), value_of(text));
    Ok(())
}

/// Numbers, booleans and lists as TOML writes them; everything else is text.
fn value_of(text: &str) -> Value {
    let parsed = format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("value"));
    match parsed {
        Some(
            value @ (Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Array(_) | Value::String(_)),
        ) => value,
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlays(environment: &[(&str, &str)], assignments: &[&str]) -> Overlays {
        Overlays {
            environment: environment
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            assignments: assignments.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn later_sources_win() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(
            home.path().join("mien.toml"),
            "pack = \"omz\"\n[server]\nlisten = \"127.0.0.1:1000\"\nmax_connections = 5\n[server.queue]\nmax_wait_ms = 7\n",
        )
        .unwrap();
        let over = overlays(
            &[
                ("MIEN_SERVER__LISTEN", "127.0.0.1:2000"),
                ("MIEN_SERVER__MAX_CONNECTIONS", "6"),
                ("MIEN_HOME", "x"),
                ("PATH", "y"),
            ],
            &[
                "server.listen=127.0.0.1:3000",
                "server.admin_listen=",
                "server.download.ports=[80]",
            ],
        );
        let settings = Settings::read(None, home.path(), &over).unwrap();
        assert_eq!(settings.pack, "omz");
        assert_eq!(settings.server.listen.port(), 3000);
        assert_eq!(settings.server.admin_listen, None);
        assert_eq!(settings.server.max_connections, 6);
        assert_eq!(settings.server.queue.max_wait_ms, 7);
        assert_eq!(settings.server.download.ports, [80]);
        let none = Settings::read(None, Path::new("/nowhere"), &Overlays::default()).unwrap();
        assert_eq!(none, Settings::default());
    }

    #[test]
    fn mistakes_are_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("other.toml");
        type Case = (
            &'static str,
            &'static [(&'static str, &'static str)],
            &'static [&'static str],
            &'static str,
        );
        let cases: &[Case] = &[
            ("[server]\nlisten_on = \"x\"\n", &[], &[], "listen_on"),
            ("pack = 7\n", &[], &[], "line 1"),
            ("[server\n", &[], &[], "line 1"),
            ("", &[("MIEN_SERVER__LISTENING", "x")], &[], "listening"),
            ("", &[("MIEN_SERVER__LISTEN", "nonsense")], &[], "listen"),
            ("", &[], &["server.listen"], "KEY=VALUE"),
            ("", &[], &["pack.listen=1"], "pack"),
            ("", &[], &["limits.faces_per_person=many"], "faces_per_person"),
            (
                "",
                &[],
                &["server.download.allow_networks=[\"10.0.0.0/99\"]"],
                "allow_networks",
            ),
        ];
        for (text, environment, assignments, expected) in cases {
            std::fs::write(&file, text).unwrap();
            let error = Settings::read(Some(&file), home.path(), &overlays(environment, assignments)).unwrap_err();
            let message = format!("{error:#}");
            assert!(message.contains(expected), "{expected:?} is not in {message:?}");
        }
        let missing = Settings::read(Some(Path::new("/nowhere/mien.toml")), home.path(), &Overlays::default());
        assert!(format!("{:#}", missing.unwrap_err()).contains("/nowhere/mien.toml"));
    }

    #[test]
    fn the_printed_configuration_reads_back() {
        let text = toml::to_string(&Settings::default()).unwrap();
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), Settings::default());
    }
}
