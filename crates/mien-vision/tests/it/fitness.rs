//! Quality, masks and liveness of photographs.

use image::imageops::{blur, brighten};
use image::{Rgb, RgbImage};
use mien_vision::face::{Face, Point, Seen};
use mien_vision::mask::MaskWorn;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::quality::{COVERED_AT, Quality};
use mien_vision::vision::Vision;

use crate::material::{photographs, skipped};
use crate::seeing::{both_packs, everyone, open, picture, rgb};

const PORTRAITS: [&str; 3] = [
    "test_images/biden.jpg",
    "test_images/obama.jpg",
    "test_images/obama2.jpg",
];

#[test]
fn blur_and_darkness_lower_what_they_should() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        for portrait in PORTRAITS {
            let original = rgb(&photos.join(portrait));
            let face = largest(&vision, &picture(&original));
            let eyes_px = eyes_px(&vision, &original, &face);
            let at = |image: &RgbImage| quality(&vision, image, &face);
            let steps: Vec<Quality> = [0.03, 0.06, 0.16]
                .map(|share| at(&blur(&original, share * eyes_px)))
                .into();
            let sharp = at(&original);
            assert!(
                sharp.sharpness > 80.0 && sharp.score > 60.0,
                "{name} {portrait}: {sharp:?}"
            );
            for pair in [&[sharp], steps.as_slice()].concat().windows(2) {
                assert!(pair[1].sharpness < pair[0].sharpness, "{name} {portrait}: {pair:?}");
                assert!(pair[1].score < pair[0].score, "{name} {portrait}: {pair:?}");
            }
            assert!(steps[2].sharpness < 40.0, "{name} {portrait}: {:?}", steps[2]);
            let (dark, bright) = (at(&brighten(&original, -110)), at(&brighten(&original, 110)));
            assert!(
                dark.brightness < sharp.brightness && dark.score < sharp.score,
                "{name} {portrait}: {dark:?}"
            );
            assert!(
                bright.brightness > 70.0 && bright.score < sharp.score,
                "{name} {portrait}: {bright:?}"
            );
        }
    }
}

/// Points of the mesh around which a patch covers a part, the part's place in `completeness`, and how far it reaches.
const PATCHES: [(&[usize], usize, f32); 3] = [(&[13, 14], 4, 0.75), (&[159, 145], 1, 0.5), (&[4, 5], 2, 0.6)];

#[test]
fn a_covered_part_is_named() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        for portrait in PORTRAITS {
            let original = rgb(&photos.join(portrait));
            let face = largest(&vision, &picture(&original));
            let clean = quality(&vision, &original, &face);
            let mesh = vision.mesh(&picture(&original), &face).unwrap().points().to_vec();
            let reach_px = eyes_px(&vision, &original, &face);
            for (points, part, reach) in PATCHES {
                let mut covered = original.clone();
                for &index in points {
                    paint(&mut covered, mesh[index], reach * reach_px, Rgb([40, 120, 60]));
                }
                let found = quality(&vision, &covered, &face);
                assert!(
                    clean.completeness[part] > COVERED_AT[part],
                    "{name} {portrait} {part}: {clean:?}"
                );
                assert!(
                    found.completeness[part] <= COVERED_AT[part],
                    "{name} {portrait} {part}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn masks_are_told_from_none() {
    let Some(photos) = photographs() else { return };
    let folder = photos.with_file_name("masks");
    if !folder.is_dir() {
        return skipped(&format!("no directory {}", folder.display()));
    }
    for (name, vision) in both_packs() {
        for (side, masked) in [("with_mask", true), ("without_mask", false)] {
            let mut files: Vec<_> = std::fs::read_dir(folder.join(side))
                .unwrap()
                .map(|file| file.unwrap().path())
                .collect();
            files.sort();
            let (mut right, mut all) = (0, 0);
            for path in files.iter().step_by(5) {
                let limits = PictureLimits {
                    min_short_edge: 1,
                    ..PictureLimits::default()
                };
                let picture = Picture::open(std::fs::read(path).unwrap(), &limits).unwrap();
                if let Ok(faces) = vision.detect(&picture, &everyone()) {
                    let worn = vision.mask(&picture, &faces[0]).unwrap().worn;
                    right += usize::from((worn != MaskWorn::None) == masked);
                    all += 1;
                }
            }
            assert!(all >= 25 && right * 100 >= all * 92, "{name} {side}: {right} of {all}");
        }
    }
}

#[test]
fn a_print_is_less_alive_than_the_person() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        let score = |file: &str| {
            let picture = open(&photos.join("spoof").join(file));
            vision.liveness(&picture, &largest(&vision, &picture)).unwrap()
        };
        assert!(score("image_T1.jpg") >= 40.0, "{name}: {}", score("image_T1.jpg"));
        for attack in ["image_F1.jpg", "image_F2.jpg"] {
            assert!(score(attack) < 40.0, "{name} {attack}: {}", score(attack));
        }
    }
}

pub fn largest(vision: &Vision, picture: &Picture) -> Face {
    vision.detect(picture, &everyone()).unwrap().remove(0)
}

/// Quality at the place of a face; nothing of what was computed for another picture counts.
fn quality(vision: &Vision, image: &RgbImage, face: &Face) -> Quality {
    let face = Face {
        seen: Seen::default(),
        ..face.clone()
    };
    vision.quality(&picture(image), &face).unwrap()
}

fn eyes_px(vision: &Vision, image: &RgbImage, face: &Face) -> f32 {
    let points = vision.mesh(&picture(image), face).unwrap().points().to_vec();
    0.7 * points[33].distance(points[263])
}

fn paint(image: &mut RgbImage, middle: Point, reach_px: f32, colour: Rgb<u8>) {
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let (dx, dy) = ((x as f32 - middle.x) / reach_px, (y as f32 - middle.y) / reach_px);
        if dx.hypot(1.4 * dy) < 1.0 {
            *pixel = colour;
        }
    }
}
