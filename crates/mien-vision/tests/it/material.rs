//! Models and photographs for tests, which the project does not hold itself.

use std::env;
use std::path::PathBuf;

/// Directory of the ONNX models: `MIEN_TEST_MODELS`, or `../shared/models` beside the workspace.
pub fn models() -> Option<PathBuf> {
    directory("MIEN_TEST_MODELS", "models")
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
