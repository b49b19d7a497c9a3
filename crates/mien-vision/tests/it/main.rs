//! Integration tests of mien-vision, one binary.

mod engines;
mod material;
