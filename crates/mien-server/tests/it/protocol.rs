//! What goes over the wire: statuses, content type, keep-alive, malformed input, TLS, HTTP/2.

use std::sync::Arc;

use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use mien_server::{Bound, ServerError, TlsError};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stage::{config, in_time, start};

#[tokio::test(flavor = "multi_thread")]
async fn rule_10_2_and_rule_10_3_every_answer_is_status_200_with_the_exact_content_type() {
    // BEHAVIOUR 10.2 and 10.3: the Python SDK hides the code of anything else.
    let running = start(config()).await;
    let mut client = running.connect().await;
    for (method, query) in [
        ("GET", "echo"),
        ("PUT", "echo"),
        ("DELETE", "no"),
        ("POST", "panic"),
        ("PATCH", "panic-early"),
    ] {
        client
            .send(format!(
                "{method} /read?{query} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
            ))
            .await;
        let got = client.answer().await;
        assert_eq!(got.status, 200, "{method} {query}");
        assert_eq!(got.header("content-type"), Some("application/json"), "{method} {query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_carries_many_requests() {
    let running = start(config()).await;
    let mut client = running.connect().await;
    for _ in 0..3 {
        client
            .send("POST /compute?echo HTTP/1.1\r\nHost: here:8080\r\nContent-Length: 5\r\n\r\nhello")
            .await;
        assert_eq!(client.answer().await.body, "POST here:8080 5");
    }
    client
        .send("GET /read?echo HTTP/1.1\r\nHost: a\r\n\r\nGET /read?echo HTTP/1.1\r\nHost: b\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.body, "GET a 0");
    assert_eq!(client.answer().await.body, "GET b 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_closes_its_own_connection_only() {
    let running = start(config()).await;
    let too_many_headers: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    let cases = [
        "\u{16}\u{3}\u{1} this is no http at all\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: minus one\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: a\r\n{too_many_headers}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(600_000)),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(70_000)),
    ];
    for case in &cases {
        let mut client = running.connect().await;
        let _ = client.stream.write_all(case.as_bytes()).await;
        client.closed().await;
        assert_eq!(
            running.get("/read?echo").await,
            "GET staged:1 0",
            "after {:?}",
            &case[..case.len().min(40)]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_never_end_are_cut_off() {
    let running = start(mien_server::ServerConfig {
        header_seconds: 1,
        ..config()
    })
    .await;
    let mut client = running.connect().await;
    client.send("GET /read?echo HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
    in_time(client.closed()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_query_reaches_the_application() {
    // GET may carry 32 KB (BEHAVIOUR 1.5); a little more must still get the documented code.
    let running = start(config()).await;
    let long = "x".repeat(60_000);
    assert_eq!(running.get(&format!("/read?{long}")).await, "GET staged:1 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_carries_the_authority_as_host() {
    let running = start(config()).await;
    let client: HyperClient<_, Empty<bytes::Bytes>> =
        HyperClient::builder(TokioExecutor::new()).http2_only(true).build_http();
    let uri = format!("http://{}/compute?echo", running.address).parse().unwrap();
    let response = in_time(client.get(uri)).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, format!("GET {} 0", running.address));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_verified_callers_say_where_the_time_went() {
    let running = start(config()).await;
    for (target, timed) in [("/compute?echo", true), ("/read?echo", true), ("/read?no", false)] {
        let mut client = running.connect().await;
        client.send_get(target).await;
        let answer = client.answer().await;
        let timing = answer.header("server-timing").map(str::to_owned);
        assert_eq!(timing.is_some(), timed, "{target}: {timing:?}");
        for stage in timing.iter().flat_map(|timing| timing.split(", ")) {
            let (name, time) = stage.split_once(";dur=").unwrap();
            assert!(
                !name.is_empty() && time.parse::<f64>().unwrap() >= 0.0,
                "{target}: {stage}"
            );
        }
        assert!(timing.is_none_or(|timing| timing.contains("total;dur=")), "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn https_with_certificate_and_key() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["mien.test".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let running = start(mien_server::ServerConfig {
        tls_certificate: Some(certificate),
        tls_key: Some(key),
        ..config()
    })
    .await;

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(running.address).await.unwrap();
    let name = ServerName::try_from("mien.test").unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(client))
        .connect(name, stream)
        .await
        .unwrap();
    stream
        .write_all(b"GET /read?echo HTTP/1.1\r\nHost: tls\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    in_time(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("GET tls 0"),
        "{answer}"
    );

    let mut plain = running.connect().await;
    plain.send_get("/read?echo").await;
    plain.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_work_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let half = mien_server::ServerConfig {
        tls_key: Some(empty.clone()),
        ..config()
    };
    assert!(matches!(Bound::bind(half).await, Err(ServerError::Tls(TlsError::Half))));
    let no_certificate = mien_server::ServerConfig {
        tls_key: Some(empty.clone()),
        tls_certificate: Some(empty),
        ..config()
    };
    assert!(matches!(
        Bound::bind(no_certificate).await,
        Err(ServerError::Tls(TlsError::Empty { .. }))
    ));
    let running = start(config()).await;
    let taken = mien_server::ServerConfig {
        listen: running.address,
        ..config()
    };
    assert!(matches!(
        Bound::bind(taken).await,
        Err(ServerError::Bind { key: "listen", .. })
    ));
}
