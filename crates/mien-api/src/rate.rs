//! How often an account may call an action (BEHAVIOUR 12, 13 #27).

use std::collections::HashMap;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use mien_wire::{Code, Refusal};

use crate::config::Config;

/// One token bucket per account and limited action.
pub(crate) struct Rates {
    by_action: HashMap<String, DefaultKeyedRateLimiter<u64>>,
}

impl Rates {
    pub(crate) fn new(config: &Config) -> Self {
        let by_action = config.rates.iter().filter_map(|(action, rate)| {
            // A period too short to divide is no limit.
            let quota = Quota::with_period(rate.period / rate.calls.get())?.allow_burst(rate.calls);
            Some((action.clone(), RateLimiter::keyed(quota)))
        });
        Self {
            by_action: by_action.collect(),
        }
    }

    /// Takes one token, or refuses with `RequestLimitExceeded`, the code that the SDKs retry on.
    pub(crate) fn take(&self, account: u64, action: &str) -> Result<(), Refusal> {
        let Some(limiter) = self.by_action.get(action) else {
            return Ok(());
        };
        limiter.check_key(&account).map_err(|not_before| {
            let wait_ms = not_before
                .wait_time_from(DefaultClock::default().now())
                .as_millis()
                .max(1);
            Refusal::explained(
                Code::RequestLimitExceeded,
                format!("{action} is called too often by this account; the next call is possible in {wait_ms} ms."),
                format!("该账号调用 {action} 过于频繁，请在 {wait_ms} 毫秒后重试。"),
            )
        })
    }
}
