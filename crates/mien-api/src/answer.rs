//! What a call gives back, and what it is given on the second run.

use std::collections::HashMap;

use mien_wire::Refusal;
use url::Url;

use crate::record::{Arrival, Record};

/// The outcome of [`crate::Api::call`].
#[derive(Debug)]
pub enum Answer {
    /// The finished answer, to be sent with status 200 and [`mien_wire::CONTENT_TYPE`].
    Reply(Reply),
    /// Pictures must be downloaded first. Everything that is checked before a download was found in order; the second
    /// run checks it again.
    Fetch(Fetch),
}

/// A finished answer.
#[derive(Debug)]
pub struct Reply {
    /// The body.
    pub body: Vec<u8>,
    /// What happened, for log, metrics and console.
    pub record: Record,
}

/// Pictures to download.
#[derive(Debug)]
pub struct Fetch {
    /// Their addresses: http or https, each once, in the order they were asked for.
    pub urls: Vec<Url>,
    pub(crate) arrival: Arrival,
}

impl Fetch {
    /// What to call again with: the outcome for each address. Addresses that are not among them count as unreachable.
    pub fn with(self, outcomes: impl IntoIterator<Item = (Url, Result<Vec<u8>, FetchError>)>) -> Fetched {
        let mut pictures: HashMap<Url, Result<Vec<u8>, FetchError>> = outcomes.into_iter().collect();
        for url in self.urls {
            pictures
                .entry(url)
                .or_insert_with(|| Err(FetchError::Unreachable("not downloaded".to_owned())));
        }
        Fetched {
            arrival: Some(self.arrival),
            pictures,
        }
    }
}

/// Downloaded pictures. [`Fetched::none`] on the first run; after that what [`Fetch::with`] makes.
#[derive(Debug, Default)]
pub struct Fetched {
    pub(crate) arrival: Option<Arrival>,
    pictures: HashMap<Url, Result<Vec<u8>, FetchError>>,
}

impl Fetched {
    /// Nothing yet.
    pub fn none() -> Self {
        Self::default()
    }

    pub(crate) fn picture(&self, url: &Url) -> Option<&Result<Vec<u8>, FetchError>> {
        self.pictures.get(url)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.pictures.values().flatten().map(Vec::len).sum()
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

/// Why a call stops before its fields are ready.
#[derive(Debug)]
pub enum Stop {
    /// The client gets a code.
    Refuse(Refusal),
    /// Pictures are needed.
    Fetch(Vec<Url>),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl From<mien_core::CoreError> for Stop {
    fn from(error: mien_core::CoreError) -> Self {
        Self::Refuse(crate::refusals::domain(&error))
    }
}

impl From<mien_vision::vision::VisionError> for Stop {
    fn from(error: mien_vision::vision::VisionError) -> Self {
        Self::Refuse(crate::refusals::vision(&error))
    }
}

impl From<mien_vision::picture::PictureError> for Stop {
    fn from(error: mien_vision::picture::PictureError) -> Self {
        Self::Refuse(crate::refusals::picture(&error))
    }
}
