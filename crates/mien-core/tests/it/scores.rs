//! BEHAVIOUR 7.1, 7.2, 7.5: scores, and fitting them to impostor pairs.

use crate::world::{V2, V3, curve, score};
use mien_core::{Curve, CurveError, Impostors, Point, UniquePersonControl};

/// Score of a pair whose FAR is this, by a curve that has every FAR down to 1e-12 at a known cosine.
fn score_at(far: f64, version: mien_core::ModelVersion) -> f64 {
    let curve = Curve::new(vec![
        Point { cosine: 0.0, far: 1.0 },
        Point {
            cosine: 0.96,
            far: 1e-12,
        },
    ])
    .unwrap();
    curve.score((-far.log10() * 0.08) as f32, version).value()
}

#[test]
fn rule_7_1_and_rule_7_2_the_documented_numbers() {
    // 7.1: FAR of a pair. 7.2: FAR of a gallery, by its size. The document rounds to 5.
    let documented = [
        (1, 1e-3, 40.0),
        (1, 1e-4, 50.0),
        (1, 1e-5, 60.0),
        (10_000, 1e-2, 70.0),
        (10_000, 1e-3, 80.0),
        (10_000, 1e-4, 90.0),
        (100_000, 1e-2, 80.0),
        (100_000, 1e-3, 90.0),
        (100_000, 1e-4, 100.0),
        (300_000, 1e-2, 85.0),
        (300_000, 1e-3, 95.0),
    ];
    let wrong: Vec<String> = documented
        .iter()
        .map(|(faces, far, expected)| (faces, far, expected, score_at(far / f64::from(*faces), V3)))
        .filter(|(.., expected, actual)| (actual - **expected).abs() > 0.25)
        .map(|(faces, far, expected, actual)| format!("{faces} faces, FAR {far}: {actual} instead of {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");

    for (far, expected) in [(1e-3, 70.0), (1e-4, 80.0), (1e-5, 90.0)] {
        let actual = score_at(far, V2);
        assert!(
            (actual - expected).abs() < 1e-3,
            "2.0 at FAR {far}: {actual} instead of {expected}"
        );
    }
}

#[test]
fn scores_stay_in_0_to_100_and_rise_with_the_cosine() {
    for version in [V2, V3] {
        let scores: Vec<f64> = (-120..=120)
            .map(|c| curve().score(c as f32 / 100.0, version).value())
            .collect();
        assert!(scores.is_sorted(), "{scores:?}");
        assert!(scores.iter().all(|score| (0.0..=100.0).contains(score)));
        assert_eq!(scores[240], 100.0);
    }
}

#[test]
fn between_points_the_logarithm_of_far_is_a_line() {
    let points = vec![
        Point { cosine: -0.1, far: 0.8 },
        Point { cosine: 0.2, far: 1e-2 },
        Point { cosine: 0.3, far: 1e-3 },
        Point {
            cosine: 0.35,
            far: 1e-4,
        },
        Point {
            cosine: 0.38,
            far: 3e-5,
        },
    ];
    let curve = Curve::new(points.clone()).unwrap();
    for point in points {
        assert!(
            (curve.far(point.cosine as f32) / point.far - 1.0).abs() < 1e-5,
            "{point:?}"
        );
    }
    assert!((curve.far(0.25).log10() + 2.5).abs() < 1e-5);
    assert_eq!(curve.far(-1.0), 1.0);
    // Beyond the last point the slope of the last whole decade (from 1e-3 at 0.3) goes on.
    let slope = (3e-5f64.log10() + 3.0) / 0.08;
    let expected = 3e-5f64.log10() + slope * 0.22;
    assert!((curve.far(0.6).log10() - expected).abs() < 1e-5);
}

#[test]
fn the_cosine_of_a_score_is_the_smallest_that_reaches_it() {
    for version in [V2, V3] {
        for value in [41.0, 45.5, 60.0, 80.0, 99.0, 100.0] {
            let cosine = curve().cosine(score(value), version);
            let (below, above) = ((cosine - 1e-5) as f32, (cosine + 1e-5) as f32);
            assert!(curve().score(below, version) < score(value), "{version} {value}");
            assert!(curve().score(above, version) >= score(value), "{version} {value}");
        }
        assert_eq!(curve().cosine(score(0.0), version), -1.0, "every pair reaches score 0");
    }
}

#[test]
fn points_that_make_no_curve_are_refused() {
    let point = |cosine, far| Point { cosine, far };
    let refused = |points: Vec<Point>| Curve::new(points).unwrap_err();
    assert_eq!(refused(vec![]), CurveError::TooFew(0));
    assert_eq!(refused(vec![point(0.0, 1.0)]), CurveError::TooFew(1));
    assert_eq!(
        refused(vec![point(0.0, 1.0), point(0.0, 0.5)]),
        CurveError::NotMonotone { index: 1 }
    );
    assert_eq!(
        refused(vec![point(0.0, 0.5), point(0.1, 0.5)]),
        CurveError::NotMonotone { index: 1 }
    );
    for (cosine, far) in [
        (0.5, 0.0),
        (0.5, 1.5),
        (1.5, 0.1),
        (f64::NAN, 0.1),
        (0.5, f64::NAN),
        (0.5, -0.1),
    ] {
        let error = refused(vec![point(0.0, 1.0), point(cosine, far)]);
        assert!(
            matches!(error, CurveError::OutOfRange { index: 1, .. }),
            "{cosine} {far}: {error}"
        );
    }
}

#[test]
fn a_curve_is_written_as_its_points() {
    let curve = Curve::new(vec![Point { cosine: 0.0, far: 1.0 }, Point { cosine: 0.5, far: 1e-5 }]).unwrap();
    let text = r#"[{"cosine":0.0,"far":1.0},{"cosine":0.5,"far":0.00001}]"#;
    assert_eq!(serde_json::to_string(&curve).unwrap().replace("1e-5", "0.00001"), text);
    assert_eq!(serde_json::from_str::<Curve>(text).unwrap(), curve);
    assert!(serde_json::from_str::<Curve>(r#"[{"cosine":0.0,"far":1.0}]"#).is_err());
}

#[test]
fn a_fit_finds_the_far_of_its_sample_and_of_another() {
    // Impostor cosines of an embedding with an effective dimension of about 95 (DESIGN 5): normal, sd 0.102.
    let sample = |seed: u64, pairs: u32| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut impostors = Impostors::new();
        for _ in 0..pairs {
            let (u, v) = (1.0 - random.f64(), random.f64());
            let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
            impostors.add((0.102 * normal) as f32);
        }
        impostors
    };
    let (mut one, two, other) = (sample(1, 1_000_000), sample(2, 1_000_000), sample(3, 2_000_000));
    one.merge(&two);
    assert_eq!(one.pairs(), 2_000_000);
    let curve = Curve::fit(&one).unwrap();
    for far in [0.5, 0.1, 1e-2, 1e-3, 1e-4] {
        let cosine = curve.cosine(score(10.0 - 10.0 * f64::log10(far)), V3);
        for sample in [&one, &other] {
            let ratio = sample.far(cosine) / far;
            assert!((0.8..1.25).contains(&ratio), "FAR {far}: off by {ratio}");
        }
    }
    // The true tail falls faster than a line, so the extrapolation errs towards a larger FAR, that is a lower score.
    let true_cosine_of_1e7 = 0.102 * 5.1993;
    assert!(curve.far(true_cosine_of_1e7 as f32) >= 1e-7);
    assert!(curve.far(true_cosine_of_1e7 as f32) <= 1e-5);
}

#[test]
fn a_fit_needs_pairs() {
    let mut few = Impostors::new();
    (0..1000).for_each(|i| few.add(i as f32 / 1000.0));
    assert_eq!(
        Curve::fit(&few).unwrap_err(),
        CurveError::TooFewPairs {
            pairs: 1000,
            needed: 5000
        }
    );
    // All pairs alike make no curve either, and must not make nonsense.
    let mut alike = Impostors::new();
    (0..10_000).for_each(|_| alike.add(0.1));
    if let Ok(curve) = Curve::fit(&alike) {
        assert!(curve.points().iter().all(|point| (point.cosine - 0.1).abs() < 1e-3));
    }
    let mut none = Impostors::new();
    none.add(f32::NAN);
    assert_eq!(none.pairs(), 0);
}

#[test]
fn unique_person_control_by_far_and_size() {
    let threshold = |level, faces| {
        UniquePersonControl::parse(level)
            .unwrap()
            .threshold(faces)
            .map(|score| score.value())
    };
    // 7.5 with 7.2: the scores of the documented gallery sizes, and the bounds 30 and 100.
    let table = [
        (0, 10_000, None),
        (1, 0, None),
        (1, 1, Some(30.0)),
        (1, 10_000, Some(70.0)),
        (2, 10_000, Some(80.0)),
        (3, 10_000, Some(90.0)),
        (4, 10_000, Some(100.0)),
        (4, 1, Some(60.0)),
        (4, 3_000_000, Some(100.0)),
    ];
    for (level, faces, expected) in table {
        let actual = threshold(level, faces);
        let same = actual
            .zip(expected)
            .map_or(actual == expected, |(a, b)| (a - b).abs() < 1e-9);
        assert!(same, "level {level}, {faces} faces: {actual:?} instead of {expected:?}");
    }
}
