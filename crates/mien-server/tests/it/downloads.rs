//! Images by URL, and the hands they must not become.

use std::net::SocketAddr;
use std::sync::Arc;

use mien_server::{DownloadConfig, Downloader, FetchError, Names, SystemNames};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::stage::{Lies, config, in_time, start};

/// A host that answers every request on one of its paths with these bytes, and counts connections.
async fn host(ip: &str, answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((ip, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let line = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
                if path == "/never" {
                    std::future::pending::<()>().await;
                }
                let _ = stream.write_all(&answer(&path)).await;
            });
        }
    });
    address
}

fn ok(body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn redirect(target: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

/// 127.0.0.1 is open, the rest of the loopback is not.
fn one_open() -> DownloadConfig {
    DownloadConfig {
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        seconds: 1,
        max_bytes: 1000,
        ..DownloadConfig::default()
    }
}

fn downloader(config: &DownloadConfig, names: Arc<dyn Names>) -> Downloader {
    Downloader::new(config, names).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_inside_the_network_are_refused() {
    let secret = host("127.0.0.1", |_| ok(b"secret")).await;
    let port = secret.port();
    let everything_but_the_address = DownloadConfig {
        ports: vec![port, 80, 443],
        ..DownloadConfig::default()
    };
    let downloader = downloader(&everything_but_the_address, Lies::of(&[&["127.0.0.1"]]));
    let closed = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://0x7f.0.0.1:{port}/"),
        format!("http://0177.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://127.0.0.1.:{port}/"),
        format!("http://１２７.０.０.１:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://[::ffff:7f00:1]:{port}/"),
        format!("http://[64:ff9b::7f00:1]:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://innocent.example:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://100.100.100.200/latest/meta-data/".to_owned(),
        "http://168.63.129.16/machine".to_owned(),
        "http://[fd00:ec2::254]/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://192.168.0.1/".to_owned(),
        "http://172.16.0.1/".to_owned(),
        "http://[fe80::1]/".to_owned(),
        "http://224.0.0.1/".to_owned(),
        "https://127.0.0.1/".to_owned(),
    ];
    let mut wrong = Vec::new();
    for url in &closed {
        let got = in_time(downloader.fetch(url)).await;
        if got != Err(FetchError::Closed) {
            wrong.push((url, got));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_that_cannot_be_asked_are_refused() {
    let downloader = downloader(&DownloadConfig::default(), Arc::new(SystemNames));
    let long = format!("http://example.com/{}", "x".repeat(9000));
    let cases = [
        "",
        "not a url",
        "/relative",
        "ftp://example.com/a.jpg",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:image/png;base64,AAAA",
        "http://",
        "http://user:password@example.com/",
        "http://user@example.com/",
        "http://exa mple.com/",
        "http://[::1",
        "http://256.256.256.256/",
        "http://example.com:99999/",
        &long,
    ];
    let mut wrong = Vec::new();
    for url in cases {
        let got = downloader.fetch(url).await;
        if !matches!(got, Err(FetchError::Url(_))) {
            wrong.push((url, got));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_followed_and_judged() {
    let secret = host("127.0.0.3", |_| ok(b"secret")).await;
    let secret_url = format!("http://{secret}/");
    let open = host("127.0.0.1", move |path| match path {
        "/picture" => ok(b"picture"),
        "/once" => redirect("/picture"),
        "/twice" => redirect("/once#fragment"),
        "/inside" => redirect(&secret_url),
        "/file" => redirect("file:///etc/passwd"),
        "/login" => redirect("http://user:secret@example.com/"),
        "/nowhere" => redirect("http://["),
        "/round" => redirect("/round"),
        "/silent" => b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        _ => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
    })
    .await;
    let downloader = downloader(&one_open(), Arc::new(SystemNames));
    let cases = [
        ("/picture", Ok("picture".into())),
        ("/twice", Ok("picture".into())),
        ("/inside", Err(FetchError::Closed)),
        ("/file", Err(FetchError::Url("only http and https are fetched"))),
        ("/login", Err(FetchError::Url("it carries a user name or password"))),
        (
            "/nowhere",
            Err(FetchError::Url("a redirect leads to something that is no url")),
        ),
        ("/round", Err(FetchError::Redirects)),
        ("/silent", Err(FetchError::Status(302))),
        ("/missing", Err(FetchError::Status(404))),
    ];
    for (path, expected) in cases {
        assert_eq!(
            in_time(downloader.fetch(&format!("http://{open}{path}"))).await,
            expected,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_its_address_wins_nothing() {
    // The address that was judged is the address that is asked, so the second answer is judged again.
    let secret = host("127.0.0.3", |_| ok(b"secret")).await;
    let open = host("127.0.0.1", move |_| {
        redirect(&format!("http://rebind.example:{}/", secret.port()))
    })
    .await;
    let names = Lies::of(&[&["127.0.0.1"], &["127.0.0.3"]]);
    let rebinding = downloader(&one_open(), names);
    let url = format!("http://rebind.example:{}/", open.port());
    assert_eq!(in_time(rebinding.fetch(&url)).await, Err(FetchError::Closed));

    // Of a mixed answer only the open addresses are tried.
    let mixed = downloader(&one_open(), Lies::of(&[&["127.0.0.3", "10.0.0.1", "::1"]]));
    assert_eq!(in_time(mixed.fetch(&url)).await, Err(FetchError::Closed));
    let picture = host("127.0.0.1", |_| ok(b"picture")).await;
    let mixed = downloader(&one_open(), Lies::of(&[&["127.0.0.3", "127.0.0.1"]]));
    let url = format!("http://mixed.example:{}/", picture.port());
    assert_eq!(in_time(mixed.fetch(&url)).await, Ok("picture".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn size_time_and_failures_are_bounded() {
    let open = host("127.0.0.1", |path| match path {
        "/exact" => ok(&[7; 1000]),
        "/announced" => ok(&[7; 1001]),
        "/unannounced" => [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_slice(), &[7; 5000]].concat(),
        "/cut" => b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf".to_vec(),
        _ => b"this is no http\r\n\r\n".to_vec(),
    })
    .await;
    let downloader = downloader(&one_open(), Arc::new(SystemNames));
    let ask = async |path: &str| in_time(downloader.fetch(&format!("http://{open}{path}"))).await;
    assert_eq!(ask("/exact").await.map(|bytes| bytes.len()), Ok(1000));
    assert_eq!(ask("/announced").await, Err(FetchError::TooLarge { max_bytes: 1000 }));
    assert_eq!(ask("/unannounced").await, Err(FetchError::TooLarge { max_bytes: 1000 }));
    assert!(matches!(ask("/cut").await, Err(FetchError::Connection(_))));
    assert!(matches!(ask("/nonsense").await, Err(FetchError::Connection(_))));
    assert_eq!(ask("/never").await, Err(FetchError::Timeout { seconds: 1 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_can_be_switched_off() {
    let off = downloader(
        &DownloadConfig {
            enabled: false,
            ..one_open()
        },
        Arc::new(SystemNames),
    );
    assert_eq!(off.fetch("http://127.0.0.1/").await, Err(FetchError::SwitchedOff));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_fetches_between_two_runs() {
    let open = host("127.0.0.1", |_| ok(b"picture")).await;
    let mut config = config();
    config.download = one_open();
    let running = start(config).await;
    let got = running.get(&format!("/compute?fetch=http://{open}/")).await;
    assert!(got.contains("Ok(b\"picture\")"), "{got}");
    let got = running.get("/compute?fetch=http://127.0.0.3/").await;
    assert!(
        got.contains("Unreachable(\"the address is not open to downloads\")"),
        "{got}"
    );
    assert_eq!(running.play.started(), 4);
}
