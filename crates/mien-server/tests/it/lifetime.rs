//! The end: requests under way are finished, new ones are not taken.

use mien_server::Drained;
use tokio::net::TcpStream;

use crate::stage::{config, start, until};

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_are_answered_before_the_end() {
    let mut running = start(config()).await;
    let mut busy = running.connect().await;
    busy.send_get("/compute?hold").await;
    let mut idle = running.connect().await;
    idle.send_get("/read?echo").await;
    assert_eq!(idle.answer().await.status, 200);
    running.until_started(2).await;

    running.stop();
    idle.closed().await;
    let address = running.address;
    until(
        || "the listener is closed".to_owned(),
        async || TcpStream::connect(address).await.is_err(),
    )
    .await;
    running.play.release();
    assert_eq!(busy.answer().await.body, "held");
    assert_eq!(
        running.ended().await,
        Drained {
            connections: true,
            work: true
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detached_write_is_waited_for() {
    let mut running = start(config()).await;
    let mut leaving = running.connect().await;
    leaving.send_get("/write?hold").await;
    running.until_started(1).await;
    drop(leaving);
    running.stop();
    let play = std::sync::Arc::clone(&running.play);
    let address = running.address;
    until(
        || "the listener is closed".to_owned(),
        async || TcpStream::connect(address).await.is_err(),
    )
    .await;
    play.release();
    assert_eq!(
        running.ended().await,
        Drained {
            connections: true,
            work: true
        }
    );
    assert_eq!(play.finished(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_does_not_wait_for_ever() {
    let mut running = start(mien_server::ServerConfig {
        drain_seconds: 0,
        ..config()
    })
    .await;
    let mut busy = running.connect().await;
    busy.send_get("/compute?hold").await;
    running.until_started(1).await;
    running.stop();
    let play = std::sync::Arc::clone(&running.play);
    assert_eq!(
        running.ended().await,
        Drained {
            connections: false,
            work: false
        }
    );
    play.release();
}
