//! One memory-mapped file (or block of memory) of slots.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::IndexError;
use crate::ahead::read_soon;
use crate::code::{CloseFactors, Factors, Layout, ROWS_PER_BLOCK};
use crate::error::{damaged, io_error};
use crate::kernel::Line;
use crate::vectors::Stored;

/// Slots of a chunk.
pub(super) const SLOTS: usize = 8192;

/// Sections start at multiples of this.
const PAGE: usize = 4096;

const MAGIC: &[u8; 8] = b"mienvec\x02";

/// Sections, in this order: header, vectors, second bits, their factors, middle codes, their factors, keys, check sums.
#[derive(Debug)]
pub(super) struct Chunk {
    map: Map,
    layout: Layout,
    sections: Sections,
    path: PathBuf,
    dirty: AtomicBool,
    /// One bit per slot: vector and key agree with their check sum.
    full_checked: Box<[AtomicU64]>,
    /// The same for second bits, middle code and their factors.
    close_checked: Box<[AtomicU64]>,
    /// All of them are set.
    close_all_checked: AtomicBool,
}

#[derive(Debug)]
struct Map(MmapRaw);

/// The close codes of a chunk. Pointers and no slices, because free slots among them may be written to meanwhile.
#[derive(Debug)]
pub(crate) struct ClosePart<'a> {
    /// Number of the part's first slot.
    first: u32,
    second: *const Line,
    second_lines: usize,
    second_factors: *const [u16; 2],
    middle: *const Line,
    middle_lines: usize,
    middle_factors: *const Factors,
    slots: usize,
    chunk: PhantomData<&'a Chunk>,
}

/// Where the second bits of a part are. To be read under the same rules as the part, while that is held.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct SecondAll {
    /// Number of the part's first slot.
    pub(crate) first: u32,
    pub(crate) slots: usize,
    /// `lines` for each slot.
    pub(crate) bits: *const Line,
    pub(crate) lines: usize,
    /// One pair for each slot.
    pub(crate) factors: *const [u16; 2],
}

impl<'a> ClosePart<'a> {
    #[inline]
    fn place(&self, slot: u32) -> usize {
        let place = slot.wrapping_sub(self.first) as usize;
        assert!(place < self.slots);
        place
    }

    /// Second bits of a slot.
    #[inline]
    pub(crate) fn second(&self, slot: u32) -> &'a [Line] {
        let start = self.place(slot) * self.second_lines;
        // SAFETY: the slot is within the chunk's map, which `chunk` borrows; a slot that a snapshot names is not written to.
        unsafe { std::slice::from_raw_parts(self.second.add(start), self.second_lines) }
    }

    /// Second bits and factors of all slots, for kernels that look at many at once.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(crate) fn second_all(&self) -> SecondAll {
        SecondAll {
            first: self.first,
            slots: self.slots,
            bits: self.second,
            lines: self.second_lines,
            factors: self.second_factors,
        }
    }

    /// Factor and spread of the 2-bit code of a slot, f16 bits.
    #[inline]
    pub(crate) fn second_factors(&self, slot: u32) -> [u16; 2] {
        // SAFETY: as above.
        unsafe { *self.second_factors.add(self.place(slot)) }
    }

    /// Middle code of a slot.
    #[inline]
    pub(crate) fn middle(&self, slot: u32) -> &'a [Line] {
        let start = self.place(slot) * self.middle_lines;
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts(self.middle.add(start), self.middle_lines) }
    }

    /// Factors of the middle code of a slot.
    #[inline]
    pub(crate) fn middle_factors(&self, slot: u32) -> Factors {
        // SAFETY: as above.
        unsafe { *self.middle_factors.add(self.place(slot)) }
    }

    /// Address of a slot's middle factors, to ask for them.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(crate) fn middle_factors_line(&self, slot: u32) -> *const Line {
        self.middle_factors.wrapping_add(self.place(slot)).cast()
    }

    /// Makes a block of one plane, as a scan has it, of the second bits and factors of up to 16 slots.
    pub(crate) fn second_block(&self, slots: &[u32], words: usize, block: &mut [Line]) {
        let (planes, factors) = block.split_at_mut(words);
        for (row, slot) in slots.iter().enumerate().take(ROWS_PER_BLOCK) {
            let bits = self.second(*slot).iter().flat_map(|line| line.0.chunks_exact(4));
            for (word, bits) in planes.iter_mut().zip(bits) {
                word.0[row * 4..][..4].copy_from_slice(bits);
            }
            for (half, value) in self.second_factors(*slot).into_iter().enumerate() {
                factors[0].0[half * 32 + row * 2..][..2].copy_from_slice(&value.to_le_bytes());
            }
        }
    }

    /// Codes and factors in lists.
    #[cfg(test)]
    pub(crate) fn of(
        (second, second_factors): (&'a [Line], &'a [[u16; 2]]),
        (middle, middle_factors): (&'a [Line], &'a [Factors]),
    ) -> Self {
        let slots = middle_factors.len();
        assert!(second_factors.len() == slots);
        ClosePart {
            first: 0,
            second: second.as_ptr(),
            second_lines: second.len() / slots,
            second_factors: second_factors.as_ptr(),
            middle: middle.as_ptr(),
            middle_lines: middle.len() / slots,
            middle_factors: middle_factors.as_ptr(),
            slots,
            chunk: PhantomData,
        }
    }
}

