//! The Mien server binary.
fn main() {}
