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
//!
//! ```
//! use mien_wire::client::{Call, Credentials, tc3_json};
//! use mien_wire::{Key, KeyRing, Limits, Params, Policy, Refusal, Secret, open, seal, verify};
//!
//! struct Ring;
//! impl KeyRing for Ring {
//!     fn key(&self, secret_id: &str) -> Result<Option<Key>, Refusal> {
//!         let key = Key { secret: Secret::new("secret"), account: 1, token: None, expires_s: None, enabled: true };
//!         Ok((secret_id == "AKIDexample").then_some(key))
//!     }
//! }
//!
//! let now_s = 1_700_000_000;
//! let credentials = Credentials { secret_id: "AKIDexample".into(), secret: Secret::new("secret"), token: None };
//! let call = Call::new("localhost:8080", "GetGroupInfo", "2020-03-03", now_s);
//! let signed = tc3_json(&call, &credentials, br#"{"GroupId":"staff"}"#.to_vec());
//!
//! let headers = signed.headers();
//! let opened = open(&signed.request(&headers), &Limits::default())?;
//! let caller = verify(&opened, &Ring, now_s, &Policy::default())?;
//! let params = Params::decode(&opened)?;
//! let group_id = params.required("GroupId", params.text("GroupId")?)?;
//! assert_eq!((opened.action(), caller.account(), &*group_id), ("GetGroupInfo", 1, "staff"));
//!
//! let body = seal("4f1c…", Ok(&serde_json::json!({"Tag": ""})), opened.language());
//! assert_eq!(body, r#"{"Response":{"Tag":"","RequestId":"4f1c…"}}"#.as_bytes());
//! # Ok::<(), Refusal>(())
//! ```

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
