//! Packages by the user's own npm, which knows the user's registry, proxy and credentials.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use super::command::Program;
use super::staging::write_error;
use super::tarball::Tarball;
use super::{InstallError, Progress};

/// Fetches a package (`NAME@VERSION`) into a directory of its own.
pub(super) fn pack(
    package: &str,
    directory: &Path,
    search_path: Option<&OsString>,
    progress: &mut dyn Progress,
) -> Result<Tarball, InstallError> {
    let npm = Program::find("npm", &[], search_path).ok_or(InstallError::NoProgram {
        program: "npm",
        advice: "install Node.js with npm, or give a directory with the packages",
    })?;
    fs::create_dir(directory).map_err(|source| write_error(directory, source))?;
    progress.begin(&format!("npm pack {package}"), None);
    // `--` keeps a package name of a hostile manifest from being read as an option.
    let result = npm.run(&["pack", "--ignore-scripts", "--", package].map(OsStr::new), directory);
    progress.end();
    result?;
    only_file(directory, "tgz")
        .map(Tarball::at)
        .ok_or_else(|| InstallError::NoResult {
            command: format!("npm pack {package}"),
            expected: "package (.tgz)",
        })
}

/// The name under which `npm pack` stores a package: `@scope/name@1.0.0` becomes `scope-name-1.0.0.tgz`.
pub(super) fn tarball_name(package: &str) -> String {
    let (name, version) = package.rsplit_once('@').unwrap_or((package, ""));
    format!("{}-{version}.tgz", name.trim_start_matches('@').replace('/', "-"))
}

/// The file with this extension, if there is exactly one.
pub(super) fn only_file(directory: &Path, extension: &str) -> Option<std::path::PathBuf> {
    let entries = fs::read_dir(directory).ok()?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut wanted = paths
        .by_ref()
        .filter(|path| path.extension().is_some_and(|found| found == extension));
    let found = wanted.next()?;
    wanted.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::tarball_name;

    #[test]
    fn tarballs_are_named_as_npm_does() {
        assert_eq!(tarball_name("@vladmandic/human@3.3.6"), "vladmandic-human-3.3.6.tgz");
        assert_eq!(tarball_name("left-pad@1.0.0"), "left-pad-1.0.0.tgz");
        assert_eq!(tarball_name("../../x@1"), "..-..-x-1.tgz");
    }
}
