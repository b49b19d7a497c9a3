//! More work than threads: overload, hang-ups, and cheap requests beside expensive ones.

use crate::stage::{config, start};

#[tokio::test(flavor = "multi_thread")]
async fn work_that_would_wait_too_long_is_refused() {
    let mut config = config();
    config.queue.max_wait_ms = 50;
    let running = start(config).await;
    let mut holding = running.connect().await;
    holding.send_get("/compute?hold").await;
    running.until_started(1).await;
    assert_eq!(running.get("/compute?echo").await, "Overload");
    running.play.release();
    assert_eq!(holding.answer().await.body, "held");
    assert_eq!(running.play.started(), 1, "refused work must not run later");
    assert_eq!(running.get("/compute?echo").await, "GET staged:1 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_and_costs_nothing_later() {
    let mut config = config();
    config.queue.max_wait_ms = 50;
    let running = start(config).await;
    let mut holding = running.connect().await;
    holding.send_get("/compute?hold").await;
    running.until_started(1).await;
    let mut flood = Vec::new();
    for _ in 0..40 {
        let mut client = running.connect().await;
        client.send_get("/compute?echo").await;
        flood.push(client);
    }
    for client in &mut flood {
        assert_eq!(client.answer().await.body, "Overload");
    }
    running.play.release();
    assert_eq!(holding.answer().await.body, "held");
    assert_eq!(running.get("/compute?echo").await, "GET staged:1 0");
    assert_eq!(running.play.started(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn cheap_requests_do_not_wait_behind_expensive_ones() {
    let running = start(config()).await;
    let mut holding = Vec::new();
    for target in ["/compute?hold", "/compute?hold", "/write?hold", "/write?hold"] {
        let mut client = running.connect().await;
        client.send_get(target).await;
        holding.push(client);
    }
    running.until_metric("mien_queue_waiting{queue=\"compute\"} 1").await;
    running.until_metric("mien_queue_waiting{queue=\"write\"} 1").await;
    for _ in 0..100 {
        assert_eq!(running.get("/read?echo").await, "GET staged:1 0");
    }
    running.play.release();
    for client in &mut holding {
        assert_eq!(client.answer().await.body, "held");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_a_client_that_hung_up_is_dropped_before_it_starts() {
    let running = start(config()).await;
    let mut holding = running.connect().await;
    holding.send_get("/compute?hold").await;
    running.until_started(1).await;
    let mut leaving = running.connect().await;
    leaving.send_get("/compute?echo").await;
    running.until_metric("mien_queue_waiting{queue=\"compute\"} 1").await;
    drop(leaving);
    running.until_metric("mien_queue_waiting{queue=\"compute\"} 0").await;
    running.play.release();
    assert_eq!(holding.answer().await.body, "held");
    assert_eq!(running.play.started(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_started_ends_although_its_client_hung_up() {
    let running = start(config()).await;
    let mut leaving = running.connect().await;
    leaving.send_get("/write?hold").await;
    running.until_started(1).await;
    drop(leaving);
    let mut next = running.connect().await;
    next.send_get("/write?echo").await;
    running.until_metric("mien_queue_waiting{queue=\"write\"} 1").await;
    assert_eq!(running.play.finished(), 0);
    running.play.release();
    assert_eq!(next.answer().await.body, "GET staged:1 0");
    assert_eq!(running.play.finished(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_one_answer_and_nothing_else() {
    let running = start(config()).await;
    for target in ["/read?panic", "/write?panic", "/compute?panic", "/read?panic-early"] {
        assert_eq!(
            running.get(target).await,
            "Panicked { message: \"on purpose\" }",
            "{target}"
        );
    }
    for target in ["/read?echo", "/write?echo", "/compute?echo"] {
        assert_eq!(running.get(target).await, "GET staged:1 0", "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_wait_their_turn() {
    let running = start(mien_server::ServerConfig {
        max_connections: 1,
        ..config()
    })
    .await;
    let mut first = running.connect().await;
    first.send_get("/read?echo").await;
    assert_eq!(first.answer().await.status, 200);
    let mut second = running.connect().await;
    second.send_get("/read?echo").await;
    drop(first);
    assert_eq!(second.answer().await.status, 200);
}
