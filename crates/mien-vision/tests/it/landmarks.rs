//! The 90 points, the dense points and the head pose of real faces.

use image::imageops::flip_horizontal;
use mien_vision::face::Point;
use mien_vision::points::Landmarks;

use crate::fitness::largest;
use crate::material::photographs;
use crate::seeing::{both_packs, picture, rgb};

#[test]
fn the_points_lie_in_the_documented_order() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        let picture = picture(&rgb(&photos.join("test_images").join("obama.jpg")));
        let face = largest(&vision, &picture);
        let points = vision.landmarks(&picture, &face).unwrap();
        assert_eq!(points.to_vec().len(), 90, "{name}");
        let wrong: Vec<&str> = geometry(&points)
            .into_iter()
            .filter(|(_, holds)| !holds)
            .map(|(what, _)| what)
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

/// What `landmarks90` says about the places, for an upright frontal face.
fn geometry(points: &Landmarks) -> Vec<(&'static str, bool)> {
    let (left, right, mouth, nose) = (&points.left_eye, &points.right_eye, &points.mouth, &points.nose);
    let profile = &points.face_profile;
    let lowest = (0..21).max_by(|one, other| profile[*one].y.total_cmp(&profile[*other].y));
    let lids = |eye: &[Point; 8]| (1..4).all(|lower| (5..8).all(|upper| eye[lower].y > eye[upper].y));
    vec![
        (
            "the chin is the lowest of the profile",
            lowest.is_some_and(|index| (9..=11).contains(&index)),
        ),
        (
            "the profile runs from left to right",
            profile[0].x < profile[10].x && profile[10].x < profile[20].x,
        ),
        (
            "corners of the eyes",
            left[0].x < left[4].x && left[4].x < right[4].x && right[4].x < right[0].x,
        ),
        ("lower lids first", lids(left) && lids(right)),
        (
            "lower edges of the brows first",
            lids(&points.left_eye_brow) && lids(&points.right_eye_brow),
        ),
        (
            "the mouth from the left over the lower lip",
            mouth[0].x < mouth[6].x && mouth[3].y > mouth[9].y,
        ),
        (
            "peaks above the dip",
            mouth[8].y < mouth[9].y + 1.0 && mouth[10].y < mouth[9].y + 1.0,
        ),
        (
            "inner lips",
            [(12, 21), (13, 20), (14, 19), (15, 18), (16, 17)]
                .iter()
                .all(|&(low, up)| mouth[low].y >= mouth[up].y - 1.0),
        ),
        (
            "root, tip, foot of the nose",
            nose[1].y < nose[0].y && nose[0].y < nose[7].y,
        ),
        ("wings of the nose", nose[5].x < nose[0].x && nose[0].x < nose[9].x),
        (
            "pupils",
            left[0].x < points.left_pupil.x && points.left_pupil.x < left[4].x,
        ),
    ]
}

#[test]
fn a_mirror_turns_points_and_angles_round() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        let original = rgb(&photos.join("test_images").join("obama.jpg"));
        let (plain, mirrored) = (picture(&original), picture(&flip_horizontal(&original)));
        let (face, twin) = (largest(&vision, &plain), largest(&vision, &mirrored));
        let (points, twins) = (
            vision.landmarks(&plain, &face).unwrap(),
            vision.landmarks(&mirrored, &twin).unwrap(),
        );
        let last = original.width() as f32 - 1.0;
        let eyes = points.left_pupil.distance(points.right_pupil);
        for (point, other) in points.left_eye.iter().zip(&twins.right_eye) {
            let off = point.distance(Point::new(last - other.x, other.y)) / eyes;
            assert!(off < 0.04, "{name}: off by {off} of the distance of the eyes");
        }
        let (pose, other) = (
            vision.pose(&plain, &face).unwrap(),
            vision.pose(&mirrored, &twin).unwrap(),
        );
        let off = [pose.yaw + other.yaw, pose.roll + other.roll, pose.pitch - other.pitch];
        assert!(off.iter().all(|off| off.abs() < 3.0), "{name}: {pose:?} and {other:?}");
    }
}

#[test]
fn clones_of_a_face_share_what_was_computed() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        let picture = picture(&rgb(&photos.join("test_images").join("obama.jpg")));
        let face = largest(&vision, &picture);
        let copy = face.clone();
        let (one, other) = (
            vision.mesh(&picture, &face).unwrap(),
            vision.mesh(&picture, &copy).unwrap(),
        );
        assert!(std::ptr::eq(one, other), "{name}: the mesh was computed twice");
        assert!(one.confidence() > 0.9, "{name}: {}", one.confidence());
    }
}
