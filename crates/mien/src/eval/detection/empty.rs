//! Pictures without any face: every answer is a false one.

use anyhow::Context;
use image::RgbImage;
use image::imageops::crop_imm;

use super::rows::{Row, Tried};
use super::{faces, options};
use crate::eval::all::Scope;
use crate::eval::dataset::Lfw;
use crate::eval::observe;
use crate::eval::scenes;
use crate::eval::seeing::Seeing;

/// Side of the corners in `no_face.txt`, pixels.
const CORNER_PX: u32 = 80;

/// Corners are shown as they are and enlarged by this, so that structures of every size are seen.
const ENLARGED: f32 = 4.0;

/// Side of the blocks of scrambled images: a tenth of the face in them.
const BLOCK_PX: u32 = 10;

/// False faces for each picture, by kind of picture and over all.
pub fn rows(seeing: &Seeing, scope: &Scope, lfw: &Lfw) -> anyhow::Result<Vec<Row>> {
    let corners = corners(lfw)?;
    let corners = scope.sample(&corners, corners.len(), 100);
    let (plain, _) = observe::each("corners", &corners, seeing.threads, |(name, corner)| {
        look(seeing, name, corner)
    })?;
    let (large, _) = observe::each("enlarged corners", &corners, seeing.threads, |(name, corner)| {
        look(seeing, name, &scenes::scaled(corner, ENLARGED))
    })?;
    let (mixed, _) = observe::each(
        "scrambled",
        &scope.sample(&lfw.images, 150, 50),
        seeing.threads,
        |image| {
            let mut random = fastrand::Rng::with_seed(image.person as u64);
            let mixed = scenes::scrambled(&scenes::load(&image.path)?, BLOCK_PX, &mut random);
            look(seeing, &image.name, &scenes::scaled(&mixed, 2.0))
        },
    )?;
    let numbers: Vec<usize> = (0..150).collect();
    let (textures, _) = observe::each("textures", &scope.sample(&numbers, 150, 50), seeing.threads, |number| {
        let mut random = fastrand::Rng::with_seed(**number as u64);
        look(
            seeing,
            &format!("texture {number}"),
            &scenes::texture(640, 480, **number, &mut random),
        )
    })?;
    let kinds = [
        ("false faces: corners of LFW", plain),
        ("false faces: corners of LFW, 4 times enlarged", large),
        ("false faces: LFW in blocks of 10 px, scrambled", mixed),
        ("false faces: textures", textures),
    ];
    let mut rows: Vec<Row> = kinds
        .iter()
        .map(|(name, tried)| Row::false_share(name, tried))
        .collect();
    let all: Vec<Tried> = kinds.into_iter().flat_map(|(_, tried)| tried).collect();
    rows.push(Row::false_share("pictures without faces in which one is found", &all).at_most(0.01));
    Ok(rows)
}

/// A success is a false face.
fn look(seeing: &Seeing, name: &str, image: &RgbImage) -> anyhow::Result<Tried> {
    let found = faces(seeing, &scenes::picture(image)?, &options(34, false))?;
    Ok(Tried::new(name, !found.is_empty()))
}

/// The corners that a person looked at.
fn corners(lfw: &Lfw) -> anyhow::Result<Vec<(String, RgbImage)>> {
    let lines = include_str!("no_face.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let mut corners = Vec::new();
    for line in lines {
        let (name, side) = line.split_once(' ').with_context(|| format!("no_face.txt: {line}"))?;
        let image = lfw.images.iter().find(|image| image.name == name);
        let image = scenes::load(&image.with_context(|| format!("LFW has no {name}"))?.path)?;
        let left = if side == "left" {
            0
        } else {
            image.width().saturating_sub(CORNER_PX)
        };
        corners.push((
            line.to_owned(),
            crop_imm(&image, left, 0, CORNER_PX, CORNER_PX).to_image(),
        ));
    }
    Ok(corners)
}
