//! Every instruction set that this processor has gives what plain Rust gives, bit for bit.

use half::f16;
use proptest::prelude::*;

use super::{Candidates, Found, Isa, Kernels, Line, Scalar, Scale, Test, with_kernels};
use crate::Config;
use crate::code::{Codes, Factors, Layout, ROWS_PER_BLOCK};
use crate::probe::{MiddleProbe, ScanProbe};
use crate::rotation::Mixed;
use crate::vectors::ClosePart;

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

/// Slots of a part.
const SLOTS: usize = 64;

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
        let scale = Scale { scale: 1.0 / mean.sqrt(), offset: -mean.sqrt() };
        let probe = ScanProbe { tables, scan: scale, second: scale };
        let mut others = [&probe; 8].map(|probe| ScanProbe { tables: probe.tables.clone(), ..*probe });
        others[1].tables.reverse();
        others[2].scan.scale *= 0.5;
        let eight: [&ScanProbe; 8] = std::array::from_fn(|at| &others[at]);
        for width in [0.0, 0.3] {
            for least in [f32::NEG_INFINITY, -0.5, 0.0, 0.02, 0.5] {
                let test = Test { width, least };
                let mut expected = Found::default();
                Scalar.scan::<1, true>(&codes, [&probe], [test], &mut expected);
                let (mut together, mut each) = <(Found, Found)>::default();
                Scalar.scan::<8, true>(&codes, eight, [test; 8], &mut together);
                Scalar.scan::<8, false>(&codes, eight, [test; 8], &mut each);
                for isa in Isa::all() {
                    let (mut found, mut found_together, mut found_each) = <(Found, Found, Found)>::default();
                    with_kernels!(isa, kernels => {
                        kernels.scan::<1, true>(&codes, [&probe], [test], &mut found);
                        kernels.scan::<8, true>(&codes, eight, [test; 8], &mut found_together);
                        kernels.scan::<8, false>(&codes, eight, [test; 8], &mut found_each);
                    });
                    prop_assert_eq!(&found, &expected, "{} {:?}", isa.name(), test);
                    prop_assert_eq!(&found_together, &together, "{} {:?}", isa.name(), test);
                    prop_assert_eq!(&found_each, &each, "{} {:?}", isa.name(), test);
                }
                for (number, probe) in eight.into_iter().enumerate() {
                    let mut alone = Found::default();
                    Scalar.scan::<1, true>(&codes, [probe], [test], &mut alone);
                    prop_assert_eq!(&each.each[number], &alone.rows, "probe {} {:?}", number, test);
                    let sums = together.rows.iter().zip(&together.sums[number]);
                    let own: Vec<i32> = sums.filter(|(row, _)| alone.rows.contains(row)).map(|(_, sum)| *sum).collect();
                    prop_assert_eq!(&own, &alone.sums[0], "probe {} {:?}", number, test);
                }
                let mut any: Vec<u32> = each.each.iter().flatten().copied().collect();
                any.sort_unstable();
                any.dedup();
                prop_assert_eq!(&any, &together.rows);
                if least == f32::NEG_INFINITY {
                    prop_assert_eq!(expected.rows.len(), rows);
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
        let mut random = Mixed(seed);
        let codes = lines(&mut random, SLOTS * lines_each);
        let factors = |random: &mut Mixed| Factors { factor: 0.5 + random.next_unit(), spread: random.next_unit() };
        let factors: Vec<Factors> = (0..SLOTS).map(|_| factors(&mut random)).collect();
        let no_factors = [[0; 2]; SLOTS];
        let part = ClosePart::of((&[], &no_factors), (&codes, &factors));
        let values = |random: &mut Mixed| -> Vec<Line> {
            let value = |random: &mut Mixed| ((random.next() % 253) as i16 - 126) as i8 as u8;
            (0..lines_each).map(|_| Line(std::array::from_fn(|_| value(random)))).collect()
        };
        let (low, high) = (values(&mut random), values(&mut random));
        let mut probe = MiddleProbe::of_lines(low, high);
        (probe.scale, probe.offset) = (1e-4, -0.01);
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
    fn second_filter_equals_scalar(seed in any::<u64>(), dim in dims(), wanted in 1..100_usize) {
        let layout = Layout::new(Config::new(dim).expect("dim").with_bits(1).expect("bits"));
        let mut random = Mixed(seed);
        let bits = lines(&mut random, SLOTS * layout.second_lines);
        let half = |value: f32| f16::from_f32(value).to_bits();
        let factors: Vec<[u16; 2]> = (0..SLOTS).map(|_| [half(0.5 + random.next_unit()), half(random.next_unit())]).collect();
        let no_factors = [Factors::default(); SLOTS];
        let part = ClosePart::of((&bits, &factors), (&[], &no_factors));
        let mean = (layout.words * 8) as f32 * 127.5 * 3.0;
        let scale = Scale { scale: 1.0 / mean.sqrt(), offset: -mean.sqrt() };
        let probes = [(); 8].map(|()| ScanProbe { tables: lines(&mut random, layout.words * 2), scan: scale, second: scale });
        let probes = probes.each_ref();
        let slots: Vec<u32> = (0..wanted).map(|_| (random.next() % SLOTS as u64) as u32).collect();
        let most = layout.words as u64 * 8 * 255;
        let sums = [(); 8].map(|()| (0..wanted).map(|_| (random.next() % most) as i32).collect::<Vec<_>>());
        let all = Candidates { slots: &slots, sums: std::array::from_fn(|probe| sums[probe].as_slice()) };
        let one = Candidates { slots: &slots, sums: [&sums[0]] };
        for least in [f32::NEG_INFINITY, -0.5, 0.0, 0.5] {
            let test = Test { width: 0.2, least };
            let (mut expected, mut expected_of_one) = <([Vec<u32>; 8], [Vec<u32>; 1])>::default();
            Scalar.second_filter(&part, all, probes, [test; 8], &mut expected);
            Scalar.second_filter(&part, one, [probes[0]], [test], &mut expected_of_one);
            prop_assert_eq!(&expected[0], &expected_of_one[0]);
            for isa in Isa::all() {
                let (mut found, mut found_by_one) = <([Vec<u32>; 8], [Vec<u32>; 1])>::default();
                with_kernels!(isa, kernels => {
                    kernels.second_filter(&part, all, probes, [test; 8], &mut found);
                    kernels.second_filter(&part, one, [probes[0]], [test], &mut found_by_one);
                });
                prop_assert_eq!(&found, &expected, "{} {:?}", isa.name(), test);
                prop_assert_eq!(&found_by_one, &expected_of_one, "{} {:?}", isa.name(), test);
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

#[test]
fn the_usual_instruction_sets_are_known() {
    let names: Vec<&str> = Isa::all().into_iter().map(Isa::name).collect();
    assert!(names.contains(&"scalar"));
    #[cfg(target_arch = "aarch64")]
    assert!(names.contains(&"neon"));
    #[cfg(target_arch = "x86_64")]
    assert_eq!(
        names.contains(&"avx2"),
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
    );
}
