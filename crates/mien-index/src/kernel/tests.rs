//! Every instruction set that this processor has gives what plain Rust gives, bit for bit.

use half::f16;
use proptest::prelude::*;

use super::{Isa, Kernels, Line, Scalar, Test, with_kernels};
use crate::Config;
use crate::code::{Codes, Layout, ROWS_PER_BLOCK};
use crate::probe::{MiddleProbe, ScanProbe};
use crate::rotation::Mixed;
use crate::vectors::MiddlePart;

fn lines(random: &mut Mixed, count: usize) -> Vec<Line> {
    (0..count)
        .map(|_| Line(std::array::from_fn(|_| random.next() as u8)))
        .collect()
}

/// Codes with sensible factors: any bits are a code, but not any bits are a finite number.
fn codes(random: &mut Mixed, layout: &Layout, rows: usize) -> Vec<Line> {
    let mut all = lines(random, layout.lines_for(rows));
    for block in all.chunks_exact_mut(layout.block_lines()) {
        let factors = &mut block[layout.block_lines() - 1];
        for row in 0..ROWS_PER_BLOCK {
            let factor = f16::from_f32(0.01 + 0.1 * random.next_unit());
            let spread = f16::from_f32(random.next_unit());
            factors.0[row * 2..][..2].copy_from_slice(&factor.to_le_bytes());
            factors.0[32 + row * 2..][..2].copy_from_slice(&spread.to_le_bytes());
        }
    }
    all
}

