/// One entry of the owner's change log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change<'a> {
    /// Puts `key` into `gallery`; replaces the vector when the key is already there. `vector` has the space's dimension, any
    /// length above zero (it is scaled to one), finite values.
    Insert {
        /// Gallery of the row.
        gallery: u64,
        /// Key of the row, unique within the gallery. A key in several galleries shares one stored vector while the vectors are equal.
        key: u64,
        /// The embedding, `dim` values.
        vector: &'a [f32],
    },
    /// Takes `key` out of `gallery`; nothing happens when it is not there.
    Remove {
        /// Gallery of the row.
        gallery: u64,
        /// Key of the row.
        key: u64,
    },
    /// Takes every row out of `gallery`.
    DropGallery {
        /// The gallery.
        gallery: u64,
    },
}
