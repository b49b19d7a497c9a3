//! Reading the body of a request: bounded in size, in time, and in memory over all requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// What may be allocated on the word of a `Content-Length` alone, bytes.
const TRUSTED_BYTES: usize = 256 * 1024;

/// A body beyond the limit is read on and thrown away up to this many times the limit, because many
/// clients look for an answer only after they have sent everything.
const DISCARD_FACTOR: u64 = 4;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    TooLarge,
    TooSlow,
    MemoryFull,
    /// The client is gone or sent nonsense: nobody is there to answer.
    Broken,
}

/// A body and the memory it holds.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: Bytes,
    _memory: Share,
}

/// Reads the whole body.
pub(crate) async fn read(
    body: Incoming,
    max_bytes: usize,
    time: Duration,
    memory: &Arc<Memory>,
) -> Result<Received, BodyError> {
    if body.is_end_stream() {
        return Ok(Received {
            bytes: Bytes::new(),
            _memory: Memory::share(memory),
        });
    }
    tokio::time::timeout(time, collect(body, max_bytes, memory))
        .await
        .unwrap_or(Err(BodyError::TooSlow))
}

async fn collect(mut body: Incoming, max_bytes: usize, memory: &Arc<Memory>) -> Result<Received, BodyError> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|bytes| bytes > max_bytes as u64 * DISCARD_FACTOR) {
        return Err(BodyError::TooLarge);
    }
    let mut share = Memory::share(memory);
    let mut whole = Whole {
        announced: announced.map_or(0, |bytes| (bytes as usize).min(max_bytes)),
        ..Whole::default()
    };
    while let Some(data) = next(&mut body).await? {
        if whole.len() + data.len() > max_bytes {
            drop((whole, share));
            return Err(discard(body, max_bytes).await);
        }
        if !share.grow(data.len()) {
            return Err(BodyError::MemoryFull);
        }
        whole.push(data);
    }
    Ok(Received {
        bytes: whole.finish(),
        _memory: share,
    })
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Broken)?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

async fn discard(mut body: Incoming, max_bytes: usize) -> BodyError {
    let mut left = max_bytes as u64 * DISCARD_FACTOR;
    loop {
        match next(&mut body).await {
            Ok(Some(data)) if (data.len() as u64) < left => left -= data.len() as u64,
            Err(error) => return error,
            _ => return BodyError::TooLarge,
        }
    }
}

/// Puts chunks together: one chunk is kept as it is, more are copied once into the announced size.
#[derive(Default)]
struct Whole {
    announced: usize,
    first: Option<Bytes>,
    rest: BytesMut,
}

impl Whole {
    fn len(&self) -> usize {
        self.first.as_ref().map_or(0, Bytes::len) + self.rest.len()
    }

    fn push(&mut self, data: Bytes) {
        if self.first.is_none() && self.rest.is_empty() {
            self.first = Some(data);
            return;
        }
        if let Some(first) = self.first.take() {
            self.rest
                .reserve(self.announced.min(TRUSTED_BYTES).max(first.len() + data.len()));
            self.rest.extend_from_slice(&first);
        }
        if self.rest.capacity() < self.rest.len() + data.len() {
            self.rest
                .reserve(self.announced.saturating_sub(self.rest.len()).max(data.len()));
        }
        self.rest.extend_from_slice(&data);
    }

    fn finish(self) -> Bytes {
        self.first.unwrap_or_else(|| self.rest.freeze())
    }
}

/// Memory for all bodies together.
#[derive(Debug)]
pub(crate) struct Memory {
    used: AtomicUsize,
    limit: usize,
}

/// What one body holds of it; given back when dropped.
#[derive(Debug)]
struct Share {
    memory: Arc<Memory>,
    bytes: usize,
}

impl Memory {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            used: AtomicUsize::new(0),
            limit,
        })
    }

    /// Bytes held at this moment.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn share(memory: &Arc<Self>) -> Share {
        Share {
            memory: Arc::clone(memory),
            bytes: 0,
        }
    }
}

impl Share {
    fn grow(&mut self, bytes: usize) -> bool {
        let before = self.memory.used.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > self.memory.limit {
            self.memory.used.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        self.bytes += bytes;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.memory.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_given_back() {
        let memory = Memory::new(100);
        let mut first = Memory::share(&memory);
        let mut second = Memory::share(&memory);
        assert!(first.grow(60));
        assert!(!second.grow(60));
        assert!(second.grow(40));
        drop(first);
        assert_eq!(memory.used(), 40);
        assert!(second.grow(60));
        drop(second);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn chunks_are_put_together_in_order() {
        let cases: &[&[&str]] = &[&[], &["one"], &["one", "two"], &["", "a", "", "bc", "def"]];
        for chunks in cases {
            for announced in [0, 3, 1000] {
                let mut whole = Whole {
                    announced,
                    ..Whole::default()
                };
                chunks
                    .iter()
                    .for_each(|chunk| whole.push(Bytes::from_static(chunk.as_bytes())));
                assert_eq!(whole.len(), chunks.concat().len());
                assert_eq!(whole.finish(), chunks.concat(), "{chunks:?} announced as {announced}");
            }
        }
    }
}
