//! Segment files: a header, then for each run its slots and its codes, each run under its own check sum.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::Xxh3;

use crate::IndexError;
use crate::ahead::read_soon;
use crate::code::Layout;
use crate::error::{damaged, io_error};
use crate::lines::Lines;
use crate::run::{Home, Run};

const MAGIC: &[u8; 8] = b"mienseg\x01";
const HEADER: u64 = 64;

/// An open segment file.
#[derive(Debug)]
pub(super) struct Segment {
    path: PathBuf,
    file: Mutex<File>,
    bytes: u64,
}

pub(super) fn open(path: &Path) -> Result<Segment, IndexError> {
    let refused = |source| io_error("cannot read", path, source);
    let mut file = match File::open(path) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Err(damaged(path, "is missing")),
        other => other.map_err(refused)?,
    };
    let bytes = file.metadata().map_err(refused)?.len();
    let mut magic = [0; MAGIC.len()];
    if bytes < HEADER || file.read_exact(&mut magic).is_err() || magic != *MAGIC {
        return Err(damaged(path, "is no segment of this version"));
    }
    read_soon(&file, 0, bytes);
    Ok(Segment {
        path: path.to_owned(),
        file: Mutex::new(file),
        bytes,
    })
}

impl Segment {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads a run, whose slots must be below `slots`, and compares it with its check sum.
    pub(super) fn run(&self, layout: &Layout, home: Home, slots: usize) -> Result<Run, IndexError> {
        let rows = home.rows as usize;
        let lines = layout.lines_for(rows);
        let end = home.offset + (rows * 4 + lines * 64) as u64;
        if end > self.bytes {
            return Err(damaged(&self.path, "is cut short"));
        }
        let mut numbers = vec![0_u32; rows].into_boxed_slice();
        let mut codes = Lines::zeroed(lines);
        {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            let read = file.seek(SeekFrom::Start(home.offset)).and_then(|_| {
                file.read_exact(bytemuck::cast_slice_mut(&mut numbers))?;
                file.read_exact(codes.bytes_mut())
            });
            read.map_err(|source| io_error("cannot read", &self.path, source))?;
        }
        if sum_of(&numbers, &codes) != home.sum {
            return Err(damaged(&self.path, "a run does not agree with its check sum"));
        }
        let ascending = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || numbers.last().is_some_and(|last| *last as usize >= slots) {
            return Err(damaged(&self.path, "a run names slots that are not there"));
        }
        Ok(Run::from_parts(numbers, codes, Some(home)))
    }
}

/// Writes runs into a new file and returns where each lies and the file's size.
pub(super) fn write(path: &Path, segment: u64, runs: &[&Run]) -> Result<(Vec<Home>, u64), IndexError> {
    let refused = |source| io_error("cannot write", path, source);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(refused)?);
    let mut header = [0; HEADER as usize];
    header[..MAGIC.len()].copy_from_slice(MAGIC);
    file.write_all(&header).map_err(refused)?;
    let mut offset = HEADER;
    let mut homes = Vec::with_capacity(runs.len());
    for run in runs {
        file.write_all(bytemuck::cast_slice(run.slots())).map_err(refused)?;
        file.write_all(bytemuck::cast_slice(run.lines())).map_err(refused)?;
        let sum = sum_of(run.slots(), run.lines());
        homes.push(Home {
            segment,
            offset,
            rows: run.rows() as u32,
            sum,
        });
        offset += run.bytes() as u64;
    }
    let file = file.into_inner().map_err(|error| refused(error.into_error()))?;
    file.sync_all().map_err(refused)?;
    Ok((homes, offset))
}

fn sum_of(slots: &[u32], lines: &[crate::kernel::Line]) -> u64 {
    let mut sum = Xxh3::new();
    sum.update(bytemuck::cast_slice(slots));
    sum.update(bytemuck::cast_slice(lines));
    sum.digest()
}
