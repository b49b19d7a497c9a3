//! The OpenVINO runtime, out of the wheel that the user's own pip downloads. No Python is needed to run it.

use std::env::consts::{ARCH, OS};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::Digest;
use zip::ZipArchive;
use zip::result::ZipError;

use super::command::Program;
use super::npm::only_file;
use super::staging::Staging;
use super::{InstallError, Progress};
use crate::engine::{RUNTIME_VERSION, runtime_name};
use crate::home::Home;
use crate::pack::Sha256;

/// A wheel for one kind of machine.
struct Wheel {
    os: &'static str,
    arch: &'static str,
    /// Platform tag to ask pip for, so that the wheel does not depend on the user's Python.
    platform: &'static str,
    sha256: &'static str,
    /// The CPU plug-in.
    plugin: &'static str,
}

/// Wheels for Python 3.11; the libraries in them do not depend on Python.
const WHEELS: [Wheel; 2] = [
    Wheel {
        os: "linux",
        arch: "x86_64",
        platform: "manylinux_2_28_x86_64",
        sha256: "2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf",
        plugin: "libopenvino_intel_cpu_plugin.so",
    },
    Wheel {
        os: "linux",
        arch: "aarch64",
        platform: "manylinux_2_35_aarch64",
        sha256: "bea1eb3733c34ef331adc945da0ccda5937865031139073663be84c517ffda22",
        plugin: "libopenvino_arm_cpu_plugin.so",
    },
];

/// Libraries besides the CPU plug-in: C API, core, ONNX front end and threads.
const LIBRARIES: [&str; 7] = [
    "libopenvino_c.so.2641",
    "libopenvino.so.2641",
    "libopenvino_onnx_frontend.so.2641",
    "libtbb.so.12",
    "libtbbmalloc.so.2",
    "libtbbbind_2_5.so.3",
    "libhwloc.so.15",
];

/// Folder of the libraries in the wheel.
const FOLDER: &str = "openvino/libs";

/// Licence texts in the wheel.
const LICENCES: &str = "dist-info/licenses/";

/// Largest file that is unpacked, in bytes.
const MAX_FILE_BYTES: u64 = 200 << 20;

/// Python's installer under the names it goes by, best first.
const PIPS: [(&str, &[&str]); 4] = [
    ("python3", &["-m", "pip"]),
    ("pip3", &[]),
    ("python", &["-m", "pip"]),
    ("pip", &[]),
];

/// The directory of the installed runtime, if all its libraries are there.
pub fn installed_runtime(home: &Home) -> Option<PathBuf> {
    let directory = place(home);
    let wheel = Wheel::of_this_machine()?;
    wheel
        .libraries()
        .all(|name| directory.join(name).is_file())
        .then_some(directory)
}

/// Installs the runtime under `MIEN_HOME/runtime` and gives its directory. Does nothing if it is there.
///
/// `search_path` lists directories to look for pip in, as in `PATH`; the environment's `PATH` if absent.
pub fn install_runtime(
    home: &Home,
    search_path: Option<&OsString>,
    progress: &mut dyn Progress,
) -> Result<PathBuf, InstallError> {
    let wheel = Wheel::of_this_machine().ok_or_else(|| InstallError::Platform(format!("{OS} on {ARCH}")))?;
    let staging = Staging::begin(&home.runtime(), progress)?;
    if let Some(directory) = installed_runtime(home) {
        return Ok(directory);
    }
    let scratch = staging.scratch()?;
    let path = wheel.download(scratch.path(), search_path, progress)?;
    wheel.check(&path)?;
    wheel.unpack(&path, &staging, progress)?;
    staging.publish(&place(home))?;
    Ok(place(home))
}

fn place(home: &Home) -> PathBuf {
    home.runtime().join(runtime_name())
}

