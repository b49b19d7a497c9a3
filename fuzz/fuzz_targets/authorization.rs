#![no_main]

mod ring;

use libfuzzer_sys::fuzz_target;
use mien_wire::client::{Call, Credentials, tc3_json};
use mien_wire::{Limits, Policy, Secret, open, verify};
use ring::{NOW_S, Ring, SECRET};

fuzz_target!(|authorization: &[u8]| {
    let credentials = Credentials {
        secret_id: "AKID".into(),
        secret: Secret::new(SECRET),
        token: None,
    };
    let call = Call::new("localhost:8080", "GetGroupList", "2020-03-03", NOW_S);
    let signed = tc3_json(&call, &credentials, b"{}".to_vec());
    let signature = signed
        .headers
        .iter()
        .find(|(name, _)| name == "Authorization")
        .map(|(_, value)| value);
    let signature = signature.and_then(|value| value.rsplit('=').next()).unwrap_or_default();

    let mut headers = signed.headers();
    headers.retain(|(name, _)| *name != "Authorization");
    headers.push(("Authorization", authorization));
    if let Ok(opened) = open(&signed.request(&headers), &Limits::default()) {
        if verify(&opened, &Ring, NOW_S, &Policy::default()).is_ok() {
            let text = String::from_utf8_lossy(authorization);
            assert!(text.contains(signature), "{text}");
        }
    }
});
