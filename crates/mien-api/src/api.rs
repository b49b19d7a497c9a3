//! The way of a request, top to bottom: [`Api::admit`], then [`Api::run`], once or twice.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use mien_core::{AccountId, Clock, Core, CoreError};
use mien_wire::{Caller, Code, KeyRing, Language, Opened, Params, Refusal, Request, Scheme};

use crate::actions::{self, Action};
use crate::answer::{Answer, FetchError, Fetched, Reply, Stop};
use crate::call::{Call, Outcome, Sealable};
use crate::config::Config;
use crate::eyes::Eyes;
use crate::jobs;
use crate::keys::StoredKeys;
use crate::rate::Rates;
use crate::record::{Record, Spent, Stage, Stopwatch};
use crate::refusals::explained;
use crate::shape::Version;

/// How often a request is run again because a group has changed its face model under it. A group changes it twice in its
/// life.
const REPEATS: usize = 4;

/// The API over a domain and a pair of eyes. Shared by all threads; does no IO beyond store and index.
pub struct Api {
    core: Arc<Core>,
    eyes: Arc<dyn Eyes>,
    clock: Arc<dyn Clock>,
    config: Config,
    rates: Rates,
}

/// A request that was verified and let in. Only [`Api::admit`] makes one; whoever queues holds it meanwhile.
#[derive(Debug)]
pub struct Admitted {
    caller: Caller,
    action: &'static Action,
    version: Version,
    request_id: String,
    arrived_ms: u64,
    spent: Spent,
}

impl Admitted {
    /// The account whose request it is.
    pub fn account(&self) -> u64 {
        self.caller.account()
    }

    /// The action it asks for.
    pub fn action(&self) -> &'static Action {
        self.action
    }
}