impl Wheel {
    fn of_this_machine() -> Option<&'static Self> {
        WHEELS.iter().find(|wheel| wheel.os == OS && wheel.arch == ARCH)
    }

    fn libraries(&self) -> impl Iterator<Item = &'static str> {
        LIBRARIES.into_iter().chain([self.plugin])
    }

    fn download(
        &self,
        directory: &Path,
        search_path: Option<&OsString>,
        progress: &mut dyn Progress,
    ) -> Result<PathBuf, InstallError> {
        let pip = pip(directory, search_path)?;
        let package = format!("openvino=={RUNTIME_VERSION}");
        let fixed = [
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--disable-pip-version-check",
        ];
        let tags = [
            "--python-version",
            "3.11",
            "--implementation",
            "cp",
            "--abi",
            "cp311",
            "--platform",
            self.platform,
        ];
        let arguments = fixed.iter().chain(&tags).copied().chain([package.as_str()]);
        let arguments: Vec<&OsStr> = arguments.map(OsStr::new).collect();
        progress.begin(&format!("pip download {package}"), None);
        let result = pip.run(&arguments, directory);
        progress.end();
        result?;
        only_file(directory, "whl").ok_or_else(|| InstallError::NoResult {
            command: format!("pip download {package}"),
            expected: "wheel (.whl)",
        })
    }

    fn check(&self, path: &Path) -> Result<(), InstallError> {
        let failed = |source| InstallError::Read {
            path: path.to_owned(),
            source,
        };
        let expected: Sha256 = self.sha256.parse().map_err(|error| failed(io::Error::other(error)))?;
        let mut hash = sha2::Sha256::new();
        let copied =
            File::open(path).and_then(|mut file| io::copy(&mut file, &mut io::BufWriter::new(Hashing(&mut hash))));
        copied.map_err(failed)?;
        let found = Sha256::from(<[u8; 32]>::from(hash.finalize()));
        if found == expected {
            return Ok(());
        }
        Err(InstallError::Hash {
            file: archive_name(path),
            expected,
            found,
        })
    }

    fn unpack(&self, path: &Path, staging: &Staging, progress: &mut dyn Progress) -> Result<(), InstallError> {
        let damaged = |error: ZipError| InstallError::Archive {
            archive: archive_name(path),
            source: match error {
                ZipError::Io(source) => source,
                other => io::Error::other(other),
            },
        };
        let file = File::open(path).map_err(|source| InstallError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut archive = ZipArchive::new(file).map_err(damaged)?;
        let names = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned()));
        let licences = names.filter(|name| name.contains(LICENCES) && !name.ends_with('/'));
        let licences = licences.filter_map(|name| Some((name.clone(), name.rsplit('/').next()?.to_owned())));
        let licences: Vec<_> = licences.collect();
        let libraries = self
            .libraries()
            .map(|name| (format!("{FOLDER}/{name}"), name.to_owned()));
        for (inner, name) in libraries.chain(licences) {
            let mut entry = archive.by_name(&inner).map_err(damaged)?;
            progress.begin(&format!("unpack {name}"), Some(entry.size()));
            let mut bytes = Vec::new();
            let read = entry.by_ref().take(MAX_FILE_BYTES).read_to_end(&mut bytes);
            read.map_err(|source| damaged(ZipError::Io(source)))?;
            staging.write(&name, &bytes)?;
            progress.advance(bytes.len() as u64);
            progress.end();
        }
        Ok(())
    }
}

/// The first pip that answers.
fn pip(directory: &Path, search_path: Option<&OsString>) -> Result<Program, InstallError> {
    let found = PIPS
        .iter()
        .filter_map(|(name, arguments)| Program::find(name, arguments, search_path));
    let works = |pip: &Program| pip.run(&[OsStr::new("--version")], directory).is_ok();
    found.into_iter().find(works).ok_or(InstallError::NoProgram {
        program: "pip",
        advice: "install Python 3 with pip, or put the OpenVINO libraries into a directory and name it in MIEN_OPENVINO_DIR",
    })
}

fn archive_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Feeds a hash with what is written.
struct Hashing<'a>(&'a mut sha2::Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
