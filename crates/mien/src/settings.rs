//! The configuration: defaults, then `mien.toml`, then the environment, then `--set`, then flags.
//!
//! Every source is laid over the one before as a TOML tree, so that a wrong key or type is refused in
//! the same way wherever it comes from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mien_api::Rate;
use mien_core::{AccountId, AccountLimits};
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
    /// Sizes of requests.
    pub request: RequestSettings,
    /// Sizes of pictures.
    pub picture: PictureSettings,
    /// Limits on the faces of one analysis.
    pub analysis: AnalysisSettings,
    /// Calls a second that an account may make of an action, laid over the documented ones; 0 for no limit.
    pub rates: BTreeMap<String, u32>,
    /// Accounts with limits of their own, by number.
    pub accounts: BTreeMap<String, AccountSettings>,
    /// What is kept of pictures.
    pub privacy: PrivacySettings,
    /// Background jobs.
    pub jobs: JobSettings,
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
            request: RequestSettings::default(),
            picture: PictureSettings::default(),
            analysis: AnalysisSettings::default(),
            rates: documented_rates(),
            accounts: BTreeMap::new(),
            privacy: PrivacySettings::default(),
            jobs: JobSettings::default(),
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

/// Sizes of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestSettings {
    /// Longest query, bytes.
    pub query_bytes: usize,
    /// Largest body signed with v1, bytes.
    pub v1_body_bytes: usize,
    /// Largest body signed with TC3, bytes.
    pub tc3_body_bytes: usize,
}

impl Default for RequestSettings {
    fn default() -> Self {
        let limits = mien_api::Config::default().request_limits;
        Self {
            query_bytes: limits.query_bytes,
            v1_body_bytes: limits.v1_body_bytes,
            tc3_body_bytes: limits.tc3_body_bytes,
        }
    }
}

/// Sizes of pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PictureSettings {
    /// Longest Base64 text of a picture, characters. A downloaded one may have as many bytes as that text holds.
    pub base64_characters: usize,
    /// Largest long edge of a JPEG, pixels.
    pub jpeg_long_edge_px: u32,
    /// Largest long edge of a PNG or BMP, pixels.
    pub other_long_edge_px: u32,
    /// Smallest short edge, pixels.
    pub short_edge_px: u32,
}

impl Default for PictureSettings {
    fn default() -> Self {
        let config = mien_api::Config::default();
        Self {
            base64_characters: config.image_characters,
            jpeg_long_edge_px: config.picture_limits.max_jpeg_long_edge,
            other_long_edge_px: config.picture_limits.max_other_long_edge,
            short_edge_px: config.picture_limits.min_short_edge,
        }
    }
}

/// Limits on the faces of one analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnalysisSettings {
    /// Largest MaxFaceNum of DetectFace and DetectFaceAttributes.
    pub faces: u64,
    /// Faces that get attributes, largest first.
    pub faces_with_attributes: usize,
    /// Faces that get quality, largest first.
    pub faces_with_quality: usize,
    /// Faces of AnalyzeFace.
    pub faces_with_landmarks: usize,
    /// Faces of AnalyzeDenseLandmarks.
    pub faces_with_dense_landmarks: usize,
    /// Smallest face of a liveness check, shorter side in pixels.
    pub live_face_px: u32,
}

impl Default for AnalysisSettings {
    fn default() -> Self {
        let limits = mien_api::AnalysisLimits::default();
        Self {
            faces: limits.faces,
            faces_with_attributes: limits.faces_with_attributes,
            faces_with_quality: limits.faces_with_quality,
            faces_with_landmarks: limits.faces_with_landmarks,
            faces_with_dense_landmarks: limits.faces_with_dense_landmarks,
            live_face_px: limits.live_face_px,
        }
    }
}

/// What an account has of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSettings {
    /// Laid over the limits of all accounts, key by key.
    pub limits: Table,
    /// Laid over the rates of all accounts, action by action; 0 for no limit.
    pub rates: BTreeMap<String, u32>,
}

/// What is kept of pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrivacySettings {
    /// Keep an encrypted crop of each new face. Groups can then be moved to another face model version
    /// (UpgradeGroupFaceModelVersion); without crops every face would have to be enrolled again.
    pub keep_crops: bool,
    /// File with the key of the crops, made when it is missing; empty means `crops.key` in the home directory.
    pub crop_key_file: PathBuf,
}

/// Background jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobSettings {
    /// Share of the time of one core that they take, 1 to 100 percent.
    pub load_percent: u32,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self { load_percent: 50 }
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

    /// The limits of all accounts.
    pub fn account_limits(&self) -> Result<AccountLimits> {
        let mut limits = AccountLimits::from(self.limits.clone());
        for (name, own) in &self.accounts {
            let mut tree = Table::try_from(&self.limits)?;
            tree.extend(own.limits.clone());
            let own = Value::Table(tree).try_into();
            let own = own.with_context(|| format!("accounts.{name}.limits is not valid"))?;
            limits.own.insert(AccountId(account_number(name)?), own);
        }
        Ok(limits)
    }

    /// The settings of the API as it takes them, without crops.
    pub fn api_config(&self) -> Result<mien_api::Config> {
        let api = &self.api;
        let mut config = mien_api::Config::default();
        self.set_sizes(&mut config);
        lay_rates(&mut config.rates, &self.rates).context("rates")?;
        for (name, own) in &self.accounts {
            let rates = config.account_rates.entry(account_number(name)?).or_default();
            *rates = config.rates.clone();
            lay_rates(rates, &own.rates).with_context(|| format!("accounts.{name}.rates"))?;
        }
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
        Ok(config)
    }

    fn set_sizes(&self, config: &mut mien_api::Config) {
        let (request, picture, analysis) = (&self.request, &self.picture, &self.analysis);
        config.request_limits.query_bytes = request.query_bytes;
        config.request_limits.v1_body_bytes = request.v1_body_bytes;
        config.request_limits.tc3_body_bytes = request.tc3_body_bytes;
        config.image_characters = picture.base64_characters;
        config.picture_limits = mien_vision::picture::PictureLimits {
            max_bytes: picture.base64_characters / 4 * 3,
            max_jpeg_long_edge: picture.jpeg_long_edge_px,
            max_other_long_edge: picture.other_long_edge_px,
            min_short_edge: picture.short_edge_px,
        };
        config.analysis = mien_api::AnalysisLimits {
            faces: analysis.faces,
            faces_with_attributes: analysis.faces_with_attributes,
            faces_with_quality: analysis.faces_with_quality,
            faces_with_landmarks: analysis.faces_with_landmarks,
            faces_with_dense_landmarks: analysis.faces_with_dense_landmarks,
            live_face_px: analysis.live_face_px,
        };
    }
}

fn documented_rates() -> BTreeMap<String, u32> {
    let rates = mien_api::Config::default().rates;
    rates
        .into_iter()
        .map(|(action, rate)| (action, rate.calls.get()))
        .collect()
}

fn account_number(name: &str) -> Result<u64> {
    name.parse()
        .with_context(|| format!("accounts.{name}: an account is named by its number, as `mien key list` shows it"))
}

fn lay_rates(rates: &mut BTreeMap<String, Rate>, over: &BTreeMap<String, u32>) -> Result<()> {
    for (action, calls) in over {
        if mien_api::ACTIONS.iter().all(|known| known.name != action) {
            bail!("there is no action {action}");
        }
        match NonZeroU32::new(*calls) {
            Some(calls) => rates.insert(action.clone(), Rate::per_second(calls)),
            None => rates.remove(action),
        };
    }
    Ok(())
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
mod tests;
