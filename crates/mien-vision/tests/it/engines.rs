//! OpenVINO and tract must give the same answers.

use mien_vision::engine::{Engine, LoadOptions, ModelFile, OpenVino, Tensor, Tract, runtime_directory};
use mien_vision::home::Home;

use crate::material::{models, skipped};

#[test]
fn both_engines_agree_on_every_model() {
    let (Some(models), Some(openvino)) = (models(), openvino()) else {
        return;
    };
    let mut failures = Vec::new();
    for (file, shape, scale) in [("face-reidentification-retail-0095.onnx", vec![1, 3, 128, 128], 255.0)] {
        let model = ModelFile::read(&models.join(file)).unwrap();
        let input = noise(&shape, scale);
        let options = LoadOptions::default().with_shape(&shape);
        let start = std::time::Instant::now();
        let a = openvino.load(&model, &options).unwrap();
        println!("{file} load {:?}", start.elapsed());
        let b = Tract.load(&model, &options).unwrap();
        let a = a.run(&[input.view()]).unwrap();
        let b = b.run(&[input.view()]).unwrap();
        for (a, b) in a.iter().zip(&b) {
            assert_eq!(a.shape(), b.shape());
            let cosine = cosine(a.values(), b.values());
            println!("{file} {cosine}");
            if cosine < 0.999 {
                failures.push(format!("{file}: cosine {cosine}"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

fn openvino() -> Option<OpenVino> {
    let directory = runtime_directory(&Home::from_environment().unwrap());
    match OpenVino::open(&directory) {
        Ok(engine) => Some(engine),
        Err(error) => {
            skipped(&error.to_string());
            None
        }
    }
}

fn noise(shape: &[usize], scale: f32) -> Tensor {
    let mut state = 1_u32;
    let values = (0..shape.iter().product()).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 * scale
    });
    Tensor::new(shape.to_vec(), values.collect()).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
