//! Memory for codes: lines of 64 bytes, in huge pages where there are many.
#![allow(unsafe_code)]

use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

use crate::kernel::Line;

/// An owned block of lines.
#[derive(Debug)]
pub(crate) enum Lines {
    /// From the allocator.
    Small(Box<[Line]>),
    /// From the system, with huge pages asked for: a scan over 4 KiB pages loses time to address translation.
    Large(MmapMut, usize),
}

/// Blocks from this size on come from the system.
const LARGE_BYTES: usize = 4 << 20;

impl Lines {
    pub(crate) fn zeroed(count: usize) -> Self {
        let bytes = count * size_of::<Line>();
        if bytes >= LARGE_BYTES
            && let Ok(map) = MmapMut::map_anon(bytes)
        {
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::HugePage);
            return Self::Large(map, count);
        }
        Self::Small(vec![Line::ZERO; count].into_boxed_slice())
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(self)
    }
}

impl Deref for Lines {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        match self {
            Self::Small(lines) => lines,
            // SAFETY: the map has `count` times 64 bytes, starts at a page, and any bytes are a line.
            Self::Large(map, count) => unsafe { std::slice::from_raw_parts(map.as_ptr().cast(), *count) },
        }
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut [Line] {
        match self {
            Self::Small(lines) => lines,
            // SAFETY: as above, and the borrow is exclusive.
            Self::Large(map, count) => unsafe { std::slice::from_raw_parts_mut(map.as_mut_ptr().cast(), *count) },
        }
    }
}
