//! A server in the process: a real store and index in a temporary folder, keys, a clock that stands still, eyes that read
//! pixels. Every reply that passes through here is held against the contract table.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use mien_api::{Api, Config, CropKey, Crops, FetchError, Reply};
use mien_core::{AccountId, AccountLimits, Clock, Core, Curve, Limits, ModelVersion, Point, Space};
use mien_store::{Durability, Options, Store};
use mien_wire::Secret;
use mien_wire::client::{self, Credentials};
use serde_json::{Value, json};

use crate::photos::{DIM, ReadingEyes};
use crate::shapes;

pub const HOST: &str = "iai.tencentcloudapi.com";
pub const V2018: &str = "2018-03-01";
pub const V2020: &str = "2020-03-03";

/// Stands in a request for the id of a job that is done.
pub const THE_JOB: &str = "[the job]";

/// The time at which every test begins, milliseconds since the Unix epoch.
pub const BEGIN_MS: u64 = 1_700_000_000_000;

/// A clock that is moved by hand.
#[derive(Debug)]
pub struct StandingClock(AtomicU64);

impl Clock for StandingClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a test may choose.
pub struct Setup {
    pub config: Config,
    pub limits: Limits,
    /// Limits of bob, who is account 2; absent for the same.
    pub limits_of_bob: Option<Limits>,
    pub eyes: ReadingEyes,
    pub versions: Vec<ModelVersion>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            // Tests call faster than any client: rates have a test of their own.
            config: Config {
                rates: BTreeMap::new(),
                crops: Some(Crops {
                    keep: true,
                    key: CropKey::parse(&"5a".repeat(32)).unwrap(),
                }),
                ..Config::default()
            },
            limits: Limits::default(),
            limits_of_bob: None,
            eyes: ReadingEyes { analysis: true },
            versions: vec![ModelVersion::V2, ModelVersion::V3],
        }
    }
}

