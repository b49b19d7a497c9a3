//! Integration tests of the binary crate and rules that hold for the whole workspace.
mod architecture;
