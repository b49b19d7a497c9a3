//! `mien eval fit`: mean vectors and projection for an embedder that joins several networks.
//!
//! The mean vector of each network over many people is where its embeddings crowd; taking part of it off spreads them.
//! The joined vector is then scaled down in the directions in which photographs of one person differ (within-class
//! covariance normalisation, Hatch et al. 2006, with ridge), and shortened to the directions in which faces vary most
//! (PCA about zero, because what is compared is the angle at zero). Both become one matrix, fitted on the first half of
//! the people; the second half says what it does to people it never saw.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use mien_vision::embed::Projection;
use mien_vision::home::Home;
use mien_vision::vision::{Mirror, Slot};
use nalgebra::{DMatrix, SymmetricEigen};
use serde::Serialize;

use super::SeeingArgs;
use super::dataset::{Half, Lfw, LfwImage};
use super::lfw::{central_face, slot};
use super::observe;
use super::pairs::{self, Sample};
use super::seeing::Seeing;

/// Options of `mien eval fit`.
#[derive(Clone, Debug, Args)]
pub struct FitArgs {
    /// The folder of LFW, or the folder that holds it as `lfw`.
    #[arg(long)]
    pub data: PathBuf,
    /// Which embedder: "2.0" or "3.0".
    #[arg(long, default_value = "3.0", value_parser = slot)]
    pub version: Slot,
    /// Share of its mean that is taken off each network's vector, 0 to 1.
    #[arg(long, value_delimiter = ',', required = true)]
    pub centring: Vec<f32>,
    /// Factor on each network's unit vector: the root of its share in the cosine.
    #[arg(long, value_delimiter = ',', required = true)]
    pub weights: Vec<f32>,
    /// Length of the embedding after the projection; without it no projection is made.
    #[arg(long)]
    pub dim: Option<usize>,
    /// Ridge of the within-class covariance in multiples of its mean variance; without it nothing is scaled down.
    #[arg(long)]
    pub within: Option<f64>,
    /// Folder for the files `mean-N.f32` and `projection.f16`.
    #[arg(long)]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

#[derive(Serialize)]
struct Report {
    fitted_on_images: usize,
    checked_on_images: usize,
    dim_before: usize,
    dim_after: usize,
    /// True accept rates on the half that was not fitted, joined and projected, at 1e-2, 1e-3, 1e-4 and 1e-5.
    tar_joined: Vec<f64>,
    tar_projected: Vec<f64>,
}

/// A face's vectors, one for each network.
type Raw = Option<Vec<Vec<f32>>>;

pub fn run(args: &FitArgs, home: &Home) -> anyhow::Result<()> {
    let lfw = Lfw::open(&args.data)?;
    let seeing = Seeing::open(&args.seeing, home, false)?;
    let look = |image: &LfwImage| -> anyhow::Result<Raw> {
        let (picture, Some(face)) = central_face(&seeing, &image.path)? else {
            return Ok(None);
        };
        Ok(Some(seeing.vision.embed_raw(
            &picture,
            &face,
            args.version,
            Mirror::Off,
        )?))
    };
    let (raw, _) = observe::each("embedding", &lfw.images, seeing.threads, look)?;
    let fitted: Vec<&Vec<Vec<f32>>> = raw
        .iter()
        .zip(&lfw.images)
        .filter(|(_, image)| image.half == Half::First)
        .filter_map(|(raw, _)| raw.as_ref())
        .collect();
    let parts = fitted.first().context("no face was found")?.len();
    ensure!(
        args.centring.len() == parts && args.weights.len() == parts,
        "the embedder has {parts} networks"
    );

    let means: Vec<Vec<f32>> = (0..parts)
        .map(|part| mean(fitted.iter().map(|raw| raw[part].as_slice())))
        .collect();
    let join = |raw: &Vec<Vec<f32>>| join(raw, &means, &args.centring, &args.weights);
    let joined: Vec<Option<Vec<f32>>> = raw.iter().map(|raw| raw.as_ref().map(join)).collect();
    let chosen: Vec<(&Vec<f32>, usize)> = joined
        .iter()
        .zip(&lfw.images)
        .filter(|(_, image)| image.half == Half::First)
        .filter_map(|(vector, image)| Some((vector.as_ref()?, image.person)))
        .collect();
    let projection = args.dim.map(|dim| principal(&chosen, dim, args.within)).transpose()?;

    let held_back = |embed: &dyn Fn(&Vec<f32>) -> Vec<f32>| -> Vec<Sample> {
        let second = joined
            .iter()
            .zip(&lfw.images)
            .filter(|(_, image)| image.half == Half::Second);
        second
            .map(|(v, image)| Sample {
                embedding: v.as_ref().map(embed),
                person: image.person,
            })
            .collect()
    };
    let plain = held_back(&|vector| unit(vector.clone()));
    let shortened = |vector: &Vec<f32>| {
        let projected = projection.as_ref().and_then(|projection| projection.apply(vector));
        unit(projected.unwrap_or_else(|| vector.clone()))
    };
    let projected = held_back(&shortened);
    let report = Report {
        fitted_on_images: fitted.len(),
        checked_on_images: plain.len(),
        dim_before: chosen.first().map_or(0, |(vector, _)| vector.len()),
        dim_after: projection.as_ref().map_or(0, Projection::rows),
        tar_joined: rates(&plain, seeing.threads),
        tar_projected: rates(&projected, seeing.threads),
    };
    println!("{}", serde_json::to_string_pretty(&report)?);
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder)?;
        for (part, mean) in means.iter().enumerate() {
            let bytes: Vec<u8> = mean.iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(folder.join(format!("mean-{part}.f32")), bytes)?;
        }
        if let Some(projection) = &projection {
            std::fs::write(folder.join("projection.f16"), projection.to_bytes())?;
        }
    }
    Ok(())
}

