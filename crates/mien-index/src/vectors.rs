//! Full vectors, one slot for each distinct vector of a key, in memory-mapped chunks of equal size.
//!
//! A slot holds the vector (f16), its close codes (second bits and middle code, see `code.rs`) and the key. It is written once, while
//! only its [`FreeSlot`] knows it, and read through galleries that name it; [`slots::Slots`] hands it out again when no reader and no checkpoint can name it any more.

mod chunk;
pub(crate) mod keys;
pub(crate) mod slots;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::IndexError;
use crate::code::{CloseFactors, Layout};
use crate::kernel::Line;

pub(crate) use chunk::ClosePart;
use chunk::{Chunk, SLOTS};

/// Evidence of being the only one that knows a slot. Made by [`slots::Slots`] alone.
#[derive(Debug)]
pub(crate) struct FreeSlot(u32);

impl FreeSlot {
    pub(crate) fn number(&self) -> u32 {
        self.0
    }
}

/// What a slot is filled with, but for the key.
#[derive(Debug)]
pub(crate) struct Stored {
    /// The vector, f16 bits, padded.
    pub(crate) full: Vec<u16>,
    /// Second bits, then the middle code.
    pub(crate) close: Vec<Line>,
    pub(crate) factors: CloseFactors,
}

/// The chunks as they were at one moment; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Vectors {
    layout: Layout,
    chunks: Arc<[Arc<Chunk>]>,
}

impl Vectors {
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            layout,
            chunks: Arc::new([]),
        }
    }

    /// Opens the first `count` chunks in `dir`.
    pub(crate) fn open(layout: Layout, dir: &Path, count: usize) -> Result<Self, IndexError> {
        let chunks = (0..count).map(|number| Chunk::open(&layout, &file(dir, number), number).map(Arc::new));
        Ok(Self {
            layout,
            chunks: chunks.collect::<Result<_, _>>()?,
        })
    }

    /// Adds a chunk of free slots, in `dir` or in memory.
    pub(crate) fn grow(&mut self, dir: Option<&Path>) -> Result<(), IndexError> {
        let number = self.chunks.len();
        let chunk = match dir {
            Some(dir) => Chunk::create(&self.layout, &file(dir, number), number)?,
            None => Chunk::in_memory(&self.layout)?,
        };
        self.chunks = self.chunks.iter().cloned().chain([Arc::new(chunk)]).collect();
        Ok(())
    }

    pub(crate) fn chunks(&self) -> usize {
        self.chunks.len()
    }

    pub(crate) fn slots(&self) -> usize {
        self.chunks.len() * SLOTS
    }

    /// Fills a slot.
    pub(crate) fn write(&self, slot: &FreeSlot, key: u64, stored: &Stored) {
        let (chunk, at) = self.find(slot.0);
        chunk.write(at, key, stored);
    }

    pub(crate) fn key(&self, slot: u32) -> u64 {
        let (chunk, at) = self.find(slot);
        chunk.key(at)
    }

    /// The vector as stored, not checked.
    pub(crate) fn full(&self, slot: u32) -> &[u16] {
        let (chunk, at) = self.find(slot);
        chunk.full(at)
    }

    /// The vector, checked against its sum when first used since the index was opened.
    pub(crate) fn checked_full(&self, slot: u32) -> Result<&[u16], IndexError> {
        let (chunk, at) = self.find(slot);
        chunk.check_full(at)?;
        Ok(chunk.full(at))
    }

    /// Compares the close codes with their check sum, if that was not done since the index was opened.
    pub(crate) fn check_close(&self, slot: u32) -> Result<(), IndexError> {
        let (chunk, at) = self.find(slot);
        chunk.check_close(at)
    }

    /// Splits slots in ascending order by chunk: the chunk's close codes, and how many slots from the front of `slots` are in it. These
    /// are checked like vectors.
    pub(crate) fn checked_close_part(&self, slots: &[u32]) -> Result<(ClosePart<'_>, usize), IndexError> {
        let number = slots.first().map_or(0, |slot| *slot as usize / SLOTS);
        let start = number * SLOTS;
        let count = slots.partition_point(|slot| (*slot as usize) < start + SLOTS);
        let chunk = &self.chunks[number];
        if !chunk.close_all_checked() {
            slots[..count]
                .iter()
                .try_for_each(|slot| chunk.check_close(*slot as usize - start))?;
        }
        Ok((chunk.close_part(start as u32), count))
    }

    /// Asks for the middle codes of slots that are about to be read.
    pub(crate) fn prefetch_middle(&self, slots: &[u32]) {
        for slot in slots {
            let (chunk, at) = self.find(*slot);
            chunk.prefetch_middle(at);
        }
    }

    /// Asks for a vector that is about to be read.
    pub(crate) fn prefetch_full(&self, slot: u32) {
        let (chunk, at) = self.find(slot);
        chunk.prefetch_full(at);
    }

    /// Brings everything written to the disk.
    pub(crate) fn flush(&self) -> Result<(), IndexError> {
        self.chunks.iter().try_for_each(|chunk| chunk.flush())
    }

    /// Memory for the marks of what was checked, in bytes.
    pub(crate) fn check_bits_bytes(&self) -> usize {
        self.chunks.len() * SLOTS / 4
    }

    /// Mapped memory, in bytes.
    pub(crate) fn mapped_bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes()).sum()
    }

    fn find(&self, slot: u32) -> (&Chunk, usize) {
        (&self.chunks[slot as usize / SLOTS], slot as usize % SLOTS)
    }
}

fn file(dir: &Path, number: usize) -> PathBuf {
    dir.join(format!("vectors-{number:06}.mien"))
}
