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

    use super::super::{Candidates, DOT_LANES, Found, Kernels, Line, Scale, Test, scalar};
    use crate::code::{Codes, ROWS_PER_BLOCK};
    use crate::probe::{MiddleProbe, ScanProbe};
    use crate::vectors::ClosePart;

    mod second;

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
        fn sums(self, planes: &[Line], words: usize, tables: &[Line]) -> [i32; ROWS_PER_BLOCK] {
            // SAFETY: a value of this type exists only where the processor has the features.
            unsafe { block_sums(planes, words, tables) }
        }

        fn passing(self, sums: &[i32; ROWS_PER_BLOCK], factors: &Line, scale: Scale, test: Test) -> u16 {
            // SAFETY: as above.
            unsafe { passing(load(bytemuck::cast_ref(sums)), factors_of(factors), scale, test) }
        }

        fn scan<const N: usize, const TOGETHER: bool>(
            self,
            codes: &Codes<'_>,
            probes: [&ScanProbe; N],
            tests: [Test; N],
            out: &mut Found,
        ) {
            // SAFETY: as above.
            unsafe { scan::<N, TOGETHER>(codes, probes, tests, out) }
        }

        fn second_filter<const N: usize>(
            self,
            part: &ClosePart<'_>,
            candidates: Candidates<'_, N>,
            probes: [&ScanProbe; N],
            tests: [Test; N],
            out: &mut [Vec<u32>],
        ) {
            // SAFETY: as above.
            unsafe { second::filter(part, candidates, probes, tests, out) }
        }

        fn middle(self, code: &[Line], probe: &MiddleProbe) -> i32 {
            // SAFETY: as above.
            unsafe { middle(code, probe) }
        }

        fn middle_filter(
            self,
            part: &ClosePart<'_>,
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
    fn scan<const N: usize, const TOGETHER: bool>(
        codes: &Codes<'_>,
        probes: [&ScanProbe; N],
        tests: [Test; N],
        out: &mut Found,
    ) {
        let block = codes.block_lines();
        let tables = probes.map(|probe| &probe.tables[..codes.words * 2]);
        let last = codes.first + codes.rows as u32;
        let mut first = codes.first;
        for pair in codes.lines.chunks(block * 2) {
            // A block without a partner is its own.
            let (left, right) = (&pair[..block], &pair[pair.len() - block..]);
            let sums = sums_of_two::<N, true>(&left[..block - 1], &right[..block - 1], codes.words, tables);
            keep::<N, TOGETHER>(sums[0], &left[block - 1], probes, tests, [first, last], out);
            if pair.len() > block {
                let next = first + ROWS_PER_BLOCK as u32;
                keep::<N, TOGETHER>(sums[1], &right[block - 1], probes, tests, [next, last], out);
            }
            first += 2 * ROWS_PER_BLOCK as u32;
        }
    }

    /// The sums of the 16 rows of two blocks for each probe: taking nibbles out of the codes is shared. `AHEAD`: the blocks come from
    /// memory, with more behind them.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")]
    #[inline]
    fn sums_of_two<const N: usize, const AHEAD: bool>(
        left: &[Line],
        right: &[Line],
        words: usize,
        tables: [&[Line]; N],
    ) -> [[__m512i; N]; 2] {
        // One probe has registers left for sums of high nibbles of their own, which makes the chains of additions shorter.
        let high_sum = usize::from(N == 1);
        let position = _mm512_set1_epi32(0x3020_1000);
        let nibble = _mm512_set1_epi8(15);
        let ones = _mm512_set1_epi8(1);
        let mut all = [[_mm512_setzero_si512(); N]; 2];
        for (left, right) in left.chunks_exact(words).zip(right.chunks_exact(words)) {
            for sum in all.iter_mut().flatten() {
                *sum = _mm512_add_epi32(*sum, *sum);
            }
            let mut sums = [[[_mm512_setzero_si512(); 2]; 2]; N];
            for (word, (x, y)) in left.iter().zip(right).enumerate() {
                if AHEAD {
                    prefetch(x, AHEAD_LINES);
                    prefetch(y, AHEAD_LINES);
                }
                let (x, y) = (load(x), load(y));
                let low = [index(x, nibble, position), index(y, nibble, position)];
                let (x, y) = (_mm512_srli_epi16::<4>(x), _mm512_srli_epi16::<4>(y));
                let high = [index(x, nibble, position), index(y, nibble, position)];
                for (sums, table) in sums.iter_mut().zip(tables) {
                    let (low_table, high_table) = (load(&table[word * 2]), load(&table[word * 2 + 1]));
                    for block in 0..2 {
                        let entries = _mm512_permutexvar_epi8(low[block], low_table);
                        sums[0][block] = _mm512_dpbusd_epi32(sums[0][block], entries, ones);
                        let entries = _mm512_permutexvar_epi8(high[block], high_table);
                        sums[high_sum][block] = _mm512_dpbusd_epi32(sums[high_sum][block], entries, ones);
                    }
                }
            }
            for block in 0..2 {
                for probe in 0..N {
                    let both = _mm512_add_epi32(sums[probe][0][block], sums[probe][1][block]);
                    all[block][probe] = _mm512_add_epi32(all[block][probe], both);
                }
            }
        }
        all
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")]
    fn block_sums(planes: &[Line], words: usize, tables: &[Line]) -> [i32; ROWS_PER_BLOCK] {
        let [[sums], _] = sums_of_two::<1, false>(planes, planes, words, [tables]);
        let mut all = [0_i32; ROWS_PER_BLOCK];
        // SAFETY: the array is 64 bytes.
        unsafe { _mm512_storeu_si512(all.as_mut_ptr().cast(), sums) };
        all
    }

    /// Places in a table, for each byte.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn index(value: __m512i, nibble: __m512i, position: __m512i) -> __m512i {
        // 0xEA is (a & b) | c.
        _mm512_ternarylogic_epi32::<0xEA>(value, nibble, position)
    }

    /// Tests the 16 rows of a block and appends those that pass.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq")]
    #[inline]
    fn keep<const N: usize, const TOGETHER: bool>(
        sums: [__m512i; N],
        factors: &Line,
        probes: [&ScanProbe; N],
        tests: [Test; N],
        [first, last]: [u32; 2],
        out: &mut Found,
    ) {
        let factors = factors_of(factors);
        let mut passed = [0; N];
        for probe in 0..N {
            passed[probe] = passing(sums[probe], factors, probes[probe].scan, tests[probe]);
        }
        let any = passed.iter().fold(0, |any, passed| any | passed);
        if any == 0 {
            return;
        }
        let within = last.saturating_sub(first).min(ROWS_PER_BLOCK as u32);
        let within = ((1_u32 << within) - 1) as u16;
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let rows = _mm512_add_epi32(lanes, _mm512_set1_epi32(first.cast_signed()));
        if TOGETHER {
            append_some(&mut out.rows, any & within, rows);
            for (all, sums) in out.sums.iter_mut().zip(sums) {
                append_some(all, any & within, sums);
            }
            return;
        }
        // Without asking which probes have any: with few for each of many, a processor cannot guess the answers.
        for (own, passed) in out.each.iter_mut().zip(passed) {
            append_some(own, passed & within, rows);
        }
    }

    /// Factors and spreads of 16 rows.
    #[target_feature(enable = "avx512f,avx512dq")]
    #[inline]
    fn factors_of(line: &Line) -> [__m512; 2] {
        let line = load(line);
        [
            _mm512_cvtph_ps(_mm512_castsi512_si256(line)),
            _mm512_cvtph_ps(_mm512_extracti64x4_epi64::<1>(line)),
        ]
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    #[inline]
    fn passing(sums: __m512i, [factor, spread]: [__m512; 2], scale: Scale, test: Test) -> u16 {
        let estimate = _mm512_fmadd_ps(
            _mm512_cvtepi32_ps(sums),
            _mm512_set1_ps(scale.scale),
            _mm512_set1_ps(scale.offset),
        );
        let reach = _mm512_fmadd_ps(estimate, factor, _mm512_mul_ps(spread, _mm512_set1_ps(test.width)));
        _mm512_cmp_ps_mask::<_CMP_GE_OQ>(reach, _mm512_set1_ps(test.least))
    }

    /// Appends the chosen ones of 16 values.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn append_some<T: bytemuck::Pod>(out: &mut Vec<T>, chosen: u16, values: __m512i) {
        const { assert!(size_of::<T>() == 4) };
        out.reserve(ROWS_PER_BLOCK);
        // SAFETY: 16 places of four bytes were reserved behind the length; the first popcount of them hold values after the store.
        unsafe {
            let end = out.as_mut_ptr().add(out.len());
            _mm512_storeu_si512(end.cast(), _mm512_maskz_compress_epi32(chosen, values));
            out.set_len(out.len() + chosen.count_ones() as usize);
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

    /// Slots between asking for a code and reading it.
    const AHEAD_SLOTS: usize = 16;

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
    fn middle_filter(part: &ClosePart<'_>, slots: &[u32], probe: &MiddleProbe, test: Test, out: &mut Vec<u32>) {
        out.reserve(slots.len() + 4);
        slots
            .iter()
            .take(AHEAD_SLOTS)
            .for_each(|slot| prefetch_all(part.middle(*slot)));
        for (at, four) in slots.chunks(4).enumerate() {
            if let Some(later) = slots.get(at * 4 + AHEAD_SLOTS..at * 4 + AHEAD_SLOTS + 4) {
                for slot in later {
                    prefetch_all(part.middle(*slot));
                    prefetch(part.middle_factors_line(*slot), 0);
                }
            }
            let slots = fill_up(four);
            let codes = [
                part.middle(slots[0]),
                part.middle(slots[1]),
                part.middle(slots[2]),
                part.middle(slots[3]),
            ];
            let sums = _mm_cvtepi32_ps(middle_of_four(codes, probe));
            let product = _mm_fmadd_ps(sums, _mm_set1_ps(probe.scale), _mm_set1_ps(probe.offset));
            let [factor, spread] = four_factors(part, slots);
            keep_of_four([product, factor, spread], test, slots, four.len(), out);
        }
    }

    /// Four values; a part of four is filled up with its last.
    #[inline]
    fn fill_up<T: Copy>(part: &[T]) -> [T; 4] {
        let last = part.len() - 1;
        [part[0], part[1.min(last)], part[2.min(last)], part[3.min(last)]]
    }

    /// Factors and spreads of the middle codes of four slots.
    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    fn four_factors(part: &ClosePart<'_>, slots: [u32; 4]) -> [__m128; 2] {
        let (a, b) = (part.middle_factors(slots[0]), part.middle_factors(slots[1]));
        let (c, d) = (part.middle_factors(slots[2]), part.middle_factors(slots[3]));
        [
            _mm_setr_ps(a.factor, b.factor, c.factor, d.factor),
            _mm_setr_ps(a.spread, b.spread, c.spread, d.spread),
        ]
    }

    /// Appends those of the first `count` of four slots that pass the test; 4 places are reserved in `out`.
    #[target_feature(enable = "avx512f,avx512vl,fma")]
    #[inline]
    fn keep_of_four(
        [product, factor, spread]: [__m128; 3],
        test: Test,
        slots: [u32; 4],
        count: usize,
        out: &mut Vec<u32>,
    ) {
        let reach = _mm_fmadd_ps(product, factor, _mm_mul_ps(spread, _mm_set1_ps(test.width)));
        let passed = _mm_cmp_ps_mask::<_CMP_GE_OQ>(reach, _mm_set1_ps(test.least)) & ((1 << count) - 1);
        assert!(out.capacity() - out.len() >= 4);
        // SAFETY: there is room for four slots behind the length; the first popcount of them hold slots after the store.
        unsafe {
            let slots = _mm_maskz_compress_epi32(passed, _mm_loadu_si128(slots.as_ptr().cast()));
            _mm_storeu_si128(out.as_mut_ptr().add(out.len()).cast(), slots);
            out.set_len(out.len() + passed.count_ones() as usize);
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
        for (low, high) in low.iter_mut().zip(high) {
            *low = _mm512_add_epi32(*low, high);
        }
        sum_of_four(low)
    }

    /// The sums of all lanes of four registers.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn sum_of_four([a, b, c, d]: [__m512i; 4]) -> __m128i {
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
    fn prefetch(line: *const Line, ahead: usize) {
        let address = line.wrapping_add(ahead);
        // SAFETY: a prefetch never faults, wherever it points.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }
}
