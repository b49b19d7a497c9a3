use std::arch::x86_64::*;

use super::{append_some, passing, prefetch, sums_of_two};
use crate::code::ROWS_PER_BLOCK;
use crate::kernel::{Candidates, Line, Test};
use crate::probe::ScanProbe;
use crate::vectors::ClosePart;

/// Slots looked at together: two blocks.
const STEP: usize = 2 * ROWS_PER_BLOCK;

/// Slots between asking for second bits and reading them.
const AHEAD_SLOTS: usize = 2 * STEP;

/// Second bits lie row by row; 16 rows at a time are turned into a block as the scan has it, which costs less than adding up a single
/// row's values.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")]
pub(super) fn filter<const N: usize>(
    part: &ClosePart<'_>,
    candidates: Candidates<'_, N>,
    probes: [&ScanProbe; N],
    tests: [Test; N],
    out: &mut [Vec<u32>],
) {
    let words = probes[0].tables.len() / 2;
    let tables = probes.map(|probe| probe.tables.as_slice());
    let mut blocks = vec![Line::ZERO; 2 * words];
    let (left, right) = blocks.split_at_mut(words);
    ask_for(part, candidates.slots, 0, AHEAD_SLOTS);
    for (step, slots) in candidates.slots.chunks(STEP).enumerate() {
        ask_for(part, candidates.slots, step * STEP + AHEAD_SLOTS, STEP);
        let (first, second) = slots.split_at(slots.len().min(ROWS_PER_BLOCK));
        let factors = [gather(part, first, left), gather(part, second, right)];
        let sums = sums_of_two::<N, false>(left, right, words, tables);
        for block in 0..2 {
            let slots = if block == 0 { first } else { second };
            if slots.is_empty() {
                break;
            }
            let from = step * STEP + block * ROWS_PER_BLOCK;
            let mask = mask_of(slots);
            let places = load_some(mask, slots);
            for probe in 0..N {
                let scanned = load_some(mask, &candidates.sums[probe][from..from + slots.len()]);
                let both = _mm512_add_epi32(_mm512_add_epi32(scanned, scanned), sums[block][probe]);
                let passed = passing(both, factors[block], probes[probe].second, tests[probe]) & mask;
                append_some(&mut out[probe], passed, places);
            }
        }
    }
}

/// The lowest bits, one for each of up to 16 slots.
#[inline]
fn mask_of(slots: &[u32]) -> u16 {
    ((1_u32 << slots.len()) - 1) as u16
}

/// Asks for the second bits of some slots, as far as there are any.
#[inline]
fn ask_for(part: &ClosePart<'_>, slots: &[u32], from: usize, count: usize) {
    let until = slots.len().min(from + count);
    for slot in slots.get(from..until).unwrap_or_default() {
        for line in part.second(*slot) {
            prefetch(line, 0);
        }
    }
}

/// Turns the second bits of up to 16 slots into a block, and gives the factors and spreads of their 2-bit codes. The rows after them
/// have the first one's bits.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn gather(part: &ClosePart<'_>, slots: &[u32], block: &mut [Line]) -> [__m512; 2] {
    let Some(first) = slots.first() else {
        return [_mm512_setzero_ps(); 2];
    };
    let all = part.second_all();
    let mask = mask_of(slots);
    let places = _mm512_sub_epi32(load_some(mask, slots), _mm512_set1_epi32(all.first.cast_signed()));
    let within = _mm512_mask_cmplt_epu32_mask(mask, places, _mm512_set1_epi32(all.slots as i32));
    assert!(within == mask);
    let mut rows = [0_u32; ROWS_PER_BLOCK];
    // SAFETY: the array is 64 bytes.
    unsafe {
        let first = _mm512_set1_epi32(first.wrapping_sub(all.first).cast_signed());
        _mm512_storeu_si512(rows.as_mut_ptr().cast(), _mm512_mask_mov_epi32(first, mask, places));
    }
    for (line, words) in block.chunks_mut(ROWS_PER_BLOCK).enumerate() {
        let mut lines = [_mm512_setzero_si512(); ROWS_PER_BLOCK];
        for row in 0..ROWS_PER_BLOCK {
            // SAFETY: every place is below the number of slots, and each slot has the same number of lines, of which this is one.
            lines[row] = unsafe { _mm512_load_si512(all.bits.add(rows[row] as usize * all.lines + line).cast()) };
        }
        for (word, lane) in words.iter_mut().zip(transposed(lines)) {
            // SAFETY: a line is 64 bytes at a multiple of 64.
            unsafe { _mm512_store_si512(std::ptr::from_mut(word).cast(), lane) };
        }
    }
    // SAFETY: as above: there is one pair of 16 bits for each slot.
    let pairs = unsafe { _mm512_mask_i32gather_epi32::<4>(_mm512_setzero_si512(), mask, places, all.factors.cast()) };
    [
        _mm512_cvtph_ps(_mm512_cvtepi32_epi16(pairs)),
        _mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32::<16>(pairs))),
    ]
}

/// Value j of register i becomes value i of register j.
#[target_feature(enable = "avx512f")]
#[inline]
fn transposed(rows: [__m512i; 16]) -> [__m512i; 16] {
    let mut fours = [[_mm512_setzero_si512(); 4]; 4];
    for (four, rows) in fours.iter_mut().zip(rows.chunks_exact(4)) {
        let (a, b) = (
            _mm512_unpacklo_epi32(rows[0], rows[1]),
            _mm512_unpackhi_epi32(rows[0], rows[1]),
        );
        let (c, d) = (
            _mm512_unpacklo_epi32(rows[2], rows[3]),
            _mm512_unpackhi_epi32(rows[2], rows[3]),
        );
        // Quarter q of these has column 4q, 4q + 1, 4q + 2, 4q + 3 of the four rows.
        *four = [
            _mm512_unpacklo_epi64(a, c),
            _mm512_unpackhi_epi64(a, c),
            _mm512_unpacklo_epi64(b, d),
            _mm512_unpackhi_epi64(b, d),
        ];
    }
    let mut columns = [_mm512_setzero_si512(); 16];
    for column in 0..4 {
        let [a, b, c, d] = [fours[0][column], fours[1][column], fours[2][column], fours[3][column]];
        let (even, odd) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
        let (even_after, odd_after) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
        columns[column] = _mm512_shuffle_i32x4::<0x88>(even, even_after);
        columns[4 + column] = _mm512_shuffle_i32x4::<0x88>(odd, odd_after);
        columns[8 + column] = _mm512_shuffle_i32x4::<0xdd>(even, even_after);
        columns[12 + column] = _mm512_shuffle_i32x4::<0xdd>(odd, odd_after);
    }
    columns
}

/// Up to 16 values, the others zero.
#[target_feature(enable = "avx512f")]
#[inline]
fn load_some<T: bytemuck::Pod>(mask: u16, values: &[T]) -> __m512i {
    const { assert!(size_of::<T>() == 4) };
    assert!(mask.count_ones() as usize <= values.len());
    // SAFETY: the mask has its low bits set, no more than there are values; others are not read.
    unsafe { _mm512_maskz_loadu_epi32(mask, values.as_ptr().cast()) }
}