/// Offsets of the sections in bytes.
#[derive(Debug, Clone, Copy)]
struct Sections {
    full: usize,
    second: usize,
    second_factors: usize,
    middle: usize,
    middle_factors: usize,
    keys: usize,
    sums: usize,
    end: usize,
}

impl Sections {
    fn new(layout: &Layout) -> Self {
        let mut end = PAGE;
        let mut section = |bytes_per_slot: usize| {
            let start = end;
            end = (end + bytes_per_slot * SLOTS).next_multiple_of(PAGE);
            start
        };
        let full = section(layout.full * 2);
        // Factors of a code that is not there take no room.
        let factors = |lines: usize, bytes: usize| if lines > 0 { bytes } else { 0 };
        let second = section(layout.second_lines * 64);
        let second_factors = section(factors(layout.second_lines, 4));
        let middle = section(layout.middle_lines * 64);
        let middle_factors = section(factors(layout.middle_lines, 8));
        let (keys, sums) = (section(8), section(8));
        Self {
            full,
            second,
            second_factors,
            middle,
            middle_factors,
            keys,
            sums,
            end,
        }
    }
}

impl Chunk {
    pub(super) fn in_memory(layout: &Layout) -> Result<Self, IndexError> {
        let map = MmapOptions::new().len(Sections::new(layout).end).map_anon();
        let map = map.map_err(|source| io_error("cannot reserve memory for", Path::new("vectors"), source))?;
        let map = MmapRaw::from(map);
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self::new(layout, map, PathBuf::new()))
    }

    /// Creates the file, its whole size reserved, so that a full disk is an error here and no fault later.
    pub(super) fn create(layout: &Layout, path: &Path, number: usize) -> Result<Self, IndexError> {
        let size = Sections::new(layout).end;
        let refused = |source| io_error("cannot create", path, source);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .map_err(refused)?;
        reserve(&file, size).map_err(refused)?;
        file.write_all(&header(layout, number)).map_err(refused)?;
        file.sync_all().map_err(refused)?;
        Ok(Self::new(
            layout,
            MmapRaw::map_raw(&file).map_err(refused)?,
            path.to_owned(),
        ))
    }

    pub(super) fn open(layout: &Layout, path: &Path, number: usize) -> Result<Self, IndexError> {
        let refused = |source| io_error("cannot open", path, source);
        let file = OpenOptions::new().read(true).write(true).open(path);
        let mut file = match file {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Err(damaged(path, "is missing")),
            other => other.map_err(refused)?,
        };
        let size = file.metadata().map_err(refused)?.len();
        if size != Sections::new(layout).end as u64 {
            return Err(damaged(
                path,
                format!("has {size} bytes instead of {}", Sections::new(layout).end),
            ));
        }
        let mut found = vec![0; PAGE];
        file.read_exact(&mut found).map_err(refused)?;
        if found != header(layout, number) {
            return Err(damaged(path, "has a header of another version, space or chunk"));
        }
        // Opening an index takes up every key.
        read_soon(&file, Sections::new(layout).keys as u64, (SLOTS * 8) as u64);
        Ok(Self::new(
            layout,
            MmapRaw::map_raw(&file).map_err(refused)?,
            path.to_owned(),
        ))
    }

    fn new(layout: &Layout, map: MmapRaw, path: PathBuf) -> Self {
        let bits = || (0..SLOTS / 64).map(|_| AtomicU64::new(0)).collect();
        Self {
            map: Map(map),
            layout: *layout,
            sections: Sections::new(layout),
            path,
            dirty: AtomicBool::new(false),
            full_checked: bits(),
            close_checked: bits(),
            close_all_checked: AtomicBool::new(false),
        }
    }

    /// The caller is the only one that knows slot `at` (it holds the `FreeSlot`).
    pub(super) fn write(&self, at: usize, key: u64, stored: &Stored) {
        let (sections, layout) = (self.sections, &self.layout);
        assert!(at < SLOTS && stored.full.len() == layout.full);
        assert!(stored.close.len() == layout.second_lines + layout.middle_lines);
        let (second, middle) = stored.close.split_at(layout.second_lines);
        let CloseFactors {
            second: second_factors,
            middle: middle_factors,
        } = stored.factors;
        let sums = [full_sum(key, &stored.full), close_sum(second, middle, stored.factors)];
        if layout.second_lines > 0 {
            self.put(sections.second_factors + at * 4, bytemuck::bytes_of(&second_factors));
        }
        if layout.middle_lines > 0 {
            self.put(sections.middle_factors + at * 8, bytemuck::bytes_of(&middle_factors));
        }
        self.put(sections.full + at * layout.full * 2, bytemuck::cast_slice(&stored.full));
        self.put(
            sections.second + at * layout.second_lines * 64,
            bytemuck::cast_slice(second),
        );
        self.put(
            sections.middle + at * layout.middle_lines * 64,
            bytemuck::cast_slice(middle),
        );
        self.put(sections.keys + at * 8, &key.to_ne_bytes());
        self.put(sections.sums + at * 8, bytemuck::cast_slice(&sums));
        self.dirty.store(true, Ordering::Release);
        for checked in [&self.full_checked, &self.close_checked] {
            checked[at / 64].fetch_or(1 << (at % 64), Ordering::Release);
        }
    }

    pub(super) fn key(&self, at: usize) -> u64 {
        self.values::<u64>(self.sections.keys, at, 1)[0]
    }

    #[inline]
    pub(super) fn full(&self, at: usize) -> &[u16] {
        self.values(self.sections.full, at, self.layout.full)
    }

    #[inline]
    pub(super) fn check_full(&self, at: usize) -> Result<(), IndexError> {
        self.check(&self.full_checked, at, || {
            full_sum(self.key(at), self.full(at)) == self.sums(at)[0]
        })
    }

    #[inline]
    pub(super) fn check_close(&self, at: usize) -> Result<(), IndexError> {
        self.check(&self.close_checked, at, || {
            let (part, slot) = (self.close_part(0), at as u32);
            let mut factors = CloseFactors::default();
            if self.layout.second_lines > 0 {
                factors.second = part.second_factors(slot);
            }
            if self.layout.middle_lines > 0 {
                factors.middle = part.middle_factors(slot);
            }
            close_sum(part.second(slot), part.middle(slot), factors) == self.sums(at)[1]
        })
    }

    fn sums(&self, at: usize) -> &[u32] {
        self.values(self.sections.sums, at, 2)
    }

    #[inline]
    fn check(&self, checked: &[AtomicU64], at: usize, agrees: impl FnOnce() -> bool) -> Result<(), IndexError> {
        let bit = 1 << (at % 64);
        if checked[at / 64].load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        if !agrees() {
            return Err(damaged(
                &self.path,
                format!("slot {at} does not agree with its check sum"),
            ));
        }
        checked[at / 64].fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }

    #[inline]
    pub(super) fn prefetch_full(&self, at: usize) {
        prefetch(self.full(at));
    }

    /// Asks for a slot's middle code and its factors.
    #[inline]
    pub(super) fn prefetch_middle(&self, at: usize) {
        let (sections, lines) = (self.sections, self.layout.middle_lines);
        prefetch(self.values::<Line>(sections.middle, at, lines));
        prefetch(self.values::<Factors>(sections.middle_factors, at, 1));
    }

    /// Whether every slot's close codes are known to agree with their check sum.
    #[inline]
    pub(super) fn close_all_checked(&self) -> bool {
        let known = self.close_all_checked.load(Ordering::Relaxed);
        known || self.find_close_all_checked()
    }

    #[cold]
    fn find_close_all_checked(&self) -> bool {
        let mut words = self.close_checked.iter();
        let all = words.all(|word| word.load(Ordering::Relaxed) == u64::MAX);
        // What was checked once stays so.
        self.close_all_checked.fetch_or(all, Ordering::Relaxed);
        all
    }

    /// The close codes, with `first` as the number of the first slot.
    pub(super) fn close_part(&self, first: u32) -> ClosePart<'_> {
        let (start, sections) = (self.map.0.as_ptr(), self.sections);
        ClosePart {
            first,
            second: start.wrapping_add(sections.second).cast(),
            second_lines: self.layout.second_lines,
            second_factors: start.wrapping_add(sections.second_factors).cast(),
            middle: start.wrapping_add(sections.middle).cast(),
            middle_lines: self.layout.middle_lines,
            middle_factors: start.wrapping_add(sections.middle_factors).cast(),
            slots: SLOTS,
            chunk: PhantomData,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.map.0.len()
    }

    pub(super) fn flush(&self) -> Result<(), IndexError> {
        if self.path.as_os_str().is_empty() || !self.dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        self.map.0.flush().map_err(|source| {
            self.dirty.store(true, Ordering::Release);
            io_error("cannot write", &self.path, source)
        })
    }

    fn put(&self, offset: usize, bytes: &[u8]) {
        assert!(offset + bytes.len() <= self.map.0.len());
        // SAFETY: the range is within the map, and no one reads the slot before the writer has published it (release store of a
        // new snapshot) nor writes to it beside the holder of its `FreeSlot`.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.map.0.as_mut_ptr().add(offset), bytes.len()) }
    }

    /// `count` values of slot `at` in the section at `offset`.
    #[inline]
    fn values<T: bytemuck::Pod>(&self, offset: usize, at: usize, count: usize) -> &[T] {
        let start = offset + at * count * size_of::<T>();
        assert!(start + count * size_of::<T>() <= self.map.0.len() && start.is_multiple_of(align_of::<T>()));
        // SAFETY: in range and aligned (maps start at a page); any bits are a value of T; a slot that is readable (named by a
        // snapshot) is not written to while it is named, see `slots.rs`.
        unsafe { std::slice::from_raw_parts(self.map.0.as_ptr().add(start).cast(), count) }
    }
}

