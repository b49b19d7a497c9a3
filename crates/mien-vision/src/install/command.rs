//! Runs programs of the user: npm and pip.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::InstallError;

/// How many of the last lines of a program's output go into an error.
const LINES_KEPT: usize = 8;

/// Longest text of a program that goes into an error, in bytes.
const BYTES_KEPT: usize = 2000;

/// A program that was found.
#[derive(Clone, Debug)]
pub(super) struct Program {
    path: PathBuf,
    /// Arguments that always come first.
    arguments: Vec<&'static str>,
    name: String,
}

impl Program {
    /// Looks for a program in the directories of `search_path`, or of `PATH`.
    pub(super) fn find(name: &str, arguments: &[&'static str], search_path: Option<&OsString>) -> Option<Self> {
        let search_path = search_path.cloned().or_else(|| env::var_os("PATH"));
        let path = which::which_in(name, search_path, env::current_dir().ok()?).ok()?;
        // It will be run in another directory.
        let path = std::path::absolute(path).ok()?;
        let words: Vec<&str> = std::iter::once(name).chain(arguments.iter().copied()).collect();
        Some(Self {
            path,
            arguments: arguments.to_vec(),
            name: words.join(" "),
        })
    }

    /// Runs it in a directory; its output is an error unless it ends well.
    pub(super) fn run(&self, arguments: &[&OsStr], directory: &Path) -> Result<(), InstallError> {
        let shown: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        let command = format!("{} {}", self.name, shown.join(" "));
        let failed = |status: String, output: String| InstallError::Program {
            command,
            status,
            output,
        };
        match self.output(arguments, directory) {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(failed(output.status.to_string(), tail(&output))),
            Err(error) => Err(failed("it could not be started".to_owned(), error.to_string())),
        }
    }

    fn output(&self, arguments: &[&OsStr], directory: &Path) -> std::io::Result<Output> {
        Command::new(&self.path)
            .args(&self.arguments)
            .args(arguments)
            .current_dir(directory)
            .stdin(Stdio::null())
            .output()
    }
}

/// The last lines of what a program wrote, errors rather than results.
fn tail(output: &Output) -> String {
    let written = if output.stderr.iter().all(u8::is_ascii_whitespace) {
        &output.stdout
    } else {
        &output.stderr
    };
    let text = String::from_utf8_lossy(written);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    let kept = lines[lines.len().saturating_sub(LINES_KEPT)..].join("\n");
    let cut = kept
        .char_indices()
        .map(|(start, _)| start)
        .find(|start| kept.len() - start <= BYTES_KEPT);
    if kept.is_empty() {
        "it wrote nothing".to_owned()
    } else {
        kept[cut.unwrap_or(0)..].to_owned()
    }
}
