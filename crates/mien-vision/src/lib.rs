//! From an image to faces and embeddings: model packs, inference engines and the pipeline between them.

pub mod engine;
pub mod face;
pub mod home;
pub mod picture;
pub mod vision;
