//! The admin address.

use tokio::net::TcpStream;

use crate::stage::{config, start};

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_are_served_beside_the_api() {
    let running = start(config()).await;
    running.get("/compute?echo").await;
    running.until_metric("mien_queue_running{queue=\"compute\"} 0").await;
    let cases = [
        ("GET", "/health/live", 200, "live"),
        ("GET", "/health/ready", 200, "ready"),
        ("GET", "/metrics", 200, "mien_requests_total"),
        ("GET", "/metrics", 200, "mien_stage_seconds_bucket{stage=\"queue\""),
        ("GET", "/elsewhere", 404, "/metrics"),
        ("POST", "/health/live", 405, "GET"),
    ];
    for (method, path, status, holds) in cases {
        let mut stream = TcpStream::connect(running.admin).await.unwrap();
        let got = exchange(&mut stream, method, path).await;
        assert!(
            got.starts_with(&format!("HTTP/1.1 {status}")) && got.contains(holds),
            "{method} {path}: {got}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_api_does_not_stop_the_probe() {
    let running = start(config()).await;
    let mut holding = running.connect().await;
    holding.send_get("/compute?hold").await;
    running.until_started(1).await;
    let mut stream = TcpStream::connect(running.admin).await.unwrap();
    assert!(
        exchange(&mut stream, "GET", "/health/ready")
            .await
            .starts_with("HTTP/1.1 200")
    );
    running.play.release();
    assert_eq!(holding.answer().await.body, "held");
}

async fn exchange(stream: &mut TcpStream, method: &str, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let request = format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut got = String::new();
    crate::stage::in_time(stream.read_to_string(&mut got)).await.unwrap();
    got
}
