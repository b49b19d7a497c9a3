//! AVX-512 with VBMI and VNNI (Intel Ice Lake, AMD Zen 4 and later).
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Avx512;

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use absent::Avx512;

#[cfg(not(target_arch = "x86_64"))]
mod absent {
    super::super::absent_kernels!(Avx512, "AVX-512 on a processor that cannot have it.");
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::{DOT_LANES, Kernels, Line, Test, scalar};
    use crate::code::{Codes, ROWS_PER_BLOCK};
    use crate::probe::{MiddleProbe, ScanProbe};
    use crate::vectors::MiddlePart;

    /// Proof that the processor has AVX-512 F, BW, VL, DQ, VBMI and VNNI.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct Avx512(());

    impl Avx512 {
        pub(crate) fn detect() -> Option<Self> {
            let has = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vbmi")
                && is_x86_feature_detected!("avx512vnni")
                && is_x86_feature_detected!("fma");
            has.then_some(Self(()))
        }
    }

    impl Kernels for Avx512 {
        fn scan(self, codes: &Codes<'_>, probe: &ScanProbe, test: Test, out: &mut Vec<u32>) {
            // SAFETY: a value of this type exists only where the processor has the features.
            unsafe { scan(codes, probe, test, out) }
        }

        fn scan_four(self, codes: &Codes<'_>, probes: [&ScanProbe; 4], tests: [Test; 4], out: &mut [Vec<u32>; 4]) {
            // SAFETY: as above.
            unsafe { scan_four(codes, probes, tests, out) }
        }

        fn middle(self, code: &[Line], probe: &MiddleProbe) -> i32 {
            // SAFETY: as above.
            unsafe { middle(code, probe) }
        }

        fn middle_filter(
            self,
            part: &MiddlePart<'_>,
            slots: &[u32],
            probe: &MiddleProbe,
            test: Test,
            out: &mut Vec<u32>,
        ) {
            // SAFETY: as above.
            unsafe { middle_filter(part, slots, probe, test, out) }
        }

        fn dot(self, row: &[u16], probe: &[f32]) -> f32 {
            // SAFETY: as above.
            unsafe { dot(row, probe) }
        }

        fn hadamard(self, values: &mut [f32], signs: &[f32], scratch: &mut [f32]) {
            // SAFETY: as above.
            unsafe { hadamard(values, signs, scratch) }
        }
    }

    /// How far ahead of the loads the codes are asked for: past the end of a 4 KiB page, where hardware prefetching stops.
    const AHEAD_LINES: usize = 64;

