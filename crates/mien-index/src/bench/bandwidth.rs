use std::time::Instant;

use crate::kernel::{Isa, Kernels, Line, with_kernels};
use crate::lines::Lines;
use crate::probe::MiddleProbe;

/// Gigabytes a second that so many threads read from memory together, the best of several passes over 1 GiB in huge pages.
pub fn read_gigabytes_per_second(threads: usize) -> f64 {
    const LINES: usize = (1 << 30) / 64;
    let mut lines = Lines::zeroed(LINES);
    lines.iter_mut().step_by(64).for_each(|line| line.0[0] = 1);
    let part = LINES.div_ceil(threads.max(1)).next_multiple_of(64);
    let best = (0..9)
        .map(|_| {
            let start = Instant::now();
            std::thread::scope(|scope| {
                for lines in lines.chunks(part) {
                    scope.spawn(move || std::hint::black_box(read(lines)));
                }
            });
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    (LINES * 64) as f64 / best / 1e9
}

/// The middle code's kernel reads two operands from the cache and one line from memory per step: the lightest reader there is here.
fn read(lines: &[Line]) -> i32 {
    let probe = MiddleProbe::zeros(64);
    with_kernels!(Isa::best(), kernels => {
        lines.chunks_exact(64).fold(0, |sum: i32, lines| sum.wrapping_add(kernels.middle(lines, &probe)))
    })
}
