//! `mien call`: one signed request, as an SDK would send it.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use mien_wire::Secret;
use mien_wire::client::{Call, Credentials, tc3_json};
use serde_json::{Map, Value};

use crate::key;
use crate::place::Place;

/// What to call and as whom.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Action, for example GetGroupList.
    action: String,
    /// Parameters as a JSON object.
    #[arg(default_value = "{}")]
    parameters: String,
    /// A parameter that holds the base64 text of a file, for example Image=photo.jpg. May be repeated.
    #[arg(long, value_name = "PARAMETER=FILE")]
    file: Vec<String>,
    /// API version.
    #[arg(long, default_value = "2020-03-03")]
    api_version: String,
    /// Server [default: the address of the configuration].
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Id of the key [default: the first key of the local store].
    #[arg(long, env = "MIEN_SECRET_ID", requires = "secret_key")]
    secret_id: Option<String>,
    /// Secret of the key.
    #[arg(long, env = "MIEN_SECRET_KEY", requires = "secret_id", hide_env_values = true)]
    secret_key: Option<String>,
    /// Language of messages: zh-CN or en-US.
    #[arg(long, default_value = "en-US")]
    language: String,
}

/// Sends the request and prints the answer. An answer with an error is a failure of the command.
pub fn run(place: &Place, arguments: Arguments) -> Result<()> {
    let credentials = credentials(place, &arguments)?;
    let endpoint = match &arguments.endpoint {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => default_endpoint(place),
    };
    let host = endpoint
        .split_once("://")
        .map(|(_, host)| host)
        .context("--endpoint must be like http://127.0.0.1:8080")?;
    let now_s = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .context("the clock is before 1970")?
        .as_secs();
    let mut call = Call::new(host, &arguments.action, &arguments.api_version, now_s as i64);
    call.language = Some(&arguments.language);
    let signed = tc3_json(&call, &credentials, body(&arguments)?);

    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .http_status_as_error(false)
        .build()
        .into();
    let mut request = agent.post(format!("{endpoint}/"));
    for (name, value) in &signed.headers {
        request = request.header(name, value);
    }
    let mut response = request
        .send(&signed.body[..])
        .with_context(|| format!("cannot reach {endpoint}"))?;
    let text = response
        .body_mut()
        .read_to_string()
        .context("the answer cannot be read")?;
    let answer: Value = serde_json::from_str(&text).with_context(|| format!("this is no JSON: {text}"))?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&answer)?)?;
    match answer.pointer("/Response/Error/Code") {
        Some(code) => bail!("{} answered {}", arguments.action, code.as_str().unwrap_or_default()),
        None => Ok(()),
    }
}

fn credentials(place: &Place, arguments: &Arguments) -> Result<Credentials> {
    let (secret_id, secret) = match (&arguments.secret_id, &arguments.secret_key) {
        (Some(id), Some(secret)) => (id.clone(), secret.clone()),
        _ => {
            let key = key::first_key(&place.accounts()?)?;
            let key = key.context("the local store has no key: give --secret-id and --secret-key")?;
            (key.secret_id, key.secret)
        }
    };
    Ok(Credentials {
        secret_id,
        secret: Secret::new(secret),
        token: None,
    })
}

fn default_endpoint(place: &Place) -> String {
    let server = &place.settings.server;
    let scheme = if server.tls_certificate.is_some() {
        "https"
    } else {
        "http"
    };
    format!("{scheme}://{}", server.listen)
}

fn body(arguments: &Arguments) -> Result<Vec<u8>> {
    let mut parameters: Map<String, Value> =
        serde_json::from_str(&arguments.parameters).context("the parameters are no JSON object")?;
    for pair in &arguments.file {
        let (name, path) = pair
            .split_once('=')
            .with_context(|| format!("--file {pair}: write PARAMETER=FILE"))?;
        let path = PathBuf::from(path);
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        parameters.insert(name.to_owned(), Value::String(text));
    }
    Ok(serde_json::to_vec(&parameters)?)
}