    /// Two blocks at a time share the loads of the tables. A 64-byte line holds one word (32 dimensions) of 16 rows, a row in each
    /// 32-bit lane; `vpermb` looks up 64 nibbles at once in a table of 4 byte positions by 16 values, `vpdpbusd` adds the four
    /// bytes of each lane.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")]
    fn scan(codes: &Codes<'_>, probe: &ScanProbe, test: Test, out: &mut Vec<u32>) {
        let block = codes.block_lines();
        let pairs = codes.lines.chunks_exact(block * 2);
        let rest = pairs.remainder();
        let mut first = codes.first;
        let last = codes.first + codes.rows as u32;
        for pair in pairs {
            let (left, right) = pair.split_at(block);
            let sums = sums_of_two(left, right, codes.words, &probe.tables);
            keep(sums.0, &left[block - 1], probe, test, first, last, out);
            keep(
                sums.1,
                &right[block - 1],
                probe,
                test,
                first + ROWS_PER_BLOCK as u32,
                last,
                out,
            );
            first += 2 * ROWS_PER_BLOCK as u32;
        }
        if rest.len() == block {
            let sums = sums_of_two(rest, rest, codes.words, &probe.tables);
            keep(sums.0, &rest[block - 1], probe, test, first, last, out);
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")]
    #[inline]
    fn sums_of_two(left: &[Line], right: &[Line], words: usize, tables: &[Line]) -> (__m512i, __m512i) {
        let position = _mm512_set1_epi32(0x3020_1000);
        let nibble = _mm512_set1_epi8(15);
        let ones = _mm512_set1_epi8(1);
        let planes = (left.len() - 1) / words;
        let (mut a, mut b) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for plane in 0..planes {
            let (mut a_high, mut b_high) = (_mm512_setzero_si512(), _mm512_setzero_si512());
            (a, b) = (_mm512_add_epi32(a, a), _mm512_add_epi32(b, b));
            let left = &left[plane * words..][..words];
            let right = &right[plane * words..][..words];
            for ((x, y), table) in left.iter().zip(right).zip(tables.chunks_exact(2)) {
                prefetch(x, AHEAD_LINES);
                prefetch(y, AHEAD_LINES);
                let (low, high) = (load(&table[0]), load(&table[1]));
                let (x, y) = (load(x), load(y));
                a = _mm512_dpbusd_epi32(a, look_up(x, nibble, position, low), ones);
                b = _mm512_dpbusd_epi32(b, look_up(y, nibble, position, low), ones);
                let (x, y) = (_mm512_srli_epi16::<4>(x), _mm512_srli_epi16::<4>(y));
                a_high = _mm512_dpbusd_epi32(a_high, look_up(x, nibble, position, high), ones);
                b_high = _mm512_dpbusd_epi32(b_high, look_up(y, nibble, position, high), ones);
            }
            (a, b) = (_mm512_add_epi32(a, a_high), _mm512_add_epi32(b, b_high));
        }
        (a, b)
    }

    /// Four probes take their sums from two blocks: taking nibbles out of the codes is shared.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")]
    fn scan_four(codes: &Codes<'_>, probes: [&ScanProbe; 4], tests: [Test; 4], out: &mut [Vec<u32>; 4]) {
        let block = codes.block_lines();
        let last = codes.first + codes.rows as u32;
        let tables = probes.map(|probe| &probe.tables[..codes.words * 2]);
        let mut first = codes.first;
        for pair in codes.lines.chunks(block * 2) {
            let (left, right) = if pair.len() == block {
                (pair, pair)
            } else {
                pair.split_at(block)
            };
            let sums = sums_of_four(left, right, codes.words, tables);
            for probe in 0..4 {
                let (sums, probe, test, out) = (sums[probe], probes[probe], tests[probe], &mut out[probe]);
                keep(sums[0], &left[block - 1], probe, test, first, last, out);
                if pair.len() > block {
                    keep(
                        sums[1],
                        &right[block - 1],
                        probe,
                        test,
                        first + ROWS_PER_BLOCK as u32,
                        last,
                        out,
                    );
                }
            }
            first += 2 * ROWS_PER_BLOCK as u32;
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")]
    #[inline]
    fn sums_of_four(left: &[Line], right: &[Line], words: usize, tables: [&[Line]; 4]) -> [[__m512i; 2]; 4] {
        let position = _mm512_set1_epi32(0x3020_1000);
        let nibble = _mm512_set1_epi8(15);
        let ones = _mm512_set1_epi8(1);
        let planes = (left.len() - 1) / words;
        let mut sums = [[_mm512_setzero_si512(); 2]; 4];
        for plane in 0..planes {
            for sum in sums.iter_mut().flatten() {
                *sum = _mm512_add_epi32(*sum, *sum);
            }
            let left = &left[plane * words..][..words];
            let right = &right[plane * words..][..words];
            for (word, (x, y)) in left.iter().zip(right).enumerate() {
                prefetch(x, AHEAD_LINES);
                prefetch(y, AHEAD_LINES);
                let (x, y) = (load(x), load(y));
                let low = [index(x, nibble, position), index(y, nibble, position)];
                let (x, y) = (_mm512_srli_epi16::<4>(x), _mm512_srli_epi16::<4>(y));
                let high = [index(x, nibble, position), index(y, nibble, position)];
                for (sums, table) in sums.iter_mut().zip(tables) {
                    let (low_table, high_table) = (load(&table[word * 2]), load(&table[word * 2 + 1]));
                    for (block, sum) in sums.iter_mut().enumerate() {
                        *sum = _mm512_dpbusd_epi32(*sum, _mm512_permutexvar_epi8(low[block], low_table), ones);
                        *sum = _mm512_dpbusd_epi32(*sum, _mm512_permutexvar_epi8(high[block], high_table), ones);
                    }
                }
            }
        }
        sums
    }

    /// `table[(value & nibble) | position]` for each byte.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    #[inline]
    fn look_up(value: __m512i, nibble: __m512i, position: __m512i, table: __m512i) -> __m512i {
        _mm512_permutexvar_epi8(index(value, nibble, position), table)
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn index(value: __m512i, nibble: __m512i, position: __m512i) -> __m512i {
        // 0xEA is (a & b) | c.
        _mm512_ternarylogic_epi32::<0xEA>(value, nibble, position)
    }

    /// Tests the 16 rows of a block and appends those that pass.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
    #[inline]
    fn keep(sums: __m512i, factors: &Line, probe: &ScanProbe, test: Test, first: u32, last: u32, out: &mut Vec<u32>) {
        let factors = load(factors);
        let factor = _mm512_cvtph_ps(_mm512_castsi512_si256(factors));
        let spread = _mm512_cvtph_ps(_mm512_extracti64x4_epi64::<1>(factors));
        let estimate = _mm512_fmadd_ps(
            _mm512_cvtepi32_ps(sums),
            _mm512_set1_ps(probe.scale),
            _mm512_set1_ps(probe.offset),
        );
        let reach = _mm512_fmadd_ps(estimate, factor, _mm512_mul_ps(spread, _mm512_set1_ps(test.width)));
        let passed = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(reach, _mm512_set1_ps(test.least));
        if passed != 0 {
            append(passed, first, last, out);
        }
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn append(passed: u16, first: u32, last: u32, out: &mut Vec<u32>) {
        let within = last.saturating_sub(first).min(ROWS_PER_BLOCK as u32);
        let passed = passed & ((1_u32 << within) - 1) as u16;
        out.reserve(ROWS_PER_BLOCK);
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let rows = _mm512_add_epi32(lanes, _mm512_set1_epi32(first.cast_signed()));
        let rows = _mm512_maskz_compress_epi32(passed, rows);
        // SAFETY: 16 places were reserved behind the length; the first popcount of them hold rows after the store.
        unsafe {
            _mm512_storeu_si512(out.as_mut_ptr().add(out.len()).cast(), rows);
            out.set_len(out.len() + passed.count_ones() as usize);
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn middle(code: &[Line], probe: &MiddleProbe) -> i32 {
        let nibble = _mm512_set1_epi8(15);
        let (mut low, mut high) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for ((line, low_probe), high_probe) in code.iter().zip(&probe.low).zip(&probe.high) {
            let line = load(line);
            low = _mm512_dpbusd_epi32(low, _mm512_and_si512(line, nibble), load(low_probe));
            let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(line), nibble);
            high = _mm512_dpbusd_epi32(high, upper, load(high_probe));
        }
        _mm512_reduce_add_epi32(_mm512_add_epi32(low, high))
    }

    /// Slots between asking for a middle code and reading it.
    const AHEAD_SLOTS: usize = 16;

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
    fn middle_filter(part: &MiddlePart<'_>, slots: &[u32], probe: &MiddleProbe, test: Test, out: &mut Vec<u32>) {
        slots
            .iter()
            .take(AHEAD_SLOTS)
            .for_each(|slot| prefetch_all(part.code(*slot)));
        for (at, four) in slots.chunks(4).enumerate() {
            let later = slots.iter().skip(at * 4 + AHEAD_SLOTS).take(4);
            later.for_each(|slot| prefetch_all(part.code(*slot)));
            // A part of four is filled up with its last slot.
            let last = four.len() - 1;
            let four = [four[0], four[1.min(last)], four[2.min(last)], four[3.min(last)]];
            let codes = [
                part.code(four[0]),
                part.code(four[1]),
                part.code(four[2]),
                part.code(four[3]),
            ];
            let sums = _mm_cvtepi32_ps(middle_of_four(codes, probe));
            let product = _mm_fmadd_ps(sums, _mm_set1_ps(probe.scale), _mm_set1_ps(probe.offset));
            let [a, b, c, d] = [
                part.factors(four[0]),
                part.factors(four[1]),
                part.factors(four[2]),
                part.factors(four[3]),
            ];
            let factor = _mm_setr_ps(a[0], b[0], c[0], d[0]);
            let spread = _mm_setr_ps(a[1], b[1], c[1], d[1]);
            let reach = _mm_fmadd_ps(product, factor, _mm_mul_ps(spread, _mm_set1_ps(test.width)));
            let mut passed = _mm_movemask_ps(_mm_cmpge_ps(reach, _mm_set1_ps(test.least)));
            passed &= (2 << last) - 1;
            while passed != 0 {
                out.push(four[passed.trailing_zeros() as usize]);
                passed &= passed - 1;
            }
        }
    }

    /// Four codes keep the multipliers busy, and their sums are brought together at once.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    #[inline]
    fn middle_of_four(codes: [&[Line]; 4], probe: &MiddleProbe) -> __m128i {
        let nibble = _mm512_set1_epi8(15);
        let (mut low, mut high) = ([_mm512_setzero_si512(); 4], [_mm512_setzero_si512(); 4]);
        for (line, (low_probe, high_probe)) in probe.low.iter().zip(&probe.high).enumerate() {
            let (low_probe, high_probe) = (load(low_probe), load(high_probe));
            for row in 0..4 {
                let code = load(&codes[row][line]);
                low[row] = _mm512_dpbusd_epi32(low[row], _mm512_and_si512(code, nibble), low_probe);
                let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(code), nibble);
                high[row] = _mm512_dpbusd_epi32(high[row], upper, high_probe);
            }
        }
        let (a, b) = (_mm512_add_epi32(low[0], high[0]), _mm512_add_epi32(low[1], high[1]));
        let (c, d) = (_mm512_add_epi32(low[2], high[2]), _mm512_add_epi32(low[3], high[3]));
        let first = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        let second = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
        let all = _mm512_add_epi32(
            _mm512_unpacklo_epi64(first, second),
            _mm512_unpackhi_epi64(first, second),
        );
        let half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64::<1>(all));
        _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256::<1>(half))
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq")]
    fn dot(row: &[u16], probe: &[f32]) -> f32 {
        let (mut low, mut high) = (_mm512_setzero_ps(), _mm512_setzero_ps());
        for (row, probe) in row.chunks_exact(DOT_LANES).zip(probe.chunks_exact(DOT_LANES)) {
            // SAFETY: both chunks hold 32 values, that is 64 and 128 bytes.
            let (values, first, second) = unsafe {
                (
                    _mm512_loadu_si512(row.as_ptr().cast()),
                    _mm512_loadu_ps(probe.as_ptr()),
                    _mm512_loadu_ps(probe.as_ptr().add(16)),
                )
            };
            low = _mm512_fmadd_ps(_mm512_cvtph_ps(_mm512_castsi512_si256(values)), first, low);
            high = _mm512_fmadd_ps(_mm512_cvtph_ps(_mm512_extracti64x4_epi64::<1>(values)), second, high);
        }
        let lanes = _mm512_add_ps(low, high);
        let eight = _mm256_add_ps(_mm512_castps512_ps256(lanes), _mm512_extractf32x8_ps::<1>(lanes));
        let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq")]
    fn hadamard(values: &mut [f32], signs: &[f32], scratch: &mut [f32]) {
        scalar::hadamard(values, signs, scratch);
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn load(line: &Line) -> __m512i {
        // SAFETY: a line is 64 bytes at a multiple of 64.
        unsafe { _mm512_load_si512(std::ptr::from_ref(line).cast()) }
    }

    #[inline]
    fn prefetch_all(lines: &[Line]) {
        lines.iter().for_each(|line| prefetch(line, 0));
    }

    #[inline]
    fn prefetch(line: &Line, ahead: usize) {
        let address = std::ptr::from_ref(line).wrapping_add(ahead);
        // SAFETY: a prefetch never faults, wherever it points.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }
}
