//! `mien eval fit`: mean vectors and projection for an embedder that joins several networks.
//!
//! The mean vector of each network over many people is where its embeddings crowd; taking part of it off spreads them.
//! The joined vector is shortened by the directions in which the faces of the first half of the people vary most (PCA
//! about zero, because what is compared is the angle at zero). The second half checks that nothing was lost.

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
    /// Share of the squared length that the projection keeps, on the half that it never saw.
    kept: f64,
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
    let chosen: Vec<&Vec<f32>> = joined
        .iter()
        .zip(&lfw.images)
        .filter(|(_, image)| image.half == Half::First)
        .filter_map(|(v, _)| v.as_ref())
        .collect();
    let projection = args.dim.map(|dim| principal(&chosen, dim)).transpose()?;

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
        dim_before: chosen.first().map_or(0, |vector| vector.len()),
        dim_after: projection.as_ref().map_or(0, Projection::rows),
        kept: kept(projection.as_ref(), &joined, &lfw.images),
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

/// The directions of greatest second moment, strongest first.
fn principal(vectors: &[&Vec<f32>], dim: usize) -> anyhow::Result<Projection> {
    let columns = vectors.first().map_or(0, |vector| vector.len());
    ensure!(dim > 0 && dim <= columns, "the joined vector has {columns} numbers");
    eprintln!(
        "finding the directions of {} vectors of {columns} numbers",
        vectors.len()
    );
    let data = DMatrix::<f64>::from_fn(vectors.len(), columns, |row, column| f64::from(vectors[row][column]));
    let moment = data.tr_mul(&data) / vectors.len() as f64;
    let eigen = SymmetricEigen::new(moment);
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by(|one, other| eigen.eigenvalues[*other].total_cmp(&eigen.eigenvalues[*one]));
    let rows = order.iter().take(dim).flat_map(|&index| {
        eigen
            .eigenvectors
            .column(index)
            .iter()
            .map(|v| *v as f32)
            .collect::<Vec<_>>()
    });
    Ok(Projection::new(columns, rows.collect())?)
}

fn kept(projection: Option<&Projection>, joined: &[Option<Vec<f32>>], images: &[LfwImage]) -> f64 {
    let (mut before, mut after) = (0.0, 0.0);
    for (vector, image) in joined.iter().zip(images) {
        if let (Some(vector), Half::Second) = (vector, image.half) {
            before += f64::from(pairs::cosine(vector, vector));
            let short = projection
                .and_then(|projection| projection.apply(vector))
                .unwrap_or_else(|| vector.clone());
            after += f64::from(pairs::cosine(&short, &short));
        }
    }
    after / before
}

fn rates(samples: &[Sample], threads: usize) -> Vec<f64> {
    let impostors = pairs::impostors(samples, threads);
    let genuine = pairs::genuine(samples);
    [1e-2, 1e-3, 1e-4, 1e-5]
        .into_iter()
        .map(|far| pairs::share_at_or_above(&genuine, pairs::floor_at(&impostors, far)))
        .collect()
}
