//! The way of a request, top to bottom.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use mien_core::{AccountId, Clock, Core};
use mien_wire::{Caller, Code, KeyRing, Language, Opened, Params, Refusal, Request, Scheme};

use crate::actions::{self, Action};
use crate::answer::{Answer, Fetch, Fetched, Reply, Stop};
use crate::call::{Call, Outcome, Sealable};
use crate::config::Config;
use crate::eyes::Eyes;
use crate::gate::{Gate, OpenGate, Permit, Ticket};
use crate::keys::StoredKeys;
use crate::rate::Rates;
use crate::record::{Arrival, Record, Stage, Stopwatch};
use crate::refusals::explained;
use crate::shape::Version;

/// The API over a domain and a pair of eyes. Shared by all threads.
pub struct Api {
    core: Arc<Core>,
    eyes: Arc<dyn Eyes>,
    clock: Arc<dyn Clock>,
    config: Config,
    rates: Rates,
    gate: Box<dyn Gate>,
}

impl Api {
    /// Puts the parts together; everybody is admitted until [`Api::with_gate`].
    pub fn new(core: Arc<Core>, eyes: Arc<dyn Eyes>, clock: Arc<dyn Clock>, config: Config) -> Self {
        Self {
            core,
            eyes,
            clock,
            rates: Rates::new(&config),
            config,
            gate: Box::new(OpenGate),
        }
    }

    /// Lets `gate` decide when a verified call may run.
    pub fn with_gate(self, gate: impl Gate + 'static) -> Self {
        Self {
            gate: Box::new(gate),
            ..self
        }
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What a request asks for, before anything is proven: for an edge that chooses a pool by it.
    pub fn foresee(&self, request: &Request<'_>) -> Option<&'static Action> {
        let opened = mien_wire::open(request, &self.config.request_limits).ok()?;
        actions::find(Version::parse(opened.version())?, opened.action())
    }

    /// Answers a request, or asks for the pictures that it points to. Never panics; does no IO beyond store and index.
    pub fn call(&self, request: &Request<'_>, fetched: &Fetched) -> Answer {
        let arrival = fetched.arrival.clone().unwrap_or_else(|| Arrival {
            request_id: uuid::Uuid::new_v4().to_string(),
            arrived_ms: self.clock.now_ms(),
            micros: Default::default(),
        });
        let watch = Stopwatch::start(arrival.micros);
        let mut record = begin(&arrival, request, fetched);
        let outcome = catch_unwind(AssertUnwindSafe(|| self.answer(request, fetched, &watch, &mut record)))
            .unwrap_or_else(|_| Err(Refusal::new(Code::InternalError).into()));
        match outcome {
            Err(Stop::Fetch(urls)) => Answer::Fetch(Fetch {
                urls,
                arrival: Arrival {
                    micros: watch.micros(),
                    ..arrival
                },
            }),
            Err(Stop::Refuse(refusal)) => Answer::Reply(seal(request, record, &watch, Err(&refusal))),
            Ok(fields) => Answer::Reply(seal(request, record, &watch, Ok(&fields))),
        }
    }

    /// Steps 1 to 9 of BEHAVIOUR 4 in their order: a caller learns nothing about actions before it is verified.
    fn answer(
        &self,
        request: &Request<'_>,
        fetched: &Fetched,
        watch: &Stopwatch,
        record: &mut Record,
    ) -> Outcome<Sealable> {
        let started = Instant::now();
        let opened = mien_wire::open(request, &self.config.request_limits)?;

        watch.enter(Stage::Verify);
        let caller = self.verify(&opened, record)?;
        record.account = Some(caller.account());
        record.secret_id = caller.secret_id().map(str::to_owned);

        watch.enter(Stage::Admit);
        let (action, version) = find(&opened)?;
        record.action = Some(action.name);
        record.version = Some(version);
        let _permit = self.admit(&caller, action, fetched)?;

        watch.enter(Stage::Decode);
        let params = Params::decode(&opened)?;

        watch.enter(Stage::Run);
        let call = Call {
            core: &self.core,
            eyes: &*self.eyes,
            config: &self.config,
            account: AccountId(caller.account()),
            version,
            fetched,
            watch,
            started,
            space_is_plus: opened.scheme() == Scheme::V1 || request.method == "GET",
        };
        (action.run)(&call, &params)
    }

    fn verify(&self, opened: &Opened<'_>, record: &Record) -> Result<Caller, Refusal> {
        let keys: &dyn KeyRing = &StoredKeys(self.core.accounts());
        // The second run of a request is as old as the first: a slow download does not make it expire.
        let now_s = (record.arrived_ms / 1000) as i64;
        mien_wire::verify(opened, keys, now_s, &self.config.policy).map_err(|refusal| {
            let Some(mismatch) = refusal.mismatch() else {
                return refusal;
            };
            let canonical = mismatch.canonical_request.as_deref().unwrap_or_default();
            tracing::warn!(
                request_id = record.request_id,
                secret_id = opened.secret_id(),
                canonical_request = canonical,
                string_to_sign = mismatch.string_to_sign,
                "signature does not match what the server signed"
            );
            if !self.config.debug_signatures {
                return refusal;
            }
            let text = [canonical, &mismatch.string_to_sign].join("\n---\n");
            explained(
                Code::AuthFailureSignatureFailure,
                &format_args!("the server signed this:\n{text}"),
            )
        })
    }

    /// Rate, then queue. The second run of a request was counted by the first.
    fn admit(&self, caller: &Caller, action: &'static Action, fetched: &Fetched) -> Result<Permit, Refusal> {
        if fetched.arrival.is_none() {
            self.rates.take(caller.account(), action.name)?;
        }
        let ticket = Ticket {
            account: caller.account(),
            action,
        };
        self.gate
            .enter(&ticket)
            .map_err(|_| Refusal::new(Code::ServiceUnavailable))
    }
}

/// Version first, then the action in it; both are case-sensitive (BEHAVIOUR 1.9).
fn find(opened: &Opened<'_>) -> Result<(&'static Action, Version), Refusal> {
    let version = Version::parse(opened.version()).ok_or_else(|| Refusal::new(Code::NoSuchVersion))?;
    let action = actions::find(version, opened.action()).ok_or_else(|| Refusal::new(Code::InvalidAction))?;
    Ok((action, version))
}

fn begin(arrival: &Arrival, request: &Request<'_>, fetched: &Fetched) -> Record {
    Record {
        request_id: arrival.request_id.clone(),
        arrived_ms: arrival.arrived_ms,
        account: None,
        secret_id: None,
        action: None,
        version: None,
        code: None,
        bytes_in: request.query.len() + request.body.len() + fetched.bytes(),
        bytes_out: 0,
        micros: Default::default(),
    }
}

fn seal(request: &Request<'_>, record: Record, watch: &Stopwatch, outcome: Result<&Sealable, &Refusal>) -> Reply {
    watch.enter(Stage::Seal);
    let body = mien_wire::seal(&record.request_id, outcome, Language::asked(request));
    let code = outcome.err().map(Refusal::code);
    let record = Record {
        code,
        bytes_out: body.len(),
        micros: watch.micros(),
        ..record
    };
    Reply { body, record }
}
