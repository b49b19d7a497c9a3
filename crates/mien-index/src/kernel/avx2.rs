//! AVX2 with FMA and F16C (Intel Haswell, AMD Zen and later).
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Avx2;

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use absent::Avx2;

#[cfg(not(target_arch = "x86_64"))]
mod absent {
    super::super::absent_kernels!(Avx2, "AVX2 on a processor that cannot have it.");
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::{DOT_LANES, Found, Kernels, Line, Scale, Test, scalar};
    use crate::code::{Codes, ROWS_PER_BLOCK};
    use crate::probe::{MiddleProbe, ScanProbe};

    /// Proof that the processor has AVX2, FMA and F16C.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct Avx2(());

    impl Avx2 {
        pub(crate) fn detect() -> Option<Self> {
            let has =
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
            has.then_some(Self(()))
        }
    }

    impl Kernels for Avx2 {
        fn sums(self, planes: &[Line], words: usize, tables: &[Line]) -> [i32; ROWS_PER_BLOCK] {
            // SAFETY: a value of this type exists only where the processor has the features.
            unsafe { sums_of_two(planes, planes, words, tables)[0] }
        }

        fn passing(self, sums: &[i32; ROWS_PER_BLOCK], factors: &Line, scale: Scale, test: Test) -> u16 {
            // SAFETY: as above.
            unsafe { passing(sums, factors, scale, test) }
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

        fn middle(self, code: &[Line], probe: &MiddleProbe) -> i32 {
            // SAFETY: as above.
            unsafe { middle(code, probe) }
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

    /// Words after which 16-bit sums of table entries must be emptied: 32 words x 8 nibbles x 255 < 65,536.
    const WORDS_PER_SUM: usize = 32;

    #[target_feature(enable = "avx2,fma,f16c")]
    fn scan<const N: usize, const TOGETHER: bool>(
        codes: &Codes<'_>,
        probes: [&ScanProbe; N],
        tests: [Test; N],
        out: &mut Found,
    ) {
        let block = codes.block_lines();
        let mut first = codes.first;
        let last = codes.first + codes.rows as u32;
        for pair in codes.lines.chunks(block * 2) {
            // A block without a partner is its own.
            let (left, right) = (&pair[..block], &pair[pair.len() - block..]);
            let mut sums = [[[0; ROWS_PER_BLOCK]; N]; 2];
            for (probe, tables) in probes.iter().map(|probe| &probe.tables).enumerate() {
                let two = sums_of_two(&left[..block - 1], &right[..block - 1], codes.words, tables);
                (sums[0][probe], sums[1][probe]) = (two[0], two[1]);
            }
            for (block, sums) in pair.chunks_exact(block).zip(&sums) {
                let within = last.saturating_sub(first).min(ROWS_PER_BLOCK as u32);
                let mut passed = [0; N];
                for probe in 0..N {
                    passed[probe] = passing(&sums[probe], &block[block.len() - 1], probes[probe].scan, tests[probe]);
                    passed[probe] &= ((1_u32 << within) - 1) as u16;
                }
                out.push_block::<N, TOGETHER>(first, sums, passed);
                first += ROWS_PER_BLOCK as u32;
            }
        }
    }

    /// Look-up by `vpshufb` needs all bytes of a register at the same byte position of their rows, so four registers (32 rows) are
    /// transposed first. Sums are 16 bits wide: whole lanes with the odd bytes' carry in them, and the odd bytes alone.
    #[target_feature(enable = "avx2,fma,f16c")]
    #[inline]
    fn sums_of_two(left: &[Line], right: &[Line], words: usize, tables: &[Line]) -> [[i32; ROWS_PER_BLOCK]; 2] {
        let mut sums = [[0_i32; ROWS_PER_BLOCK]; 2];
        let planes = left.len() / words;
        for plane in 0..planes {
            sums.iter_mut().flatten().for_each(|sum| *sum *= 2);
            let left = left[plane * words..][..words].chunks(WORDS_PER_SUM);
            let right = right[plane * words..][..words].chunks(WORDS_PER_SUM);
            for ((left, right), tables) in left.zip(right).zip(tables.chunks(2 * WORDS_PER_SUM)) {
                let (mut all, mut odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
                for ((left, right), table) in left.iter().zip(right).zip(tables.chunks_exact(2)) {
                    for (position, bytes) in by_position(left, right).into_iter().enumerate() {
                        let nibble = _mm256_set1_epi8(15);
                        let low = _mm256_and_si256(bytes, nibble);
                        let low = _mm256_shuffle_epi8(table_of(&table[0], position), low);
                        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
                        let high = _mm256_shuffle_epi8(table_of(&table[1], position), high);
                        all = _mm256_add_epi16(all, _mm256_add_epi16(low, high));
                        odd = _mm256_add_epi16(odd, _mm256_srli_epi16::<8>(low));
                        odd = _mm256_add_epi16(odd, _mm256_srli_epi16::<8>(high));
                    }
                }
                add_sums(all, odd, &mut sums);
            }
        }
        sums
    }

    /// The bytes of 32 rows, one register per byte position. Lane L holds rows 4L..4L+4 and 8+4L..12+4L of the left block, then
    /// the same rows of the right block.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn by_position(left: &Line, right: &Line) -> [__m256i; 4] {
        let order = _mm256_setr_epi8(
            0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,
        );
        let (a, b) = halves(left);
        let (c, d) = halves(right);
        let [a, b, c, d] = [a, b, c, d].map(|rows| _mm256_shuffle_epi8(rows, order));
        let (ab_low, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
        [
            _mm256_unpacklo_epi64(ab_low, cd_low),
            _mm256_unpackhi_epi64(ab_low, cd_low),
            _mm256_unpacklo_epi64(ab_high, cd_high),
            _mm256_unpackhi_epi64(ab_high, cd_high),
        ]
    }

    /// Adds the 16-bit sums to the rows that they belong to (see [`by_position`]).
    #[target_feature(enable = "avx2")]
    #[inline]
    fn add_sums(all: __m256i, odd: __m256i, sums: &mut [[i32; ROWS_PER_BLOCK]; 2]) {
        let even = _mm256_sub_epi16(all, _mm256_slli_epi16::<8>(odd));
        let (mut evens, mut odds) = ([0_u16; 16], [0_u16; 16]);
        // SAFETY: both arrays are 32 bytes.
        unsafe {
            _mm256_storeu_si256(evens.as_mut_ptr().cast(), even);
            _mm256_storeu_si256(odds.as_mut_ptr().cast(), odd);
        }
        for pair in 0..16 {
            let (lane, quarter, within) = (pair / 8, pair % 8 / 2, pair % 2 * 2);
            let row = quarter % 2 * 8 + lane * 4 + within;
            sums[quarter / 2][row] += i32::from(evens[pair]);
            sums[quarter / 2][row + 1] += i32::from(odds[pair]);
        }
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    #[inline]
    fn passing(sums: &[i32; ROWS_PER_BLOCK], factors: &Line, scale: Scale, test: Test) -> u16 {
        let mut passed = 0;
        for half in 0..2 {
            // SAFETY: a line is 64 bytes, so 16 bytes at 16 and at 48 are within; the sums are 16 values.
            let (factor, spread, sums) = unsafe {
                let factors = factors.0.as_ptr();
                (
                    _mm_loadu_si128(factors.add(half * 16).cast()),
                    _mm_loadu_si128(factors.add(32 + half * 16).cast()),
                    _mm256_loadu_si256(sums.as_ptr().add(half * 8).cast()),
                )
            };
            let (factor, spread) = (_mm256_cvtph_ps(factor), _mm256_cvtph_ps(spread));
            let estimate = _mm256_fmadd_ps(
                _mm256_cvtepi32_ps(sums),
                _mm256_set1_ps(scale.scale),
                _mm256_set1_ps(scale.offset),
            );
            let reach = _mm256_fmadd_ps(estimate, factor, _mm256_mul_ps(spread, _mm256_set1_ps(test.width)));
            let reaches = _mm256_cmp_ps::<_CMP_GE_OQ>(reach, _mm256_set1_ps(test.least));
            passed |= (_mm256_movemask_ps(reaches) as u16) << (half * 8);
        }
        passed
    }

    #[target_feature(enable = "avx2")]
    fn middle(code: &[Line], probe: &MiddleProbe) -> i32 {
        let (nibble, ones) = (_mm256_set1_epi8(15), _mm256_set1_epi16(1));
        let mut sum = _mm256_setzero_si256();
        for ((line, low), high) in code.iter().zip(&probe.low).zip(&probe.high) {
            let ((a, b), (low_a, low_b), (high_a, high_b)) = (halves(line), halves(low), halves(high));
            for (line, low, high) in [(a, low_a, high_a), (b, low_b, high_b)] {
                let lower = _mm256_maddubs_epi16(_mm256_and_si256(line, nibble), low);
                let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(line), nibble);
                // Four products of at most 15 x 127 stay below 32,768.
                let products = _mm256_add_epi16(lower, _mm256_maddubs_epi16(upper, high));
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(products, ones));
            }
        }
        let mut lanes = [0_i32; 8];
        // SAFETY: the array is 32 bytes.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sum) };
        lanes.iter().sum()
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    fn dot(row: &[u16], probe: &[f32]) -> f32 {
        let mut lanes = [_mm256_setzero_ps(); 4];
        for (row, probe) in row.chunks_exact(DOT_LANES).zip(probe.chunks_exact(DOT_LANES)) {
            for (part, lane) in lanes.iter_mut().enumerate() {
                // SAFETY: both chunks hold 32 values and a part is 8 of them.
                let (row, probe) = unsafe {
                    (
                        _mm_loadu_si128(row.as_ptr().add(part * 8).cast()),
                        _mm256_loadu_ps(probe.as_ptr().add(part * 8)),
                    )
                };
                *lane = _mm256_fmadd_ps(_mm256_cvtph_ps(row), probe, *lane);
            }
        }
        let low = _mm256_add_ps(lanes[0], lanes[2]);
        let high = _mm256_add_ps(lanes[1], lanes[3]);
        let eight = _mm256_add_ps(low, high);
        let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
    }

    #[target_feature(enable = "avx2,fma")]
    fn hadamard(values: &mut [f32], signs: &[f32], scratch: &mut [f32]) {
        scalar::hadamard(values, signs, scratch);
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn halves(line: &Line) -> (__m256i, __m256i) {
        let address = std::ptr::from_ref(line).cast::<__m256i>();
        // SAFETY: a line is 64 bytes at a multiple of 64.
        unsafe { (_mm256_load_si256(address), _mm256_load_si256(address.add(1))) }
    }

    /// The 16 entries of a byte position, in both lanes.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn table_of(table: &Line, position: usize) -> __m256i {
        // SAFETY: a table has 16 entries for each of the 4 byte positions.
        let entries = unsafe { _mm_load_si128(table.0.as_ptr().add(position % 4 * 16).cast()) };
        _mm256_broadcastsi128_si256(entries)
    }
}
