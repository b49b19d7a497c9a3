use crate::run::View;
use crate::writer::Writer;

/// Sizes of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Galleries that have rows.
    pub galleries: usize,
    /// Rows of all galleries.
    pub rows: usize,
    /// Coded runs.
    pub runs: usize,
    /// Bytes that a search reads for every row (codes, factors) or for every candidate (slots).
    pub scan_bytes: usize,
    /// All memory that is not backed by files, but for the allocator's own: `scan_bytes`, tables of keys and slots, marks of deleted
    /// rows and of what was checked.
    pub hot_bytes: usize,
    /// Full vectors and middle codes, in memory-mapped files (for an index in memory: in memory).
    pub mapped_bytes: usize,
}

impl Stats {
    pub(crate) fn of(writer: &Writer) -> Self {
        let mut stats = Self {
            galleries: writer.galleries.size(),
            ..Self::default()
        };
        let mut marks = 0;
        for gallery in writer.galleries.values() {
            stats.rows += gallery.len();
            stats.runs += gallery.runs.len();
            stats.scan_bytes +=
                gallery.loose.len() * 4 + gallery.runs.iter().map(|view| view.run.bytes()).sum::<usize>();
            marks += gallery.runs.iter().map(View::mark_bytes).sum::<usize>();
        }
        let tables = writer.keys.bytes() + writer.slots.bytes() + writer.vectors.check_bits_bytes();
        // A gallery's entry in the map, its two shared lists, and the map's inner nodes.
        let galleries = stats.galleries * 160;
        stats.hot_bytes = stats.scan_bytes + marks + tables + galleries;
        stats.mapped_bytes = writer.vectors.mapped_bytes();
        stats
    }
}