pub struct World {
    pub api: Api,
    pub clock: Arc<StandingClock>,
    /// The key of the account that calls when nothing else is said.
    pub alice: Credentials,
    /// The key of another account.
    pub bob: Credentials,
    /// What stands at which address; others are unreachable.
    pub web: BTreeMap<String, Result<Bytes, FetchError>>,
    /// Dropped last.
    _folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        Self::with(Setup::default())
    }

    pub fn configured(change: impl FnOnce(&mut Config)) -> Self {
        let mut setup = Setup::default();
        change(&mut setup.config);
        Self::with(setup)
    }

    pub fn limited(change: impl FnOnce(&mut Limits)) -> Self {
        let mut setup = Setup::default();
        change(&mut setup.limits);
        Self::with(setup)
    }

    pub fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(
            &folder.path().join("mien.db"),
            Options {
                durability: Durability::Off,
            },
        )
        .unwrap();
        let clock = Arc::new(StandingClock(AtomicU64::new(BEGIN_MS)));
        let spaces = setup.versions.iter().map(|version| space(*version)).collect();
        let as_clock: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let core = Core::open(
            store,
            &folder.path().join("index"),
            spaces,
            AccountLimits {
                general: setup.limits,
                own: setup.limits_of_bob.into_iter().map(|own| (AccountId(2), own)).collect(),
            },
            Arc::clone(&as_clock),
        );
        let core = Arc::new(core.unwrap());
        let (alice, bob) = (key(&core, "alice"), key(&core, "bob"));
        let api = Api::new(core, Arc::new(setup.eyes), as_clock, setup.config);
        Self {
            api,
            clock,
            alice,
            bob,
            web: BTreeMap::new(),
            _folder: folder,
        }
    }

    /// Calls as alice with version 2020-03-03, JSON and TC3.
    pub fn call(&self, action: &str, body: Value) -> Value {
        self.call_as(&self.alice, V2020, action, body)
    }

    pub fn call_as(&self, who: &Credentials, version: &str, action: &str, mut body: Value) -> Value {
        if body["JobId"] == THE_JOB {
            body["JobId"] = json!(self.the_job());
        }
        let call = client::Call::new(HOST, action, version, self.now_s());
        self.send(&client::tc3_json(&call, who, body.to_string().into_bytes()))
    }

    /// The newest job of alice, made when there is none: a group `moved` that was upgraded to 3.0.
    fn the_job(&self) -> String {
        let list = || self.ok("GetUpgradeGroupFaceModelVersionJobList", json!({}));
        if list()["JobNum"] == json!(0) {
            self.group_v2("moved");
            self.ok(
                "UpgradeGroupFaceModelVersion",
                json!({"GroupId": "moved", "FaceModelVersion": "3.0"}),
            );
            self.work();
        }
        text(&list()["JobInfos"][0]["JobId"])
    }

    /// Lets the jobs do all their work.
    pub fn work(&self) {
        while self.api.work().unwrap() {}
    }

    /// Sends a signed request; the answer inside of the envelope, held against the contract.
    pub fn send(&self, signed: &client::Signed) -> Value {
        let reply = self.reply(signed);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        shapes::check_envelope(&body);
        let response = body["Response"].clone();
        assert_eq!(response["RequestId"], json!(reply.record.request_id));
        match response.get("Error") {
            Some(error) => assert_eq!(error["Code"], json!(reply.record.code.unwrap().as_str())),
            None => shapes::check_reply(reply.record.action.unwrap(), &response),
        }
        response
    }

    pub fn reply(&self, signed: &client::Signed) -> Reply {
        let headers = signed.headers();
        self.api.call(&signed.request(&headers), |url| self.download(url))
    }

    fn download(&self, url: &str) -> Result<Bytes, FetchError> {
        self.web
            .get(url)
            .cloned()
            .unwrap_or_else(|| Err(FetchError::Unreachable("no such host".to_owned())))
    }

    /// The fields of a successful answer.
    #[track_caller]
    pub fn ok(&self, action: &str, body: Value) -> Value {
        let response = self.call(action, body.clone());
        assert!(
            response.get("Error").is_none(),
            "{action} {body}: {}",
            response["Error"]
        );
        response
    }

    /// The code of a refusal, "" for success.
    pub fn code(&self, action: &str, body: Value) -> String {
        code_of(&self.call(action, body))
    }

    #[track_caller]
    pub fn refused(&self, action: &str, body: Value, code: &str) {
        assert_eq!(self.code(action, body.clone()), code, "{action} {}", shortened(&body));
    }

    pub fn now_s(&self) -> i64 {
        (self.clock.now_ms() / 1000) as i64
    }

    pub fn pass_ms(&self, ms: u64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }

    /// A group with three description fields.
    #[track_caller]
    pub fn group(&self, id: &str) {
        let fields = ["Team", "Floor", "Badge"];
        self.ok(
            "CreateGroup",
            json!({"GroupId": id, "GroupName": format!("{id} name"), "GroupExDescriptions": fields}),
        );
    }

    #[track_caller]
    pub fn group_v2(&self, id: &str) {
        self.ok(
            "CreateGroup",
            json!({"GroupId": id, "GroupName": format!("{id} name"), "FaceModelVersion": "2.0"}),
        );
    }

    /// A person of that name and id, seen once; the id of the face.
    #[track_caller]
    pub fn person(&self, group: &str, id: &str, image: &str) -> String {
        let body = json!({"GroupId": group, "PersonId": id, "PersonName": format!("{id} name"), "Image": image});
        text(&self.ok("CreatePerson", body)["FaceId"])
    }

    /// One more face of a person; its id.
    #[track_caller]
    pub fn face(&self, person: &str, image: &str) -> String {
        let body = json!({"PersonId": person, "Images": [image], "FaceMatchThreshold": 0});
        text(&self.ok("CreateFace", body)["SucFaceIds"][0])
    }
}

/// Score = 10 + 100 x cosine for 3.0, 30 more for 2.0: FAR falls by a decade for each 0.1 of cosine.
fn space(version: ModelVersion) -> Space {
    let curve = Curve::new(vec![Point { cosine: 0.0, far: 1.0 }, Point { cosine: 0.9, far: 1e-9 }]).unwrap();
    Space {
        version,
        fingerprint: format!("pixels {version}"),
        dim: DIM,
        curve,
    }
}

fn key(core: &Core, name: &str) -> Credentials {
    let account = core.accounts().create(name).unwrap();
    let key = core.accounts().create_key(account, "").unwrap();
    Credentials {
        secret_id: key.secret_id,
        secret: Secret::new(key.secret),
        token: None,
    }
}

pub fn code_of(response: &Value) -> String {
    response["Error"]["Code"].as_str().unwrap_or_default().to_owned()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A request for a message, without its images.
pub fn shortened(body: &Value) -> String {
    let text = body.to_string();
    if text.len() > 300 {
        format!("{}…", text.chars().take(300).collect::<String>())
    } else {
        text
    }
}
