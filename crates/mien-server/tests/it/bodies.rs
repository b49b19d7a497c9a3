//! Bodies that are too large, too slow, broken or too many.

use crate::stage::{MAX_BODY_BYTES, config, in_time, start};

const HEAD: &str = "POST /compute?echo HTTP/1.1\r\nHost: a\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_body_passes_and_one_byte_more_does_not() {
    let running = start(config()).await;
    let cases = [
        (MAX_BODY_BYTES, format!("POST a {MAX_BODY_BYTES}")),
        (MAX_BODY_BYTES + 1, "TooLarge".to_owned()),
        (MAX_BODY_BYTES * 3, "TooLarge".to_owned()),
    ];
    for (length, expected) in &cases {
        let mut client = running.connect().await;
        client.send(format!("{HEAD}Content-Length: {length}\r\n\r\n")).await;
        client.send(vec![b'x'; *length]).await;
        let got = client.answer().await;
        assert_eq!((got.status, &got.body), (200, expected), "{length} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hopelessly_large_body_is_refused_before_it_is_sent() {
    let running = start(config()).await;
    let mut client = running.connect().await;
    client
        .send(format!("{HEAD}Content-Length: {}\r\n\r\n", u64::MAX / 2))
        .await;
    let got = client.answer().await;
    assert_eq!((got.status, got.body.as_str()), (200, "TooLarge"));
    assert_eq!(got.header("connection"), Some("close"));
    client.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_are_counted_as_well() {
    let running = start(config()).await;
    let mut client = running.connect().await;
    client
        .send(format!(
            "{HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        ))
        .await;
    assert_eq!(client.answer().await.body, "POST a 5");
    client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n")).await;
    for _ in 0..=MAX_BODY_BYTES / 1000 {
        client.send(format!("3e8\r\n{}\r\n", "x".repeat(1000))).await;
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.answer().await.body, "TooLarge");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_is_answered_when_its_time_is_up() {
    let running = start(mien_server::ServerConfig {
        body_seconds: 1,
        ..config()
    })
    .await;
    let mut client = running.connect().await;
    client
        .send(format!("{HEAD}Content-Length: 100\r\n\r\nonly a little"))
        .await;
    let got = client.answer().await;
    assert_eq!((got.status, got.body.as_str()), (200, "TooSlow { seconds: 1 }"));
    assert_eq!(got.header("connection"), Some("close"));
    client.closed().await;
    assert_eq!(running.play.started(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_reaches_nobody() {
    let running = start(config()).await;
    let mut client = running.connect().await;
    client
        .send(format!("{HEAD}Content-Length: 100\r\n\r\nonly a little"))
        .await;
    drop(client);
    running.until_metric("mien_body_bytes 0").await;
    assert_eq!(running.get("/read?echo").await, "GET staged:1 0");
    assert_eq!(running.play.started(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_share_a_bounded_memory() {
    let running = start(mien_server::ServerConfig {
        body_memory_mib: 1,
        ..config()
    })
    .await;
    let mut waiting = Vec::new();
    let almost = MAX_BODY_BYTES - 1;
    for sent in 1..=10 {
        let mut client = running.connect().await;
        client
            .send(format!("{HEAD}Content-Length: {MAX_BODY_BYTES}\r\n\r\n"))
            .await;
        client.send(vec![b'x'; almost]).await;
        running
            .until_metric(&format!("mien_body_bytes {}", sent * almost))
            .await;
        waiting.push(client);
    }
    let mut late = running.connect().await;
    late.send(format!("{HEAD}Content-Length: {MAX_BODY_BYTES}\r\n\r\n"))
        .await;
    late.send(vec![b'x'; almost]).await;
    assert_eq!(in_time(late.answer()).await.body, "Overload");
    waiting.truncate(1);
    running.until_metric(&format!("mien_body_bytes {almost}")).await;
    waiting[0].send("x").await;
    assert_eq!(waiting[0].answer().await.body, format!("POST a {MAX_BODY_BYTES}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_first_is_told_to_go_on() {
    // curl does so with every body over a megabyte.
    let running = start(config()).await;
    let mut client = running.connect().await;
    client
        .send(format!("{HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"))
        .await;
    assert_eq!(client.answer().await.status, 100);
    client.send("hello").await;
    assert_eq!(client.answer().await.body, "POST a 5");
}