/// Dimensions at the borders of words, lines and 16-bit sums.
fn dims() -> impl Strategy<Value = usize> {
    prop_oneof![
        Just(1),
        Just(64),
        Just(65),
        Just(128),
        Just(512),
        Just(1024),
        Just(1025),
        Just(2048),
        1..2048_usize
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn scan_equals_scalar(seed in any::<u64>(), dim in dims(), bits in 1..=4_u8, rows in 1..200_usize, largest in any::<bool>()) {
        let layout = Layout::new(Config::new(dim).expect("dim").with_bits(bits).expect("bits"));
        let mut random = Mixed(seed);
        let all = codes(&mut random, &layout, rows);
        let codes = Codes { lines: &all, words: layout.words, planes: layout.planes, rows, first: 48 };
        let mut tables = lines(&mut random, layout.words * 2);
        if largest {
            tables.fill(Line([255; 64]));
        }
        let mean = (layout.words * 8) as f32 * 127.5 * ((1 << bits) - 1) as f32;
        let probe = ScanProbe { tables, scale: 1.0 / mean.sqrt(), offset: -mean.sqrt() };
        for width in [0.0, 0.3] {
            for least in [f32::NEG_INFINITY, -0.5, 0.0, 0.02, 0.5] {
                let test = Test { width, least };
                let mut expected = Vec::new();
                Scalar.scan(&codes, &probe, test, &mut expected);
                for isa in Isa::all() {
                    let mut found = vec![7];
                    with_kernels!(isa, kernels => kernels.scan(&codes, &probe, test, &mut found));
                    prop_assert_eq!(&found[1..], &expected[..], "{} {:?}", isa.name(), test);
                }
                let mut others = [&probe; 4].map(|probe| ScanProbe { tables: probe.tables.clone(), ..*probe });
                others[1].tables.reverse();
                others[2].scale *= 0.5;
                for isa in Isa::all() {
                    let (mut four, mut one) = ([const { Vec::new() }; 4], [const { Vec::new() }; 4]);
                    let four_probes = std::array::from_fn(|at| &others[at]);
                    with_kernels!(isa, kernels => kernels.scan_four(&codes, four_probes, [test; 4], &mut four));
                    others.iter().zip(&mut one).for_each(|(probe, out)| Scalar.scan(&codes, probe, test, out));
                    prop_assert_eq!(&four, &one, "{} {:?}", isa.name(), test);
                }
                if least == f32::NEG_INFINITY {
                    prop_assert_eq!(expected.len(), rows);
                }
            }
        }
    }

    #[test]
    fn middle_equals_scalar(seed in any::<u64>(), count in 1..=16_usize, extreme in any::<bool>()) {
        let mut random = Mixed(seed);
        let (mut code, mut low) = (lines(&mut random, count), lines(&mut random, count));
        let mut high = lines(&mut random, count);
        for probe in [&mut low, &mut high] {
            // A probe's values are -126..=127.
            probe.iter_mut().flat_map(|line| &mut line.0).for_each(|value| if *value == 0x80 { *value = 0x82 });
            if extreme {
                probe.fill(Line([0x82; 64]));
            }
        }
        if extreme {
            code.fill(Line([0xff; 64]));
        }
        let probe = MiddleProbe::of_lines(low, high);
        let expected = Scalar.middle(&code, &probe);
        for isa in Isa::all() {
            prop_assert_eq!(with_kernels!(isa, kernels => kernels.middle(&code, &probe)), expected, "{}", isa.name());
        }
    }

    #[test]
    fn middle_filter_equals_scalar(seed in any::<u64>(), lines_each in 1..=16_usize, wanted in 1..40_usize) {
        const SLOTS: usize = 64;
        let mut random = Mixed(seed);
        let codes = lines(&mut random, SLOTS * lines_each);
        let factors: Vec<[f32; 2]> = (0..SLOTS).map(|_| [0.5 + random.next_unit(), random.next_unit()]).collect();
        let part = MiddlePart::of(&codes, &factors);
        let values = |random: &mut Mixed| -> Vec<Line> {
            let value = |random: &mut Mixed| ((random.next() % 253) as i16 - 126) as i8 as u8;
            (0..lines_each).map(|_| Line(std::array::from_fn(|_| value(random)))).collect()
        };
        let (low, high) = (values(&mut random), values(&mut random));
        let probe = MiddleProbe { scale: 1e-4, offset: -0.01, ..MiddleProbe::of_lines(low, high) };
        let slots: Vec<u32> = (0..wanted).map(|_| (random.next() % SLOTS as u64) as u32).collect();
        for least in [f32::NEG_INFINITY, -0.2, 0.0, 0.2, 2.0] {
            let test = Test { width: 0.2, least };
            let mut expected = Vec::new();
            Scalar.middle_filter(&part, &slots, &probe, test, &mut expected);
            for isa in Isa::all() {
                let mut found = Vec::new();
                with_kernels!(isa, kernels => kernels.middle_filter(&part, &slots, &probe, test, &mut found));
                prop_assert_eq!(&found, &expected, "{} {:?}", isa.name(), test);
            }
        }
    }

    #[test]
    fn dot_equals_scalar(seed in any::<u64>(), chunks in 1..=64_usize, exponent in -20..0_i32) {
        let mut random = Mixed(seed);
        let mut sample = || (random.next_unit() - 0.5) * 2.0_f32.powi(exponent);
        let probe: Vec<f32> = (0..chunks * 32).map(|_| sample()).collect();
        let row: Vec<u16> = (0..chunks * 32).map(|_| f16::from_f32(sample()).to_bits()).collect();
        let expected = Scalar.dot(&row, &probe);
        for isa in Isa::all() {
            let found = with_kernels!(isa, kernels => kernels.dot(&row, &probe));
            prop_assert_eq!(found.to_bits(), expected.to_bits(), "{}", isa.name());
        }
    }

    #[test]
    fn hadamard_equals_scalar(seed in any::<u64>(), power in 6..=11_u32) {
        let mut random = Mixed(seed);
        let values: Vec<f32> = (0..1 << power).map(|_| random.next_unit() - 0.5).collect();
        let signs: Vec<f32> = (0..1 << power).map(|_| random.next_unit() - 0.5).collect();
        let mut expected = values.clone();
        Scalar.hadamard(&mut expected, &signs, &mut vec![0.0; values.len()]);
        for isa in Isa::all() {
            let mut found = values.clone();
            with_kernels!(isa, kernels => kernels.hadamard(&mut found, &signs, &mut vec![0.0; values.len()]));
            prop_assert_eq!(&found, &expected, "{}", isa.name());
        }
    }
}