fn header(layout: &Layout, number: usize) -> Vec<u8> {
    let mut page = Vec::with_capacity(PAGE);
    page.extend_from_slice(MAGIC);
    for value in [
        number,
        layout.dim,
        layout.full,
        layout.second_lines,
        layout.middle_lines,
        SLOTS,
    ] {
        page.extend_from_slice(&(value as u64).to_le_bytes());
    }
    page.extend_from_slice(&xxh3_64(&page).to_le_bytes());
    page.resize(PAGE, 0);
    page
}

fn full_sum(key: u64, full: &[u16]) -> u32 {
    let mut sum = Xxh3::new();
    sum.update(&key.to_le_bytes());
    sum.update(bytemuck::cast_slice(full));
    sum.digest() as u32
}

fn close_sum(second: &[Line], middle: &[Line], factors: CloseFactors) -> u32 {
    let mut sum = Xxh3::new();
    sum.update(bytemuck::bytes_of(&factors.second));
    sum.update(bytemuck::bytes_of(&factors.middle));
    sum.update(bytemuck::cast_slice(second));
    sum.update(bytemuck::cast_slice(middle));
    sum.digest() as u32
}

#[cfg(target_os = "linux")]
fn reserve(file: &File, size: usize) -> std::io::Result<()> {
    rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, size as u64)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn reserve(mut file: &File, size: usize) -> std::io::Result<()> {
    use std::io::Seek;
    let zeros = vec![0; 1 << 20];
    for start in (0..size).step_by(zeros.len()) {
        file.write_all(&zeros[..zeros.len().min(size - start)])?;
    }
    file.rewind()
}

#[inline]
fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for offset in (0..size_of_val(values)).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch never faults; the address is within the slice anyway.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().cast::<i8>().wrapping_add(offset)) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}
