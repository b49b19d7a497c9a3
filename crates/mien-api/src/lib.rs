//! Every action of the face recognition API (IAI, 2018-03-01 and 2020-03-03) over the domain and the eyes of Mien.
//!
//! This is the only crate that knows both the wire contract and the domain. [`Api::admit`] and [`Api::run`] take a request
//! through all stages, open, verify, find, admit, decode, images, run, seal, without IO on the network: pictures that a
//! request points to are downloaded by the edge between two runs ([`Answer::Fetch`]).
//!
//! [`ACTIONS`] is the table of what is served; the contract test holds it against `contract/api.json`, and
//! [`compatibility`] writes `docs/COMPATIBILITY.md` from it.

pub mod actions;
mod answer;
mod api;
mod arguments;
mod call;
pub mod compatibility;

mod config;
mod crops;
pub mod eyes;
mod images;
mod jobs;
mod keys;
pub mod params;
mod rate;
mod record;
mod refusals;
pub mod reply;
pub mod shape;
mod values;

pub use actions::{ACTIONS, Action, Work};
pub use answer::{Answer, FetchError, Fetched, Reply};
pub use api::{Admitted, Api};
pub use config::{AnalysisLimits, Config, Rate};
pub use crops::{CropKey, CropKeyError, Crops};
pub use eyes::Eyes;
pub use keys::StoredKeys;
pub use record::{Record, Stage};
