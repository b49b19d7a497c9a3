//! OpenVINO and tract must see the same faces and give the same embeddings.

use std::fs;

use mien_vision::engine::{Engine, EngineError, LoadOptions, ModelFile, OpenVino, Tensor, TensorView, Tract};
use mien_vision::face::Face;
use mien_vision::home::Home;
use mien_vision::pack::{Input, Pack};
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::vision::{DetectOptions, Mirror, Slot, Vision, VisionOptions};

use crate::material::{human, omz, openvino, photographs, skipped};

/// Photographs with one and with several faces.
const PHOTOGRAPHS: [&str; 3] = ["group6.jpg", "faceapi/happy.jpg", "test_images/biden.jpg"];

/// Least cosine between the outputs of both engines.
const COSINE: f32 = 0.999;

#[test]
fn both_engines_see_the_same_faces() {
    let (Some(openvino), Some(photographs)) = (openvino(), photographs()) else {
        return;
    };
    let mut failures = Vec::new();
    for pack in packs() {
        let open = |engine: &dyn Engine| {
            let options = VisionOptions {
                calibrated: false,
                ..VisionOptions::default()
            };
            Vision::open(&pack, engine, &options).unwrap()
        };
        let (fast, portable) = (open(&openvino), open(&Tract));
        // Looking at nothing must neither fail nor change what is seen afterwards.
        fast.warm_up(2).unwrap();
        for name in PHOTOGRAPHS {
            let bytes = fs::read(photographs.join(name)).unwrap();
            let picture = Picture::open(&bytes, &PictureLimits::default()).unwrap();
            let options = DetectOptions {
                max_faces: 120,
                ..DetectOptions::default()
            };
            let faces = fast.detect(&picture, &options).unwrap();
            let others = portable.detect(&picture, &options).unwrap();
            assert!(!faces.is_empty());
            let at = format!("{} {name}", pack.manifest().name);
            if faces.len() != others.len() {
                failures.push(format!("{at}: {} faces and {} faces", faces.len(), others.len()));
            }
            for (face, other) in faces.iter().zip(&others) {
                if !same_frame(face, other) {
                    failures.push(format!("{at}: {:?} and {:?}", face.frame, other.frame));
                }
            }
            for slot in [Slot::V2, Slot::V3] {
                // The same face for both, so that only the engines differ.
                let embed = |vision: &Vision| vision.embed(&picture, &faces[0], slot, Mirror::Off).unwrap();
                let cosine = cosine(&embed(&fast), &embed(&portable));
                if cosine < COSINE {
                    failures.push(format!("{at} {slot:?}: cosine {cosine}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn both_engines_agree_on_every_model() {
    let Some(openvino) = openvino() else { return };
    let mut failures = Vec::new();
    for pack in packs() {
        for used in pack.manifest().roles.uses() {
            let Some(input) = used.input else { continue };
            let model = pack.model(used.file).unwrap();
            let tensor = noise(input);
            let options = LoadOptions::default().with_shape(tensor.shape());
            let (fast, portable) = (
                openvino.load(&model, &options).unwrap(),
                Tract.load(&model, &options).unwrap(),
            );
            assert_eq!(
                (fast.inputs(), fast.outputs()),
                (portable.inputs(), portable.outputs()),
                "{}",
                used.file
            );
            let outputs = fast.run(&[tensor.view()]).unwrap();
            let others = portable.run(&[tensor.view()]).unwrap();
            for ((name, output), other) in fast.outputs().iter().zip(&outputs).zip(&others) {
                assert_eq!(output.shape(), other.shape(), "{} {name}", used.file);
                let cosine = cosine(output.values(), other.values());
                if cosine < COSINE {
                    failures.push(format!("{} {name}: cosine {cosine}", used.file));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn shapes_are_checked_and_compiled_on_demand() {
    let Some(pack) = omz() else { return };
    let model = pack
        .model(&"face-reidentification-retail-0095.onnx".parse().unwrap())
        .unwrap();
    let check = |engine: &dyn Engine| {
        let network = engine.load(&model, &LoadOptions::default()).unwrap();
        assert_eq!(network.inputs()[0].shape, [None, Some(3), Some(128), Some(128)]);
        let values = vec![1.0; 2 * 3 * 128 * 128];
        let run = |shape: &[usize]| {
            let length: usize = shape.iter().product();
            network.run(&[TensorView::new(shape, &values[..length]).unwrap()])
        };
        let (one, two) = (run(&[1, 3, 128, 128]).unwrap(), run(&[2, 3, 128, 128]).unwrap());
        assert_eq!(
            (one[0].shape(), two[0].shape()),
            (&[1, 256, 1, 1][..], &[2, 256, 1, 1][..])
        );
        assert!(cosine(one[0].values(), &two[0].values()[..256]) > COSINE);
        assert!(cosine(one[0].values(), &two[0].values()[256..]) > COSINE);
        for wrong in [&[1, 3, 128, 64][..], &[1, 1, 128, 128], &[3, 128, 128]] {
            assert!(matches!(run(wrong), Err(EngineError::Shape { .. })), "{wrong:?}");
        }
        assert!(matches!(network.run(&[]), Err(EngineError::Shape { .. })));
    };
    check(&Tract);
    if let Some(openvino) = openvino() {
        check(&openvino);
    }
}

#[test]
fn many_threads_share_a_network() {
    let (Some(pack), Some(openvino)) = (omz(), openvino()) else {
        return;
    };
    let model = pack
        .model(&"landmarks-regression-retail-0009.onnx".parse().unwrap())
        .unwrap();
    let network = openvino
        .load(&model, &LoadOptions::default().with_shape(&[1, 3, 48, 48]))
        .unwrap();
    let run = |shade: usize| {
        let values: Vec<f32> = (0..3 * 48 * 48).map(|place| ((place * shade) % 251) as f32).collect();
        network
            .run(&[TensorView::new(&[1, 3, 48, 48], &values).unwrap()])
            .unwrap()
            .remove(0)
    };
    let alone: Vec<Tensor> = (1..9).map(run).collect();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (run, alone) = (&run, &alone);
            scope.spawn(move || {
                for turn in 0..40 {
                    let shade = (thread + turn) % 8;
                    assert_eq!(run(shade + 1), alone[shade]);
                }
            });
        }
    });
}

#[test]
fn files_that_are_no_models_are_refused() {
    let mut engines: Vec<Box<dyn Engine>> = vec![Box::new(Tract)];
    engines.extend(openvino().map(|engine| Box::new(engine) as Box<dyn Engine>));
    for engine in engines {
        for bytes in [&b""[..], b"\0\0\0\0", b"<html>not found</html>", &[0xff; 4096]] {
            let error = engine.load(&ModelFile::new("broken.onnx", bytes), &LoadOptions::default());
            let error = error.map(|network| network.inputs().to_vec()).unwrap_err();
            assert!(
                matches!(&error, EngineError::Compile { model, .. } if model == "broken.onnx"),
                "{error:?}"
            );
        }
    }
    assert!(matches!(
        ModelFile::read("no/such.onnx".as_ref()),
        Err(EngineError::Read { .. })
    ));
}

#[test]
fn directories_without_libraries_are_refused() {
    let empty = tempfile::TempDir::new().unwrap();
    assert!(matches!(
        OpenVino::open(empty.path()),
        Err(EngineError::NoLibraries { .. })
    ));
    assert!(matches!(
        OpenVino::open(&empty.path().join("none")),
        Err(EngineError::NoLibraries { .. })
    ));
    // Nothing is installed in this home, so the portable engine is what is left.
    if std::env::var_os(mien_vision::engine::LIBRARY_VARIABLE).is_none() {
        let engine = mien_vision::engine::best(&Home::at(empty.path()));
        assert!(engine.name().starts_with("tract"), "{}", engine.name());
    }
}

/// Runs in a process of its own, which has loaded no library yet.
#[test]
fn library_that_is_broken() {
    let Some(directory) = std::env::var_os("MIEN_TEST_LIBRARIES") else {
        return;
    };
    let error = OpenVino::open(directory.as_ref())
        .map(|engine| engine.name())
        .unwrap_err();
    println!("refused: {error}");
}

#[test]
fn broken_libraries_are_refused() {
    let directory = tempfile::TempDir::new().unwrap();
    let library = directory.path().join("libopenvino_c.so");
    let try_it = |expect: &str| {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "engines::library_that_is_broken", "--nocapture"])
            .env("MIEN_TEST_LIBRARIES", directory.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            text.contains("refused: cannot load the inference libraries") && text.contains(expect),
            "{text}"
        );
    };
    fs::write(&library, "not a library").unwrap();
    try_it("could not be opened");
    // A library that loads, but has none of the functions.
    let other = mien_vision::engine::runtime_directory(&Home::from_environment().unwrap()).join("libtbbmalloc.so.2");
    if fs::copy(other, &library).is_ok() {
        try_it("not an OpenVINO");
    }
}

fn packs() -> Vec<Pack> {
    let packs: Vec<Pack> = [human(), omz()].into_iter().flatten().collect();
    if packs.is_empty() {
        skipped("no packs");
    }
    packs
}

fn same_frame(left: &Face, right: &Face) -> bool {
    let sides = |face: &Face| {
        let frame = face.frame;
        [frame.x, frame.y, frame.width as i32, frame.height as i32]
    };
    sides(left)
        .iter()
        .zip(sides(right))
        .all(|(left, right)| left.abs_diff(right) <= 1)
}

/// Pixels of every shade, scaled as the model wants them.
fn noise(input: &Input) -> Tensor {
    let shape = input.shape(1);
    let (mean, deviation) = (input.mean.to_array()[0], input.deviation.to_array()[0]);
    let mut state = 1_u32;
    let values = (0..shape.iter().product()).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 24) as f32 - mean) / deviation
    });
    Tensor::new(shape.to_vec(), values.collect()).unwrap()
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    let dot = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f32>();
    dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
}
