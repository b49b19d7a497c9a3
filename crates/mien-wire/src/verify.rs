//! Who signed a request: steps 4 to 6 of BEHAVIOUR 4.

use crate::code::Code;
use crate::key::{Caller, Key, KeyRing, Policy};
use crate::mac;
use crate::open::{ByScheme, Opened};
use crate::refusal::Refusal;
use crate::tc3::{self, Credential};
use crate::v1;

/// Longest SecretId that is looked up, in bytes.
const SECRET_ID_BYTES: usize = 128;

/// Verifies clock, key, token and signature, in this order, and gives the proof of it. `now_s` is the server's clock
/// in seconds since the Unix epoch.
///
/// # Errors
/// `AuthFailure.InvalidAuthorization` (`SKIP`), `AuthFailure.SignatureExpire`, `AuthFailure.InvalidSecretId`,
/// `AuthFailure.SecretIdNotFound`, `AuthFailure.TokenFailure`, `AuthFailure.SignatureFailure` (with
/// [`Refusal::mismatch`]), and whatever the key ring refuses with.
pub fn verify(opened: &Opened<'_>, keys: &dyn KeyRing, now_s: i64, policy: &Policy) -> Result<Caller, Refusal> {
    let Some(secret_id) = opened.secret_id() else {
        return anonymous(policy);
    };
    clock(opened, now_s, policy)?;
    let key = look_up(secret_id, keys)?;
    token(opened, &key, now_s)?;
    signature(opened, &key, policy)?;
    Ok(Caller::signed(key.account, secret_id))
}

/// `Authorization: SKIP` passes only where anonymous access is configured (BEHAVIOUR 2.13).
fn anonymous(policy: &Policy) -> Result<Caller, Refusal> {
    policy.anonymous.map(Caller::anonymous).ok_or_else(|| {
        Refusal::explained(
            Code::AuthFailureInvalidAuthorization,
            "Requests without a signature are not accepted here.",
            "此服务不接受未签名的请求。",
        )
    })
}

fn clock(opened: &Opened<'_>, now_s: i64, policy: &Policy) -> Result<(), Refusal> {
    if now_s.abs_diff(opened.timestamp_s()) <= policy.clock_skew_s {
        return Ok(());
    }
    let skew = policy.clock_skew_s;
    Err(Refusal::explained(
        Code::AuthFailureSignatureExpire,
        format!("The request time differs from the server time ({now_s}) by more than {skew} seconds."),
        format!("请求时间与服务器时间（{now_s}）相差超过 {skew} 秒。"),
    ))
}

fn look_up(secret_id: &str, keys: &dyn KeyRing) -> Result<Key, Refusal> {
    let shaped =
        (1..=SECRET_ID_BYTES).contains(&secret_id.len()) && secret_id.bytes().all(|byte| byte.is_ascii_graphic());
    if !shaped {
        return Err(Refusal::new(Code::AuthFailureInvalidSecretId));
    }
    keys.key(secret_id)?
        .filter(|key| key.enabled)
        .ok_or_else(|| Refusal::new(Code::AuthFailureSecretIdNotFound))
}

/// A temporary key needs its token; a permanent one ignores any token.
fn token(opened: &Opened<'_>, key: &Key, now_s: i64) -> Result<(), Refusal> {
    let Some(expected) = &key.token else {
        return Ok(());
    };
    let expired = key.expires_s.is_some_and(|end| now_s >= end);
    let sent = opened.head.token.as_deref().unwrap_or_default();
    if expired || !mac::equal(expected.as_bytes(), sent) {
        return Err(Refusal::new(Code::AuthFailureTokenFailure));
    }
    Ok(())
}

fn signature(opened: &Opened<'_>, key: &Key, policy: &Policy) -> Result<(), Refusal> {
    let Opened {
        request,
        head,
        by_scheme,
    } = opened;
    match by_scheme {
        ByScheme::Tc3 {
            credential: Credential::Skipped,
            ..
        } => Err(Refusal::new(Code::AuthFailureInvalidAuthorization)),
        ByScheme::Tc3 {
            credential: Credential::Signed(authorization),
            ..
        } => {
            let timestamp = (&*head.timestamp, head.timestamp_s);
            tc3::check(
                &tc3::Check {
                    request,
                    authorization,
                    timestamp,
                },
                &key.secret,
                policy,
            )
        }
        ByScheme::V1 { parameters, .. } => {
            let host = request.header("Host").unwrap_or_default();
            v1::check(
                &v1::Check {
                    method: request.method,
                    host,
                    parameters,
                },
                &key.secret,
            )
        }
    }
}
