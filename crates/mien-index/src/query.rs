/// One search: every probe against every gallery.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Probes, `dim` finite values each, any length above zero. They share one pass over the codes.
    pub probes: &'a [&'a [f32]],
    /// Galleries to search; unknown ones count as empty.
    pub galleries: &'a [u64],
    /// Hits wanted per probe (per gallery in `search_each`).
    pub top: usize,
    /// Lowest cosine that counts, inclusive; `f32::NEG_INFINITY` for none. A floor makes a search cheaper.
    pub floor: f32,
    /// Threads to use, at least 1.
    pub threads: usize,
}

/// A row that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Gallery of the row; when the key is in several of the galleries asked for, the first of them in the order asked.
    pub gallery: u64,
    /// Key of the row.
    pub key: u64,
    /// Cosine of probe and stored vector, about -1 to 1.
    pub similarity: f32,
}
