//! The wire protocol of the face recognition API (IAI), without IO: what a request must look like, who signed it,
//! what its parameters are, and how an answer is written. It knows the protocol and nothing of faces.
//!
//! The way of a request (BEHAVIOUR 4):
//!
//! 1. [`open`] checks method, size, content type, the common parameters and the shape of the credential;
//! 2. [`verify`] checks clock, key, token and signature and gives the [`Caller`];
//! 3. [`Params::decode`] turns JSON, query, form or multipart into one tree with typed readers;
//! 4. [`seal`] writes the envelope around the answer or the [`Refusal`].
//!
//! [`client`] is the other side: it signs requests.

pub mod client;
mod code;
mod key;
mod language;
mod mac;
mod open;
mod pairs;
mod params;
mod refusal;
mod request;
mod seal;
pub mod tc3;
pub mod v1;
mod verify;

pub use code::{Code, Level, UnknownCode};
pub use key::{Caller, Key, KeyRing, Policy, Secret};
pub use language::Language;
pub use open::{Limits, Opened, Scheme, open};
pub use params::Params;
pub use refusal::{Mismatch, Refusal};
pub use request::{Header, Request};
pub use seal::{CONTENT_TYPE, seal};
pub use verify::verify;
