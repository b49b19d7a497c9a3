//! Runs: immutable sequences of coded rows of one gallery, ordered by slot.

mod dead;

use std::sync::{Arc, Mutex, PoisonError};

use crate::code::{Codes, Layout, ROWS_PER_BLOCK, Scratch, copy_row};
use crate::kernel::Line;
use crate::lines::Lines;
use crate::space::Space;
use crate::vectors::Vectors;

pub(crate) use dead::Dead;

/// Coded rows. Never changes; deleted rows are marked in the [`View`].
#[derive(Debug)]
pub(crate) struct Run {
    /// Slot of each row, ascending.
    slots: Box<[u32]>,
    lines: Lines,
    /// Where the run lies on disk, once it does.
    home: Mutex<Option<Home>>,
}

/// Place of a run in a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Home {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    pub(crate) rows: u32,
    pub(crate) sum: u64,
}

/// A run and which of its rows are deleted.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) run: Arc<Run>,
    pub(crate) dead: Arc<Dead>,
}

impl Run {
    pub(crate) fn from_parts(slots: Box<[u32]>, lines: Lines, home: Option<Home>) -> Self {
        Self {
            slots,
            lines,
            home: Mutex::new(home),
        }
    }

    /// Encodes the vectors in `slots` (any order, no repeats).
    pub(crate) fn encode(space: &Space, vectors: &Vectors, mut slots: Vec<u32>, threads: usize) -> Self {
        slots.sort_unstable();
        let mut lines = Lines::zeroed(space.layout.lines_for(slots.len()));
        let rows_per_part = slots
            .len()
            .div_ceil(threads.max(1))
            .next_multiple_of(ROWS_PER_BLOCK)
            .max(ROWS_PER_BLOCK);
        let encode = |slots: &[u32], lines: &mut [Line]| {
            let mut scratch = Scratch::default();
            for (row, slot) in slots.iter().enumerate() {
                space.encoder.rotate(vectors.full(*slot), &mut scratch);
                space.encoder.scan_code(&mut scratch, lines, row);
            }
        };
        std::thread::scope(|scope| {
            let lines = lines.chunks_mut(space.layout.lines_for(rows_per_part));
            let mut parts = slots.chunks(rows_per_part).zip(lines);
            let own = parts.next();
            for (slots, lines) in parts {
                scope.spawn(move || encode(slots, lines));
            }
            if let Some((slots, lines)) = own {
                encode(slots, lines);
            }
        });
        Self::from_parts(slots.into_boxed_slice(), lines, None)
    }

    /// One run with the rows of `views` that are not deleted.
    pub(crate) fn merge(layout: &Layout, views: &[View]) -> Self {
        let mut rows: Vec<(u32, u32, u32)> = Vec::with_capacity(views.iter().map(View::live).sum());
        for (number, view) in views.iter().enumerate() {
            let alive = view
                .run
                .slots
                .iter()
                .enumerate()
                .filter(|(row, _)| !view.dead.contains(*row as u32));
            rows.extend(alive.map(|(row, slot)| (*slot, number as u32, row as u32)));
        }
        rows.sort_unstable();
        let mut lines = Lines::zeroed(layout.lines_for(rows.len()));
        for (to, (_, number, from)) in rows.iter().enumerate() {
            copy_row(
                layout,
                &views[*number as usize].run.lines,
                *from as usize,
                &mut lines,
                to,
            );
        }
        Self::from_parts(rows.into_iter().map(|(slot, ..)| slot).collect(), lines, None)
    }

    pub(crate) fn rows(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn slots(&self) -> &[u32] {
        &self.slots
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(crate) fn row_of(&self, slot: u32) -> Option<u32> {
        self.slots.binary_search(&slot).ok().map(|row| row as u32)
    }

    /// Codes of rows `first..first + count`; `first` is the start of a block.
    pub(crate) fn codes(&self, layout: &Layout, first: usize, count: usize) -> Codes<'_> {
        let start = layout.lines_for(first);
        let lines = &self.lines[start..start + layout.lines_for(count)];
        Codes {
            lines,
            words: layout.words,
            planes: layout.planes,
            rows: count,
            first: first as u32,
        }
    }

    pub(crate) fn home(&self) -> Option<Home> {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settle(&self, home: Home) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = Some(home);
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.slots.len() * 4 + size_of_val::<[Line]>(&self.lines)
    }
}

impl View {
    pub(crate) fn new(run: Run) -> Self {
        Self {
            run: Arc::new(run),
            dead: Arc::default(),
        }
    }

    pub(crate) fn live(&self) -> usize {
        self.run.rows() - self.dead.count()
    }

    /// Memory held for deleted rows, in bytes.
    pub(crate) fn mark_bytes(&self) -> usize {
        self.dead.bytes()
    }

    /// Row of a slot that is not deleted.
    pub(crate) fn find(&self, slot: u32) -> Option<u32> {
        self.run.row_of(slot).filter(|row| !self.dead.contains(*row))
    }

    /// Deletes the row of a slot, if there is one.
    pub(crate) fn delete(&mut self, slot: u32) {
        if let Some(row) = self.find(slot) {
            Arc::make_mut(&mut self.dead).insert(row);
        }
    }

    /// Slots of the rows that are not deleted.
    pub(crate) fn alive(&self) -> impl Iterator<Item = u32> {
        self.run
            .slots
            .iter()
            .enumerate()
            .filter(|(row, _)| !self.dead.contains(*row as u32))
            .map(|(_, slot)| *slot)
    }
}
