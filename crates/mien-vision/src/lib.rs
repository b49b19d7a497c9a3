//! From an image to faces and embeddings: model packs, inference engines and the pipeline between them.

pub mod align;
pub mod calibration;
pub mod convert;
pub mod cover;
pub mod crop;
pub mod detect;
pub mod embed;
pub mod engine;
pub mod face;
pub mod heads;
pub mod home;
pub mod install;
pub mod liveness;
pub mod mask;
pub mod pack;
pub mod picture;
pub mod points;
pub mod portrait;
pub mod quality;
pub mod vision;
