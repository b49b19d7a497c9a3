//! What an installation reports while it works.

/// Receives the steps of an installation. The binary draws bars, tests count.
pub trait Progress {
    /// A step begins. `total` is its length in bytes, if known.
    fn begin(&mut self, step: &str, total: Option<u64>);

    /// The step came further by this many bytes.
    fn advance(&mut self, bytes: u64);

    /// The step is done.
    fn end(&mut self);
}

/// Reports nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _step: &str, _total: Option<u64>) {}

    fn advance(&mut self, _bytes: u64) {}

    fn end(&mut self) {}
}
