//! Finds the OpenVINO libraries: a directory that holds the C API, the core, the CPU plug-in and the ONNX front end.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::EngineError;
use crate::home::Home;

/// Version of the runtime that Mien installs and is tested with.
pub const RUNTIME_VERSION: &str = "2026.4.1";

/// Environment variable that names a directory of OpenVINO libraries to use instead of the installed ones.
pub const LIBRARY_VARIABLE: &str = "MIEN_OPENVINO_DIR";

/// The directory to load OpenVINO from: `MIEN_OPENVINO_DIR`, or else where Mien installs it.
pub fn runtime_directory(home: &Home) -> PathBuf {
    match env::var_os(LIBRARY_VARIABLE) {
        Some(directory) if !directory.is_empty() => PathBuf::from(directory),
        _ => home.runtime().join(runtime_name()),
    }
}

/// Name of the directory of the installed runtime.
pub(crate) fn runtime_name() -> String {
    format!("openvino-{RUNTIME_VERSION}")
}

/// The file of the C API in a directory: `libopenvino_c.so`, or else the highest `libopenvino_c.so.NNNN`.
///
/// The wheels hold only the versioned name, system packages hold both.
pub(super) fn c_library(directory: &Path) -> Result<PathBuf, EngineError> {
    let plain = format!("{}openvino_c{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let missing = || EngineError::NoLibraries {
        directory: directory.to_owned(),
    };
    let entries = fs::read_dir(directory).map_err(|_| missing())?;
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some((rank(&plain, &name)?, name)))
        .max()
        .map(|(_, name)| directory.join(name))
        .ok_or_else(missing)
}

/// Orders candidates: the plain name first, then by version. macOS puts the version before the suffix.
fn rank(plain: &str, name: &str) -> Option<u64> {
    if name == plain {
        return Some(u64::MAX);
    }
    let (stem, suffix) = plain.rsplit_once('.')?;
    let version = name
        .strip_prefix(plain)
        .and_then(|rest| rest.strip_prefix('.'))
        .or_else(|| {
            name.strip_prefix(stem)?
                .strip_suffix(suffix)?
                .strip_prefix('.')?
                .strip_suffix('.')
        })?;
    version.replace('.', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_name_wins_then_the_highest_version() {
        let plain = "libopenvino_c.so";
        assert_eq!(rank(plain, "libopenvino_c.so"), Some(u64::MAX));
        assert!(rank(plain, "libopenvino_c.so.2641") > rank(plain, "libopenvino_c.so.2530"));
        assert_eq!(rank(plain, "libopenvino.so.2641"), None);
        assert_eq!(rank(plain, "libopenvino_c.so.txt"), None);
        assert_eq!(rank("libopenvino_c.dylib", "libopenvino_c.2641.dylib"), Some(2641));
    }
}
