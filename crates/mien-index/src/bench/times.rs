/// Many times in little, constant memory: counted by size, in steps of 1 %.
#[derive(Debug, Clone)]
pub(super) struct Times {
    counts: Vec<u32>,
    count: u64,
    worst: f64,
}

/// What counts as the shortest time, milliseconds.
const LEAST_MS: f64 = 1e-4;

/// From there in steps of 1 % up to hours.
const STEPS: usize = 2600;

impl Times {
    pub(super) fn new() -> Self {
        Self {
            counts: vec![0; STEPS],
            count: 0,
            worst: 0.0,
        }
    }

    pub(super) fn add(&mut self, milliseconds: f64) {
        let step = (milliseconds.max(LEAST_MS) / LEAST_MS).ln() / 1.01_f64.ln();
        self.counts[(step as usize).min(STEPS - 1)] += 1;
        self.count += 1;
        self.worst = self.worst.max(milliseconds);
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        for (count, other) in self.counts.iter_mut().zip(&other.counts) {
            *count += other;
        }
        self.count += other.count;
        self.worst = self.worst.max(other.worst);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Milliseconds that this share of the times does not exceed, up to 1 %.
    pub(super) fn percentile(&self, share: f64) -> f64 {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (step, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if *count > 0 && seen >= wanted {
                return LEAST_MS * 1.01_f64.powf(step as f64 + 0.5);
            }
        }
        self.worst
    }

    pub(super) fn worst(&self) -> f64 {
        self.worst
    }
}

#[cfg(test)]
mod tests {
    use super::Times;

    #[test]
    fn percentiles_are_right_up_to_a_step() {
        let mut times = Times::new();
        assert_eq!((times.percentile(0.5), times.count()), (0.0, 0));
        (1..=1000).rev().for_each(|time| times.add(f64::from(time) * 0.01));
        for (share, expected) in [(0.01, 0.1), (0.5, 5.0), (0.99, 9.9), (1.0, 10.0)] {
            let found = times.percentile(share);
            assert!((found / expected - 1.0).abs() < 0.011, "{share}: {found}, {expected}");
        }
        let mut all = times.clone();
        all.add_all(&times);
        assert_eq!(
            (all.count(), all.worst(), all.percentile(0.5)),
            (2000, 10.0, times.percentile(0.5))
        );
        times.add(1e12);
        times.add(0.0);
        assert_eq!(times.worst(), 1e12);
    }
}
