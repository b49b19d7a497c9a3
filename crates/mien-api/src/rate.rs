//! How often an account may call an action (BEHAVIOUR 12, 13 #27).

use std::collections::{BTreeMap, HashMap};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use mien_wire::{Code, Refusal};

use crate::config::{Config, Rate};

/// One token bucket per account and limited action.
pub(crate) struct Rates {
    by_action: HashMap<String, DefaultKeyedRateLimiter<u64>>,
    /// Of accounts that have rates of their own.
    own: HashMap<u64, HashMap<String, DefaultKeyedRateLimiter<u64>>>,
}

impl Rates {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            by_action: limiters(&config.rates),
            own: config
                .account_rates
                .iter()
                .map(|(account, rates)| (*account, limiters(rates)))
                .collect(),
        }
    }

    /// Takes one token, or refuses with `RequestLimitExceeded`, the code that the SDKs retry on.
    pub(crate) fn take(&self, account: u64, action: &str) -> Result<(), Refusal> {
        let own = self.own.get(&account).and_then(|own| own.get(action));
        let Some(limiter) = own.or_else(|| self.by_action.get(action)) else {
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

fn limiters(rates: &BTreeMap<String, Rate>) -> HashMap<String, DefaultKeyedRateLimiter<u64>> {
    let limiter = |(action, rate): (&String, &Rate)| {
        // A period too short to divide is no limit.
        let quota = Quota::with_period(rate.period / rate.calls.get())?.allow_burst(rate.calls);
        Some((action.clone(), RateLimiter::keyed(quota)))
    };
    rates.iter().filter_map(limiter).collect()
}
