//! Models and photographs for tests, which the project does not hold itself.

use std::env;
use std::path::PathBuf;

use mien_vision::engine::{OpenVino, runtime_directory};
use mien_vision::home::Home;
use mien_vision::install::{Means, Silent, install_pack};
use mien_vision::pack::Pack;

/// Directory of the ONNX models: `MIEN_TEST_MODELS`, or `../shared/models` beside the workspace.
pub fn models() -> Option<PathBuf> {
    directory("MIEN_TEST_MODELS", "models")
}

/// Directory of the photographs: `photos` in `MIEN_TEST_DATA`, or in `../shared/data` beside the workspace.
pub fn photographs() -> Option<PathBuf> {
    directory("MIEN_TEST_DATA", "data").map(|data| data.join("photos"))
}

/// The pack `human` of the user's home.
pub fn human() -> Option<Pack> {
    let pack = Pack::installed(&Home::from_environment().unwrap(), &"human".parse().unwrap());
    pack.map_err(|error| skipped(&error.to_string())).ok()
}

/// The pack `omz`, installed from the models into the build directory.
pub fn omz() -> Option<Pack> {
    let models = models()?;
    let home = Home::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/home"));
    let means = Means {
        directory: Some(&models),
        ..Means::default()
    };
    let name = "omz".parse().unwrap();
    Some(install_pack(&home, Some(&name), &means, &mut Silent).unwrap())
}

/// OpenVINO, if its libraries are installed.
pub fn openvino() -> Option<OpenVino> {
    let engine = OpenVino::open(&runtime_directory(&Home::from_environment().unwrap()));
    engine.map_err(|error| skipped(&error.to_string())).ok()
}

/// Says why a test checks nothing on this machine.
pub fn skipped(reason: &str) {
    println!("skipped: {reason}");
}

fn directory(variable: &str, name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let path = env::var_os(variable).map_or_else(|| PathBuf::from(beside).join(name), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    skipped(&format!("no directory {}", path.display()));
    None
}
