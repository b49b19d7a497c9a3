#![no_main]

mod read;
mod ring;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mien_wire::{Language, Limits, Params, Policy, Request, open, verify};
use ring::{NOW_S, Ring};

#[derive(Arbitrary, Debug)]
struct Sent {
    post: bool,
    query: String,
    content_type: Kind,
    authorization: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Kind {
    Json,
    Form,
    Multipart,
    Other(Vec<u8>),
}

fuzz_target!(|sent: Sent| {
    let content_type: &[u8] = match &sent.content_type {
        Kind::Json => b"application/json",
        Kind::Form => b"application/x-www-form-urlencoded",
        Kind::Multipart => b"multipart/form-data; boundary=B",
        Kind::Other(other) => other,
    };
    let mut headers: Vec<(&str, &[u8])> = vec![
        ("Content-Type", content_type),
        ("Host", b"iai.tencentcloudapi.com"),
        ("X-TC-Timestamp", b"1700000000"),
        ("X-TC-Action", b"A"),
        ("X-TC-Version", b"V"),
    ];
    headers.extend(sent.authorization.as_deref().map(|value| ("Authorization", value)));
    headers.extend(
        sent.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice())),
    );
    let method = if sent.post { "POST" } else { "GET" };
    let request = Request {
        method,
        path: "/",
        query: &sent.query,
        headers: &headers,
        body: &sent.body,
    };

    let _ = Language::asked(&request);
    if let Ok(opened) = open(&request, &Limits::default()) {
        assert!(verify(&opened, &Ring, NOW_S, &Policy::default()).is_err());
        if let Ok(params) = Params::decode(&opened) {
            read::all(&params);
        }
    }
});
