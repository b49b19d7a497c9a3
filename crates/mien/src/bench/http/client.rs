//! Clients of a measurement: each has one connection and one request under way, and signs every request when it sends it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use mien_wire::client::{Call, Credentials, Signed, tc3_json};
use serde_json::{Value, json};

use crate::bench::quantile;

/// Host that the clients sign for.
const HOST: &str = "bench";

/// A request of now.
pub fn signed(credentials: &Credentials, action: &str, body: Vec<u8>) -> Result<Signed> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .context("the clock is before 1970")?;
    let call = Call::new(HOST, action, "2020-03-03", now.as_secs() as i64);
    Ok(tc3_json(&call, credentials, body))
}

/// What a client, or many of them, saw.
#[derive(Debug, Default)]
pub struct Seen {
    micros: Vec<u32>,
    /// How often each code was answered; no code is success.
    codes: BTreeMap<String, usize>,
}

impl Seen {
    /// Notes one answer.
    pub fn note(&mut self, took: Duration, code: Option<String>) {
        self.micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        *self.codes.entry(code.unwrap_or_else(|| "ok".to_owned())).or_default() += 1;
    }

    /// What several clients saw together.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        let mut sum = Self::default();
        for seen in all {
            sum.micros.extend(seen.micros);
            for (code, count) in seen.codes {
                *sum.codes.entry(code).or_default() += count;
            }
        }
        sum
    }

    /// Rate, times and codes.
    pub fn report(mut self, took: Duration) -> Value {
        self.micros.sort_unstable();
        let ms = |share| f64::from(quantile(&self.micros, share)) / 1e3;
        json!({
            "requests": self.micros.len(),
            "requests_per_second": (self.micros.len() as f64 / took.as_secs_f64()).round(),
            "p50_ms": ms(0.5),
            "p99_ms": ms(0.99),
            "max_ms": ms(1.0),
            "codes": self.codes,
        })
    }
}

/// A connection.
pub struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            request: Vec::new(),
            buffer: vec![0; 64 * 1024],
        })
    }

    /// Signs, sends, waits: the code of the answer if it is an error, and the time from the first byte sent to the last
    /// received. Signing is not in it, but its processor time is taken from the server like that of everything else here.
    pub fn call(
        &mut self,
        credentials: &Credentials,
        action: &str,
        body: Vec<u8>,
    ) -> Result<(Duration, Option<String>)> {
        let signed = signed(credentials, action, body)?;
        write_http(&signed, &mut self.request)?;
        let began = Instant::now();
        self.stream.write_all(&self.request)?;
        let answer = self.read_answer()?;
        let took = began.elapsed();
        Ok((took, code(answer)?))
    }

    /// A plain GET; gives the status line.
    pub fn get(&mut self, path: &str) -> Result<(Duration, String)> {
        let began = Instant::now();
        write!(self.stream, "GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n")?;
        let length = self.read_answer()?.len();
        let head = self.buffer.split(|byte| *byte == b'\r').next().unwrap_or_default();
        ensure!(length > 0, "an empty answer");
        Ok((began.elapsed(), String::from_utf8_lossy(head).into_owned()))
    }

    fn read_answer(&mut self) -> Result<&[u8]> {
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read = self.stream.read(&mut self.buffer[filled..])?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
            let Some(head) = self.buffer[..filled]
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            else {
                continue;
            };
            let length = content_length(&self.buffer[..head]).context("no Content-Length in the answer")?;
            if filled >= head + 4 + length {
                return Ok(&self.buffer[head + 4..filled]);
            }
        }
    }
}

fn write_http(request: &Signed, bytes: &mut Vec<u8>) -> Result<()> {
    bytes.clear();
    bytes.extend_from_slice(b"POST / HTTP/1.1\r\n");
    for (name, value) in &request.headers {
        write!(bytes, "{name}: {value}\r\n")?;
    }
    write!(bytes, "Content-Length: {}\r\n\r\n", request.body.len())?;
    bytes.extend_from_slice(&request.body);
    Ok(())
}

fn content_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("content-length:"))?;
    line.split_once(':')?.1.trim().parse().ok()
}

/// The code of an error; success answers have none, and are not parsed, because that would measure the client.
fn code(answer: &[u8]) -> Result<Option<String>> {
    const ERROR: &[u8] = b"{\"Response\":{\"Error\"";
    if !answer.starts_with(ERROR) {
        ensure!(
            answer.starts_with(b"{\"Response\":{"),
            "{}",
            String::from_utf8_lossy(answer)
        );
        return Ok(None);
    }
    let answer: Value = serde_json::from_slice(answer)?;
    let code = answer["Response"]["Error"]["Code"].as_str();
    Ok(Some(code.context("an error without a code")?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_from_success() {
        let refusal = mien_wire::Refusal::new(mien_wire::Code::RequestLimitExceeded);
        let refused = mien_wire::seal("id", Err::<&(), _>(&refusal), mien_wire::Language::default());
        assert_eq!(code(&refused).unwrap().as_deref(), Some("RequestLimitExceeded"));
        let fine = mien_wire::seal("id", Ok::<_, &mien_wire::Refusal>(&()), mien_wire::Language::default());
        assert_eq!(code(&fine).unwrap(), None);
        assert!(code(b"Bad Gateway").is_err());
    }
}
