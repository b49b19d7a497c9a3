//! The protocol's share of a request: open, verify, decode, read, seal.
//!
//! `cargo bench -p mien-wire`. Targets: a small request well under 60 µs, a body of 5 MB under 12 ms.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mien_wire::client::{Call, Credentials, Signed, V1, tc3_json, v1_query};
use mien_wire::v1::Digest;
use mien_wire::{Key, KeyRing, Language, Limits, Params, Policy, Refusal, Secret, open, seal, verify};
use serde_json::json;

const NOW_S: i64 = 1_700_000_000;

struct Ring(Key);

impl KeyRing for Ring {
    fn key(&self, _: &str) -> Result<Option<Key>, Refusal> {
        Ok(Some(self.0.clone()))
    }
}

/// Serves one request as the API does, with an answer of the size of GetGroupInfo's.
fn serve(signed: &Signed, ring: &Ring) -> Result<Vec<u8>, Refusal> {
    let headers = signed.headers();
    let request = signed.request(&headers);
    let opened = open(&request, &Limits::default())?;
    let caller = verify(&opened, ring, NOW_S, &Policy::default())?;
    let params = Params::decode(&opened)?;
    let group_id = params.required("GroupId", params.text("GroupId")?)?;
    let image_bytes = params.text("Image")?.map_or(0, |image| image.len());
    let answer = json!({
        "GroupName": "Building 1", "GroupId": group_id, "GroupExDescriptions": ["Floor", "Team"], "Tag": "",
        "FaceModelVersion": "3.0", "CreationTimestamp": 1_600_000_000_000_u64 + image_bytes as u64 + caller.account(),
    });
    Ok(seal(
        "0b8e1e5c-8f6c-4f5e-9d3c-1a2b3c4d5e6f",
        Ok(&answer),
        Language::English,
    ))
}

fn requests(criterion: &mut Criterion) {
    let secret = Secret::new("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE");
    let ring = Ring(Key {
        secret: secret.clone(),
        account: 1,
        token: None,
        expires_s: None,
        enabled: true,
    });
    let credentials = Credentials {
        secret_id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE".into(),
        secret,
        token: None,
    };
    let call = Call::new("iai.tencentcloudapi.com", "GetGroupInfo", "2020-03-03", NOW_S);

    let mut group = criterion.benchmark_group("wire");
    group
        .measurement_time(Duration::from_secs(4))
        .warm_up_time(Duration::from_secs(1))
        .sample_size(30);

    let small = tc3_json(
        &call,
        &credentials,
        br#"{"GroupId": "TencentShenZhenEmployee"}"#.to_vec(),
    );
    let sealed = serve(&small, &ring).expect("the request is sound");
    assert!(sealed.ends_with(b"}}"));
    group.bench_function("tc3_small", |bencher| bencher.iter(|| serve(black_box(&small), &ring)));

    let parameters = [("GroupId".to_owned(), "TencentShenZhenEmployee".to_owned())];
    let old = v1_query(
        &call,
        &credentials,
        V1 {
            nonce: 1,
            digest: Digest::Sha1,
        },
        &parameters,
    );
    serve(&old, &ring).expect("the request is sound");
    group.bench_function("v1_small", |bencher| bencher.iter(|| serve(black_box(&old), &ring)));

    let image: String = "iVBORw0KGgo+/aZ09abcXYZ0".chars().cycle().take(5 << 20).collect();
    let body = format!(r#"{{"GroupId": "g", "Image": "{image}"}}"#).into_bytes();
    group.throughput(Throughput::Bytes(body.len() as u64));
    let large = tc3_json(&call, &credentials, body);
    serve(&large, &ring).expect("the request is sound");
    group.bench_function("tc3_5_mb", |bencher| bencher.iter(|| serve(black_box(&large), &ring)));

    // What one pass costs alone.
    group.bench_function("5_mb_json", |bencher| {
        bencher.iter(|| Params::from_json(black_box(&large.body)).map(|_| ()))
    });
    group.bench_function("5_mb_sha256", |bencher| {
        bencher.iter(|| mien_wire::tc3::sha256_hex(black_box(&large.body)))
    });
    group.finish();
}

criterion_group!(benches, requests);
criterion_main!(benches);
