use crate::code::{Scratch, copy_row};
use crate::kernel::{Found, Isa, Kernels, Line, Test, with_kernels};
use crate::lines::Lines;
use crate::probe::Probe;
use crate::rotation::Mixed;
use crate::space::Space;
use crate::{Config, IndexError};

/// Inner loops by themselves, for the benchmark of kernels (`benches/kernels.rs`).
#[derive(Debug)]
pub struct KernelBench {
    space: Space,
    probe: Probe,
    rows: usize,
    lines: Lines,
    stored: Vec<u16>,
    middle: Vec<Line>,
    found: Found,
}

impl KernelBench {
    /// So many random rows, on one of [`crate::Index::instruction_sets`]; `None` when the processor does not have it.
    ///
    /// # Errors
    /// For a dimension or code width that cannot be.
    pub fn new(dim: usize, bits: u8, rows: usize, instruction_set: &str) -> Result<Option<Self>, IndexError> {
        let Some(isa) = Isa::all().into_iter().find(|isa| isa.name() == instruction_set) else {
            return Ok(None);
        };
        let space = Space::new(Config::new(dim)?.with_bits(bits)?, 1, isa);
        let mut random = Mixed(2);
        let mut sample = |length: usize| (0..length).map(|_| random.next_unit() - 0.5).collect::<Vec<f32>>();
        let probe = Probe::new(&space, &space.unit(&sample(dim))?);
        let mut lines = Lines::zeroed(space.layout.lines_for(rows));
        let mut scratch = Scratch::default();
        let unit = space.unit(&sample(dim))?;
        let mut stored: Vec<u16> = unit.iter().map(|value| half::f16::from_f32(*value).to_bits()).collect();
        stored.resize(space.layout.full, 0);
        space.encoder.rotate(&stored, &mut scratch);
        space.encoder.scan_code(&mut scratch, &mut lines, 0);
        let mut middle = vec![Line::ZERO; space.layout.middle_lines];
        space.encoder.middle_code(&mut scratch, &mut middle);
        let one = lines[..space.layout.block_lines()].to_vec();
        (1..rows).for_each(|row| copy_row(&space.layout, &one, 0, &mut lines, row));
        Ok(Some(Self {
            space,
            probe,
            rows,
            lines,
            stored,
            middle,
            found: Found::default(),
        }))
    }

    /// Bytes that [`Self::scan`] reads.
    pub fn scan_bytes(&self) -> usize {
        size_of_val::<[Line]>(&self.lines)
    }

    /// Scans all rows for rows of cosine 0.9; returns how many passed.
    pub fn scan(&mut self) -> usize {
        let layout = &self.space.layout;
        let codes = crate::code::Codes {
            lines: &self.lines,
            words: layout.words,
            planes: layout.planes,
            rows: self.rows,
            first: 0,
        };
        self.found.clear();
        let test = Test { width: 0.0, least: 0.9 };
        with_kernels!(self.space.isa, kernels => kernels.scan::<1, true>(&codes, [&self.probe.scan], [test], &mut self.found));
        self.found.rows.len()
    }

    /// Inner product of one stored row and the probe.
    pub fn dot(&self) -> f32 {
        with_kernels!(self.space.isa, kernels => kernels.dot(&self.stored, &self.probe.full))
    }

    /// Sum of one middle code.
    pub fn middle(&self) -> i32 {
        with_kernels!(self.space.isa, kernels => kernels.middle(&self.middle, &self.probe.middle))
    }

    /// Rotates one stored row and makes the scan's and the middle code of it.
    pub fn encode(&self) -> f32 {
        let (mut scratch, mut lines) = (Scratch::default(), vec![Line::ZERO; self.space.layout.block_lines()]);
        let mut middle = vec![Line::ZERO; self.space.layout.middle_lines];
        self.space.encoder.rotate(&self.stored, &mut scratch);
        self.space.encoder.scan_code(&mut scratch, &mut lines, 0);
        self.space.encoder.middle_code(&mut scratch, &mut middle).factor
    }
}
