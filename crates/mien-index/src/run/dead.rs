use std::sync::Arc;

/// Rows that are deleted: a bitmap in parts that are shared between versions, absent where nothing is deleted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dead {
    parts: Vec<Option<Arc<Part>>>,
    count: usize,
}

type Part = [u64; WORDS];

const WORDS: usize = 64;
const ROWS: usize = WORDS * 64;

impl Dead {
    pub(crate) fn contains(&self, row: u32) -> bool {
        if self.count == 0 {
            return false;
        }
        let part = self.parts.get(row as usize / ROWS).and_then(Option::as_deref);
        part.is_some_and(|part| part[row as usize % ROWS / 64] >> (row % 64) & 1 == 1)
    }

    /// Adds a row that is not in yet.
    pub(crate) fn insert(&mut self, row: u32) {
        let at = row as usize / ROWS;
        if at >= self.parts.len() {
            self.parts.resize(at + 1, None);
        }
        let part = Arc::make_mut(self.parts[at].get_or_insert_with(|| Arc::new([0; WORDS])));
        part[row as usize % ROWS / 64] |= 1 << (row % 64);
        self.count += 1;
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.parts.len() * 8 + self.parts.iter().flatten().count() * size_of::<Part>()
    }

    /// Rows in `self`, ascending, leaving out whole parts that `earlier` shares.
    pub(crate) fn since<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = u32> + 'a {
        let changed = self.parts.iter().enumerate().filter(|(at, part)| {
            let before = earlier.parts.get(*at).and_then(Option::as_ref);
            !matches!((part, before), (Some(part), Some(before)) if Arc::ptr_eq(part, before))
        });
        let rows = changed
            .filter_map(|(at, part)| part.as_deref().map(|part| (at, part)))
            .flat_map(|(at, part)| {
                (0..ROWS as u32)
                    .filter(|row| part[*row as usize / 64] >> (row % 64) & 1 == 1)
                    .map(move |row| (at * ROWS) as u32 + row)
            });
        rows.filter(|row| !earlier.contains(*row))
    }

    /// All rows, ascending.
    pub(crate) fn rows(&self) -> Vec<u32> {
        self.since(&Self::default()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_was_added_since() {
        let mut earlier = Dead::default();
        for row in [3, 64, 5_000, 100_000] {
            earlier.insert(row);
        }
        let mut later = earlier.clone();
        for row in [4, 5_001, 200_000] {
            later.insert(row);
        }
        assert_eq!(later.since(&earlier).collect::<Vec<_>>(), [4, 5_001, 200_000]);
        assert_eq!(earlier.rows(), [3, 64, 5_000, 100_000]);
        assert!(!earlier.contains(4) && later.contains(4) && later.count() == 7);
    }
}