impl Api {
    /// Puts the parts together.
    pub fn new(core: Arc<Core>, eyes: Arc<dyn Eyes>, clock: Arc<dyn Clock>, config: Config) -> Self {
        Self {
            core,
            eyes,
            clock,
            rates: Rates::new(&config),
            config,
        }
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Does one piece of the work of background jobs; whether there was one. Meant to be called in a loop by one thread.
    ///
    /// # Errors
    /// The store failed; the job goes on with the next call.
    pub fn work(&self) -> Result<bool, CoreError> {
        jobs::work(&self.core, &*self.eyes, self.config.crops.as_ref())
    }

    /// The domain behind the API.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Answers a request with `fetch` for its downloads: [`Api::admit`] and [`Api::run`] in one, for callers that have
    /// no queue and may block.
    pub fn call(&self, request: &Request<'_>, fetch: impl Fn(&str) -> Result<Bytes, FetchError>) -> Reply {
        let admitted = match self.admit(request) {
            Ok(admitted) => admitted,
            Err(reply) => return *reply,
        };
        let mut fetched = Fetched::none();
        loop {
            match self.run(request, &admitted, &fetched) {
                Answer::Reply(reply) => return reply,
                Answer::Fetch(urls) => {
                    fetched = urls.into_iter().map(|url| (url.clone(), fetch(&url))).collect();
                }
            }
        }
    }

    /// Steps 1 to 7 of BEHAVIOUR 4 in their order: a caller learns nothing about actions before it is verified.
    ///
    /// # Errors
    /// The finished answer to a request that is not let in.
    pub fn admit(&self, request: &Request<'_>) -> Result<Admitted, Box<Reply>> {
        let request_id = uuid::Uuid::new_v4().to_string();
        let arrived_ms = self.clock.now_ms();
        let spent = Spent::default();
        let watch = Stopwatch::start(Stage::Open);
        let mut record = Record::new(&request_id, arrived_ms, request.query.len() + request.body.len());

        let outcome = self.let_in(request, &watch, &mut record);
        watch.stop(&spent);
        match outcome {
            Ok((caller, action, version)) => Ok(Admitted {
                caller,
                action,
                version,
                request_id,
                arrived_ms,
                spent,
            }),
            Err(refusal) => Err(Box::new(seal(request, record, &spent, Err(&refusal)))),
        }
    }

    fn let_in(
        &self,
        request: &Request<'_>,
        watch: &Stopwatch,
        record: &mut Record,
    ) -> Result<(Caller, &'static Action, Version), Refusal> {
        let opened = mien_wire::open(request, &self.config.request_limits)?;

        watch.enter(Stage::Verify);
        let caller = self.verify(&opened, record)?;
        record.account = Some(caller.account());
        record.secret_id = caller.secret_id().map(str::to_owned);

        watch.enter(Stage::Admit);
        let (action, version) = find(&opened)?;
        record.action = Some(action.name);
        record.version = Some(version);
        self.rates.take(caller.account(), action.name)?;
        Ok((caller, action, version))
    }

    /// Steps 8 and 9: decodes the parameters and runs the action. After [`Answer::Fetch`] it is called again with what
    /// was downloaded, and checks everything again.
    pub fn run(&self, request: &Request<'_>, admitted: &Admitted, fetched: &Fetched) -> Answer {
        let watch = Stopwatch::start(Stage::Decode);
        let mut outcome = self.act(request, admitted, fetched, &watch);
        for _ in 0..REPEATS {
            if !matches!(outcome, Err(Stop::Again)) {
                break;
            }
            outcome = self.act(request, admitted, fetched, &watch);
        }
        watch.stop(&admitted.spent);
        let mut record = self.record(request, admitted, fetched);
        match outcome {
            Ok(fields) => Answer::Reply(seal(request, record, &admitted.spent, Ok(&fields))),
            Err(Stop::Refuse(refusal)) => Answer::Reply(seal(request, record, &admitted.spent, Err(&refusal))),
            Err(Stop::Fail { code, cause }) => {
                record.cause = Some(cause);
                Answer::Reply(seal(request, record, &admitted.spent, Err(&Refusal::new(code))))
            }
            Err(Stop::Fetch(urls)) => Answer::Fetch(urls),
            Err(Stop::Again) => {
                record.cause = Some("the groups change their face model again and again".to_owned());
                let refusal = Refusal::new(Code::InternalError);
                Answer::Reply(seal(request, record, &admitted.spent, Err(&refusal)))
            }
        }
    }

    fn act(
        &self,
        request: &Request<'_>,
        admitted: &Admitted,
        fetched: &Fetched,
        watch: &Stopwatch,
    ) -> Outcome<Sealable> {
        let started = Instant::now();
        let opened = mien_wire::open(request, &self.config.request_limits)?;
        let params = Params::decode(&opened)?;

        watch.enter(Stage::Run);
        let call = Call {
            core: &self.core,
            eyes: &*self.eyes,
            config: &self.config,
            account: AccountId(admitted.account()),
            version: admitted.version,
            fetched,
            watch,
            started,
            space_is_plus: opened.scheme() == Scheme::V1 || request.method == "GET",
        };
        (admitted.action.run)(&call, &params)
    }

    /// The answer to a request that the edge refuses: a body too large, too slow, too much work, a panic.
    pub fn refuse(
        &self,
        request: &Request<'_>,
        admitted: Option<&Admitted>,
        refusal: &Refusal,
        cause: Option<String>,
    ) -> Reply {
        let spent = Spent::default();
        let (mut record, spent) = match admitted {
            Some(admitted) => (self.record(request, admitted, &Fetched::none()), &admitted.spent),
            None => {
                let request_id = uuid::Uuid::new_v4().to_string();
                let bytes_in = request.query.len() + request.body.len();
                (Record::new(&request_id, self.clock.now_ms(), bytes_in), &spent)
            }
        };
        record.cause = cause;
        seal(request, record, spent, Err(refusal))
    }

    fn record(&self, request: &Request<'_>, admitted: &Admitted, fetched: &Fetched) -> Record {
        let bytes_in = request.query.len() + request.body.len() + fetched.bytes();
        Record {
            account: Some(admitted.account()),
            secret_id: admitted.caller.secret_id().map(str::to_owned),
            action: Some(admitted.action.name),
            version: Some(admitted.version),
            ..Record::new(&admitted.request_id, admitted.arrived_ms, bytes_in)
        }
    }

    fn verify(&self, opened: &Opened<'_>, record: &mut Record) -> Result<Caller, Refusal> {
        let keys = StoredKeys::new(self.core.accounts());
        let now_s = (record.arrived_ms / 1000) as i64;
        let outcome = mien_wire::verify(opened, &keys as &dyn KeyRing, now_s, &self.config.policy);
        record.cause = keys.failure();
        outcome.map_err(|refusal| self.tell_mismatch(opened, record, refusal))
    }

    /// People whose signatures fail need to see what the server signed: always in the log, in the answer only when
    /// [`Config::debug_signatures`] is on.
    fn tell_mismatch(&self, opened: &Opened<'_>, record: &Record, refusal: Refusal) -> Refusal {
        let Some(mismatch) = refusal.mismatch() else {
            return refusal;
        };
        let canonical_request = mismatch.canonical_request.as_deref().unwrap_or_default();
        tracing::warn!(
            request_id = record.request_id,
            secret_id = opened.secret_id(),
            canonical_request,
            string_to_sign = mismatch.string_to_sign,
            "signature does not match"
        );
        if !self.config.debug_signatures {
            return refusal;
        }
        let signed = format!(
            "the server signed:\n{}\n---\n{canonical_request}",
            mismatch.string_to_sign
        );
        explained(Code::AuthFailureSignatureFailure, &signed)
    }
}

/// Version first, then the action in it; both are case-sensitive (BEHAVIOUR 1.9).
fn find(opened: &Opened<'_>) -> Result<(&'static Action, Version), Refusal> {
    let version = Version::parse(opened.version()).ok_or_else(|| Refusal::new(Code::NoSuchVersion))?;
    let action = actions::find(version, opened.action()).ok_or_else(|| Refusal::new(Code::InvalidAction))?;
    Ok((action, version))
}

fn seal(request: &Request<'_>, record: Record, spent: &Spent, outcome: Result<&Sealable, &Refusal>) -> Reply {
    let watch = Stopwatch::start(Stage::Seal);
    let body = mien_wire::seal(&record.request_id, outcome, Language::asked(request));
    watch.stop(spent);
    let code = outcome.err().map(Refusal::code);
    let record = Record {
        code,
        bytes_out: body.len(),
        micros: spent.micros(),
        ..record
    };
    Reply { body, record }
}
