//! What a run gives back, and what the next one is given.

use std::collections::HashMap;

use bytes::Bytes;
use mien_core::CoreError;
use mien_vision::vision::VisionError;
use mien_wire::{Code, Refusal};

use crate::record::Record;
use crate::refusals;

/// The outcome of [`crate::Api::run`].
#[derive(Debug)]
pub enum Answer {
    /// The finished answer.
    Reply(Reply),
    /// The pictures at these addresses must be downloaded: http or https, each once, in the order of the request.
    /// Everything that is checked before a download was found in order (BEHAVIOUR 4 step 9); the next run checks it
    /// again.
    Fetch(Vec<String>),
}

/// A finished answer, to be sent with status 200 and [`mien_wire::CONTENT_TYPE`].
#[derive(Debug)]
pub struct Reply {
    /// The body.
    pub body: Vec<u8>,
    /// What happened, for log, metrics and console.
    pub record: Record,
}

/// Downloaded pictures: none on the first run, after [`Answer::Fetch`] an outcome for each address.
#[derive(Debug, Default)]
pub struct Fetched {
    pictures: HashMap<String, Result<Bytes, FetchError>>,
}

impl Fetched {
    /// Nothing yet.
    pub fn none() -> Self {
        Self::default()
    }

    pub(crate) fn picture(&self, url: &str) -> Option<&Result<Bytes, FetchError>> {
        self.pictures.get(url)
    }

    /// Bytes of all pictures.
    pub fn bytes(&self) -> usize {
        self.pictures.values().flatten().map(Bytes::len).sum()
    }
}

/// The addresses are those of [`Answer::Fetch`], as they stand there.
impl FromIterator<(String, Result<Bytes, FetchError>)> for Fetched {
    fn from_iter<T: IntoIterator<Item = (String, Result<Bytes, FetchError>)>>(outcomes: T) -> Self {
        Self {
            pictures: outcomes.into_iter().collect(),
        }
    }
}

/// Why a picture could not be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is not one to download from: `UrlIllegal`.
    #[error("the address cannot be used: {0}")]
    Illegal(String),
    /// Name, connection, TLS, time limit, redirects, a status other than 200, or the egress rules:
    /// `ImageDownloadError`. The text goes to the client; it must not tell about the inside of the network.
    #[error("{0}")]
    Unreachable(String),
    /// More bytes than a picture may have: `ImageSizeExceed`.
    #[error("the download is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Where the download was stopped.
        limit_bytes: usize,
    },
}

/// Why a run stops before its fields are ready.
#[derive(Debug)]
pub enum Stop {
    /// The client gets a code for what it asked.
    Refuse(Refusal),
    /// The server failed: the client gets the code alone, the cause is for the log.
    Fail {
        /// What the client gets.
        code: Code,
        /// The error with all its sources.
        cause: String,
    },
    /// Pictures are needed.
    Fetch(Vec<String>),
    /// What the checks found has changed before the operation came to it: everything is to be done again.
    Again,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl From<CoreError> for Stop {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::SpaceChanged => Self::Again,
            error => refusals::domain(&error),
        }
    }
}

impl From<VisionError> for Stop {
    fn from(error: VisionError) -> Self {
        refusals::vision(&error)
    }
}