fn mean<'a>(vectors: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut sum: Vec<f64> = Vec::new();
    let mut count = 0.0;
    for vector in vectors {
        sum.resize(vector.len(), 0.0);
        for (sum, value) in sum.iter_mut().zip(vector) {
            *sum += f64::from(*value);
        }
        count += 1.0;
    }
    sum.into_iter().map(|sum| (sum / count) as f32).collect()
}

/// The same as the embedder does with the files written here.
fn join(raw: &[Vec<f32>], means: &[Vec<f32>], centring: &[f32], weights: &[f32]) -> Vec<f32> {
    let mut joined = Vec::new();
    for (part, vector) in raw.iter().enumerate() {
        let centred = vector
            .iter()
            .zip(&means[part])
            .map(|(value, mean)| value - centring[part] * mean);
        joined.extend(unit(centred.collect()).into_iter().map(|value| value * weights[part]));
    }
    joined
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = pairs::cosine(&vector, &vector).sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|value| *value /= length);
    vector
}

/// The directions of greatest second moment, strongest first, after scaling by the within-class covariance.
fn principal(vectors: &[(&Vec<f32>, usize)], dim: usize, within: Option<f64>) -> anyhow::Result<Projection> {
    let columns = vectors.first().map_or(0, |(vector, _)| vector.len());
    ensure!(dim > 0 && dim <= columns, "the joined vector has {columns} numbers");
    eprintln!(
        "finding the directions of {} vectors of {columns} numbers",
        vectors.len()
    );
    let scaling = match within {
        Some(ridge) => inverse_root(within_class(vectors), ridge),
        None => DMatrix::identity(columns, columns),
    };
    let mut data = matrix(vectors.iter().map(|(vector, _)| vector.as_slice()), columns) * &scaling;
    for mut row in data.row_iter_mut() {
        row.normalize_mut();
    }
    let eigen = SymmetricEigen::new(data.tr_mul(&data));
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by(|one, other| eigen.eigenvalues[*other].total_cmp(&eigen.eigenvalues[*one]));
    let mut rows = Vec::with_capacity(dim * columns);
    for &index in order.iter().take(dim) {
        let direction = &scaling * eigen.eigenvectors.column(index);
        rows.extend(direction.iter().map(|value| *value as f32));
    }
    Ok(Projection::new(columns, rows)?)
}

/// At most this many images of one person count, so that the few with hundreds do not decide.
const IMAGES_OF_A_PERSON: usize = 30;

/// Mean square difference between the images of a person and their mean.
fn within_class(vectors: &[(&Vec<f32>, usize)]) -> DMatrix<f64> {
    let columns = vectors.first().map_or(0, |(vector, _)| vector.len());
    let mut differences: Vec<Vec<f32>> = Vec::new();
    for person in vectors
        .chunk_by(|one, other| one.1 == other.1)
        .filter(|person| person.len() > 1)
    {
        let person = &person[..person.len().min(IMAGES_OF_A_PERSON)];
        let mean = mean(person.iter().map(|(vector, _)| vector.as_slice()));
        // Differences from a mean of few are too small by this much.
        let scale = (1.0 / (1.0 - 1.0 / person.len() as f32)).sqrt();
        let difference = |vector: &[f32]| {
            vector
                .iter()
                .zip(&mean)
                .map(|(value, mean)| (value - mean) * scale)
                .collect()
        };
        differences.extend(person.iter().map(|(vector, _)| difference(vector)));
    }
    let count = differences.len().max(1) as f64;
    let data = matrix(differences.iter().map(Vec::as_slice), columns);
    data.tr_mul(&data) / count
}

/// `(covariance + ridge)^(-1/2)`, scaled so that an average direction keeps its length.
fn inverse_root(covariance: DMatrix<f64>, ridge: f64) -> DMatrix<f64> {
    let columns = covariance.nrows();
    let mean_variance = covariance.trace() / columns as f64;
    let eigen = SymmetricEigen::new(covariance / mean_variance);
    let roots = eigen
        .eigenvalues
        .map(|value| ((1.0 + ridge) / (value.max(0.0) + ridge)).sqrt());
    &eigen.eigenvectors * DMatrix::from_diagonal(&roots) * eigen.eigenvectors.transpose()
}

fn matrix<'a>(rows: impl ExactSizeIterator<Item = &'a [f32]>, columns: usize) -> DMatrix<f64> {
    let count = rows.len();
    let values: Vec<f64> = rows.flat_map(|row| row.iter().map(|value| f64::from(*value))).collect();
    DMatrix::from_row_slice(count, columns, &values)
}

fn rates(samples: &[Sample], threads: usize) -> Vec<f64> {
    let impostors = pairs::impostors(samples, threads);
    let genuine = pairs::genuine(samples);
    [1e-2, 1e-3, 1e-4, 1e-5]
        .into_iter()
        .map(|far| pairs::share_at_or_above(&genuine, pairs::floor_at(&impostors, far)))
        .collect()
}
