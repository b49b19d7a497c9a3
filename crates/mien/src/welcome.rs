//! What a start prints: where the server is, and on the first start a key and a program that uses it.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use mien_core::{ApiKey, Core};

use crate::key;

/// What there is to say.
pub struct Welcome<'a> {
    pub endpoint: SocketAddr,
    pub scheme: &'static str,
    pub admin: Option<SocketAddr>,
    pub engine: &'a str,
    pub pack: &'a str,
    pub new_key: Option<ApiKey>,
}

/// Creates the first account and key when there is no key at all.
pub fn first_key(core: &Core) -> Result<Option<ApiKey>> {
    let accounts = core.accounts();
    for account in accounts.list()? {
        if !accounts.keys(account.id)?.is_empty() {
            return Ok(None);
        }
    }
    let account = key::first_account(accounts)?;
    Ok(Some(accounts.create_key(account, "first start")?))
}

impl Welcome<'_> {
    /// Prints it on standard output.
    pub fn print(&self, took: Duration) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if let Some(key) = &self.new_key {
            write!(out, "{}", self.first_steps(key))?;
        }
        writeln!(
            out,
            "Mien serves on {}://{} after {:.2} s (models: {}, engine: {}).",
            self.scheme,
            self.endpoint,
            took.as_secs_f32(),
            self.pack,
            self.engine,
        )?;
        if let Some(admin) = self.admin {
            writeln!(
                out,
                "Health and metrics: http://{admin}/health/ready, http://{admin}/metrics"
            )?;
        }
        out.flush()?;
        Ok(())
    }

    fn first_steps(&self, key: &ApiKey) -> String {
        let (id, secret) = (&key.secret_id, &key.secret);
        let (scheme, endpoint) = (self.scheme, self.endpoint);
        format!(
            r#"
  SecretId   {id}
  SecretKey  {secret}
             (not shown again; `mien key create` makes more)

  Try it with the official Python SDK: pip install tencentcloud-sdk-python-iai

import base64, json, sys
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.iai.v20200303 import iai_client, models

http = HttpProfile(protocol="{scheme}", endpoint="{endpoint}")
client = iai_client.IaiClient(Credential("{id}", "{secret}"), "", ClientProfile(httpProfile=http))

def call(action, **parameters):
    request = getattr(models, action + "Request")()
    request.from_json_string(json.dumps(parameters))
    return getattr(client, action)(request)

if call("GetGroupList").GroupNum == 0:
    call("CreateGroup", GroupName="Friends", GroupId="friends")
print("Groups:", call("GetGroupList").to_json_string())
for path in sys.argv[1:]:
    image = base64.b64encode(open(path, "rb").read()).decode()
    print(path, call("DetectFace", Image=image, MaxFaceNum=10).to_json_string())

"#
        )
    }
}
