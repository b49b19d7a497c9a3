/// How the variance of vectors is spread over dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spectrum {
    /// Evenly.
    Isotropic,
    /// Like the embeddings of LFW by the `omz` pack.
    Omz,
}

impl Spectrum {
    /// The spectrum of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Isotropic, Self::Omz]
            .into_iter()
            .find(|spectrum| spectrum.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Isotropic => "isotropic",
            Self::Omz => "omz",
        }
    }

    /// Standard deviation of each of `dim` dimensions, in units that do not matter. A spectrum of another dimension is stretched.
    pub(super) fn deviations(self, dim: usize) -> Vec<f32> {
        let eigenvalues = match self {
            Self::Isotropic => return vec![1.0; dim],
            Self::Omz => &OMZ[..],
        };
        (0..dim)
            .map(|at| eigenvalues[at * eigenvalues.len() / dim].sqrt())
            .collect()
    }
}

/// Eigenvalues of the second moment matrix of 13,233 unit vectors (`face-reidentification-retail-0095` on LFW, aligned by
/// `landmarks-regression-retail-0009`), made with bench/spectrum.py. They imply a deviation of 0.10 of strangers' cosines.
#[rustfmt::skip]
const OMZ: [f32; 256] = [
    4.08e-02, 2.44e-02, 1.93e-02, 1.85e-02, 1.83e-02, 1.66e-02, 1.60e-02, 1.55e-02, 1.52e-02, 1.49e-02, 1.40e-02, 1.37e-02,
    1.35e-02, 1.31e-02, 1.26e-02, 1.25e-02, 1.24e-02, 1.20e-02, 1.19e-02, 1.18e-02, 1.13e-02, 1.12e-02, 1.09e-02, 1.06e-02,
    1.05e-02, 1.03e-02, 1.02e-02, 1.00e-02, 9.82e-03, 9.59e-03, 9.37e-03, 9.20e-03, 9.18e-03, 8.97e-03, 8.90e-03, 8.88e-03,
    8.69e-03, 8.63e-03, 8.51e-03, 8.36e-03, 8.25e-03, 8.08e-03, 7.97e-03, 7.82e-03, 7.77e-03, 7.69e-03, 7.54e-03, 7.51e-03,
    7.38e-03, 7.30e-03, 7.12e-03, 7.09e-03, 7.07e-03, 6.99e-03, 6.90e-03, 6.76e-03, 6.72e-03, 6.66e-03, 6.61e-03, 6.51e-03,
    6.46e-03, 6.40e-03, 6.26e-03, 6.22e-03, 6.07e-03, 5.99e-03, 5.88e-03, 5.81e-03, 5.75e-03, 5.67e-03, 5.55e-03, 5.52e-03,
    5.51e-03, 5.47e-03, 5.33e-03, 5.28e-03, 5.22e-03, 5.15e-03, 5.08e-03, 5.03e-03, 4.99e-03, 4.92e-03, 4.85e-03, 4.79e-03,
    4.76e-03, 4.69e-03, 4.66e-03, 4.63e-03, 4.57e-03, 4.54e-03, 4.50e-03, 4.47e-03, 4.37e-03, 4.33e-03, 4.30e-03, 4.28e-03,
    4.20e-03, 4.13e-03, 4.05e-03, 3.95e-03, 3.93e-03, 3.92e-03, 3.87e-03, 3.84e-03, 3.84e-03, 3.74e-03, 3.71e-03, 3.67e-03,
    3.57e-03, 3.55e-03, 3.49e-03, 3.43e-03, 3.40e-03, 3.39e-03, 3.35e-03, 3.30e-03, 3.24e-03, 3.22e-03, 3.17e-03, 3.09e-03,
    3.05e-03, 3.04e-03, 3.00e-03, 2.91e-03, 2.84e-03, 2.75e-03, 2.71e-03, 2.68e-03, 2.63e-03, 2.60e-03, 2.56e-03, 2.48e-03,
    2.45e-03, 2.39e-03, 2.27e-03, 2.22e-03, 2.19e-03, 2.07e-03, 2.01e-03, 1.93e-03, 1.85e-03, 1.67e-03, 1.53e-03, 1.43e-03,
    1.07e-03, 6.30e-04, 4.02e-04, 2.66e-04, 5.37e-05, 3.10e-05, 8.86e-06, 7.36e-06, 3.35e-06, 1.73e-06, 9.93e-07, 4.82e-07,
    3.21e-07, 1.45e-07, 1.13e-07, 6.23e-08, 3.92e-08, 2.51e-08, 1.66e-08, 1.29e-08, 1.05e-08, 1.01e-08, 7.82e-09, 6.98e-09,
    5.43e-09, 4.27e-09, 3.97e-09, 3.75e-09, 3.56e-09, 3.40e-09, 3.22e-09, 3.03e-09, 2.62e-09, 2.55e-09, 2.44e-09, 2.29e-09,
    2.17e-09, 2.09e-09, 2.05e-09, 1.96e-09, 1.89e-09, 1.79e-09, 1.74e-09, 1.68e-09, 1.54e-09, 1.50e-09, 1.48e-09, 1.43e-09,
    1.41e-09, 1.34e-09, 1.28e-09, 1.26e-09, 1.21e-09, 1.20e-09, 1.16e-09, 1.14e-09, 1.11e-09, 1.10e-09, 1.05e-09, 1.04e-09,
    1.03e-09, 9.91e-10, 9.44e-10, 9.27e-10, 8.88e-10, 8.74e-10, 8.47e-10, 8.20e-10, 7.85e-10, 7.59e-10, 7.53e-10, 7.24e-10,
    7.05e-10, 7.02e-10, 6.83e-10, 6.52e-10, 6.36e-10, 6.25e-10, 6.06e-10, 5.92e-10, 5.77e-10, 5.57e-10, 5.48e-10, 5.29e-10,
    5.15e-10, 5.01e-10, 4.88e-10, 4.76e-10, 4.72e-10, 4.50e-10, 4.37e-10, 4.32e-10, 4.20e-10, 4.06e-10, 3.93e-10, 3.86e-10,
    3.81e-10, 3.63e-10, 3.48e-10, 3.28e-10, 3.16e-10, 3.12e-10, 3.04e-10, 2.89e-10, 2.86e-10, 2.62e-10, 2.56e-10, 2.43e-10,
    2.30e-10, 2.26e-10, 2.10e-10, 1.87e-10,
];
