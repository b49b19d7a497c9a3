//! The converted models of the pack `human` give the numbers that the original graphs give.
//!
//! The numbers come from an independent conversion (a Python script on NumPy) run by ONNX Runtime, so that a mistake in our
//! conversion cannot hide; the input is a pattern that both sides compute without rounding.

use mien_vision::engine::{Engine, LoadOptions, Network, Tensor, Tract};
use mien_vision::pack::Pack;

use crate::material::{human, openvino};

/// Largest difference that counts as the same, as a share of the size of the values where these are above 1.
const TOLERANCE: f32 = 1e-3;

/// Places and values of an output.
type Samples = &'static [(usize, f32)];

/// A model, its input, and name, length and samples of each output.
struct Golden {
    file: &'static str,
    shape: [usize; 4],
    range: (f32, f32),
    outputs: &'static [(&'static str, usize, Samples)],
}

#[rustfmt::skip]
const GOLDENS: &[Golden] = &[
    Golden { file: "blazeface.onnx", shape: [1, 3, 256, 256], range: (-1.0, 1.0), outputs: &[
        ("scores_16", 512, &[(0, -3.622753), (110, -86.02697), (208, -79.03483), (256, -3.6404), (398, -83.12975), (400, -82.90158)]),
        ("boxes_16", 8192, &[(0, -2.165218), (306, 76.01111), (307, 76.01134), (338, 75.88617), (339, 75.88639), (4096, -2.403157)]),
        ("scores_32", 384, &[(0, -3.353883), (22, -28.7118), (28, -29.17143), (34, -26.42632), (192, -4.638929), (304, -23.35667)]),
        ("boxes_32", 6144, &[(0, 7.143074), (322, 112.5986), (323, 112.5872), (2146, 112.1987), (2147, 112.2034), (3072, 1.306438)]),
    ] },
    Golden { file: "facemesh.onnx", shape: [1, 3, 192, 192], range: (0.0, 1.0), outputs: &[
        ("presence", 1, &[(0, 0.0001604855)]),
        ("contours", 266, &[(0, 97.64194), (33, 155.0252), (35, 157.9618), (37, 158.8349), (39, 157.3702), (133, 79.76707)]),
        ("mesh", 1404, &[(0, 93.61839), (445, 156.9597), (457, 158.554), (526, 156.4993), (702, 51.83291), (1132, 157.293)]),
    ] },
    Golden { file: "iris.onnx", shape: [1, 3, 64, 64], range: (0.0, 1.0), outputs: &[
        ("points", 228, &[(0, 21.88323), (114, 38.47632), (169, 49.38481), (172, 50.14794), (175, 49.48227), (178, 47.84655)]),
    ] },
    Golden { file: "faceres.onnx", shape: [1, 3, 224, 224], range: (-116.0, 128.0), outputs: &[
        ("embedding", 1024, &[(0, 0.0), (160, 3.067394), (495, 3.04266), (512, 0.0), (584, 3.235324), (818, 2.814398)]),
        ("age", 100, &[(0, 0.01659264), (21, 0.03944989), (23, 0.03835754), (25, 0.03289843), (29, 0.03963954), (50, 0.005729362)]),
        ("gender", 1, &[(0, 0.8286107)]),
    ] },
    Golden { file: "emotion.onnx", shape: [1, 1, 64, 64], range: (-1.0, 1.0), outputs: &[
        ("expression", 7, &[(0, 1.725071e-06), (2, 0.8899379), (3, 1.659675e-09), (4, 0.1009831), (5, 0.009075007), (6, 2.175078e-06)]),
    ] },
    Golden { file: "antispoof.onnx", shape: [1, 3, 128, 128], range: (0.0, 1.0), outputs: &[
        ("real", 1, &[(0, 0.7020659)]),
    ] },
    Golden { file: "liveness.onnx", shape: [1, 3, 32, 32], range: (0.0, 1.0), outputs: &[
        ("live", 2, &[(0, 0.3849984), (1, 0.6150016)]),
    ] },
    Golden { file: "dlib128.onnx", shape: [1, 3, 150, 150], range: (-0.5, 0.5), outputs: &[
        ("embedding", 128, &[(0, -0.1035731), (43, 0.3000747), (64, 0.2576147), (76, 0.3158628), (113, -0.2628074)]),
    ] },
    Golden { file: "faceapi_age_gender.onnx", shape: [1, 3, 112, 112], range: (-0.4, 0.6), outputs: &[
        ("age", 1, &[(0, 5.482629)]),
        ("gender", 2, &[(0, 0.9517735), (1, 0.04822645)]),
    ] },
    Golden { file: "faceapi_expression.onnx", shape: [1, 3, 112, 112], range: (-0.4, 0.6), outputs: &[
        ("expression", 7, &[(0, 0.1054333), (1, 0.02769552), (2, 0.3008994), (3, 0.02552539), (4, 0.5356647)]),
    ] },
];

#[test]
fn converted_models_compute_what_the_originals_do() {
    let Some(pack) = human() else { return };
    check(&pack, &Tract);
    if let Some(openvino) = openvino() {
        check(&pack, &openvino);
    }
}

#[test]
fn every_model_of_the_pack_is_checked() {
    let Some(pack) = human() else { return };
    let models = pack
        .manifest()
        .file
        .iter()
        .map(|entry| entry.name.as_str())
        .filter(|name| name.ends_with(".onnx"));
    let unchecked: Vec<&str> = models
        .filter(|name| GOLDENS.iter().all(|golden| golden.file != *name))
        .collect();
    assert!(unchecked.is_empty(), "no numbers for {unchecked:?}");
}

fn check(pack: &Pack, engine: &dyn Engine) {
    let mut failures = Vec::new();
    for golden in GOLDENS {
        let model = pack.model(&golden.file.parse().unwrap()).unwrap();
        let network = engine
            .load(&model, &LoadOptions::default().with_shape(&golden.shape))
            .unwrap();
        let input = pattern(golden.shape, golden.range);
        let outputs = network.run(&[input.view()]).unwrap();
        failures.extend(differences(golden, network.as_ref(), &outputs));
    }
    assert!(failures.is_empty(), "{}: {failures:#?}", engine.name());
}

fn differences(golden: &Golden, network: &dyn Network, outputs: &[Tensor]) -> Vec<String> {
    let names: Vec<&str> = golden.outputs.iter().map(|(name, ..)| *name).collect();
    if network.outputs() != names {
        return vec![format!("{} has the outputs {:?}", golden.file, network.outputs())];
    }
    let mut found = Vec::new();
    for ((name, length, samples), output) in golden.outputs.iter().zip(outputs) {
        let values = output.values();
        if values.len() != *length {
            found.push(format!("{} {name}: {} values, not {length}", golden.file, values.len()));
            continue;
        }
        for (place, expect) in *samples {
            if (values[*place] - expect).abs() > TOLERANCE * expect.abs().max(1.0) {
                found.push(format!(
                    "{} {name}[{place}]: {}, not {expect}",
                    golden.file, values[*place]
                ));
            }
        }
    }
    found
}

/// Slanted stripes that differ between the channels.
fn pattern(shape: [usize; 4], (low, high): (f32, f32)) -> Tensor {
    let [_, channels, rows, columns] = shape;
    let mut values = Vec::with_capacity(channels * rows * columns);
    for channel in 0..channels {
        for row in 0..rows {
            for column in 0..columns {
                let step = (column * 5 + row * 3 + channel * 40) % 128;
                values.push(step.abs_diff(64) as f32 / 64.0 * (high - low) + low);
            }
        }
    }
    Tensor::new(shape.to_vec(), values).unwrap()
}
