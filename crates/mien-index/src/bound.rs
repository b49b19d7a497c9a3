//! How far an estimate from a code can be off.
//!
//! Let y be a stored vector after the random rotation, q the unit probe after it, s their cosine, u the code's vector and c the cosine
//! of u and y. The code is a function of y alone, and given y the part of q across y points in a direction that is uniform on the
//! sphere across y. So `<u/|u|, q> = c s + sqrt(1-c²) sqrt(1-s²) r`, where r is one coordinate of a uniform unit vector in
//! `n = padded - 1` dimensions: its law is known exactly, whatever the vectors are, as long as they do not depend on the (secret)
//! rotation. Divided by c this is the unbiased estimate of RaBitQ (Gao and Long, 2024), and a row whose cosine is at least `t >= 0`
//! has an estimate below `t - sqrt(1-t²) · sqrt(1-c²)/c · reach` only with probability P(r > reach). `reach` is chosen for
//! [`MISS_BY_CODE`]; `sqrt(1-c²)/c` is stored with each row as its spread.
//!
//! The probe's own values are rounded at random to 8 bits (unbiased, independent), which Hoeffding's inequality bounds: see
//! [`rounding_reach`].

/// Chance that a row which belongs into the answer is lost by the code's error in one pass. Three passes (scan, second bits, middle)
/// and the rounding of the probe in each add up to less than 1e-9.
const MISS_BY_CODE: f64 = 3e-10;

/// Chance of the same by the rounding of the probe.
const MISS_BY_ROUNDING: f64 = 3e-11;

/// Allowance for float rounding in rotation and sums.
pub(crate) const FLOAT_SLACK: f32 = 2e-5;

/// The spread's weight never falls below this share of `reach`, so that row factors can carry their own rounding error in units of it.
pub(crate) const LEAST_WEIGHT: f32 = 0.5;

/// r with P(r' > r) = [`MISS_BY_CODE`] for one coordinate r' of a uniform unit vector in `dimensions`.
pub(crate) fn reach(dimensions: usize) -> f32 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if tail(middle, dimensions) > MISS_BY_CODE {
            low = middle;
        } else {
            high = middle;
        }
    }
    high as f32
}

/// P(r' > from): the density of one coordinate is proportional to (1 - r²)^((n - 3) / 2).
fn tail(from: f64, dimensions: usize) -> f64 {
    let power = (dimensions as f64 - 3.0) / 2.0;
    let area = |from: f64, to: f64| {
        const STEPS: usize = 2000;
        let step = (to - from) / STEPS as f64;
        let density = |at: f64| (1.0 - at * at).max(0.0).powf(power);
        let inner: f64 = (1..STEPS)
            .map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * density(from + i as f64 * step))
            .sum();
        (density(from) + inner + density(to)) * step / 3.0
    };
    area(from, 1.0) / (2.0 * area(0.0, 1.0))
}

/// k such that a sum of independent, unbiased errors, each within an interval of length `a_i`, exceeds `k · sqrt(Σ a_i²)` with
/// probability of at most [`MISS_BY_ROUNDING`] (Hoeffding 1963).
pub(crate) fn rounding_reach() -> f32 {
    ((1.0 / MISS_BY_ROUNDING).ln() / 2.0).sqrt() as f32
}

/// Weight of a row's spread when rows of cosine `least` or more must be found: `reach · sqrt(1 - least²)`.
pub(crate) fn width(reach: f32, least: f32) -> f32 {
    // Stored rows have a length of 1 up to f16 rounding; 0.99 covers that. Below zero the square root has its maximum, 1.
    let across = if least > 0.0 {
        (1.0 - 0.99 * least * least).max(0.0).sqrt()
    } else {
        1.0
    };
    reach * across.max(LEAST_WEIGHT)
}

#[cfg(test)]
mod tests;
