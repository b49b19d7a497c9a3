//! The Mien server and its commands.

mod bench;
mod call;
mod config;
mod crops;
mod eval;
mod jobs;
mod key;
mod log;
mod models;
mod place;
mod progress;
mod safekeeping;
mod see;
mod serve;
mod settings;
mod welcome;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::place::Place;
use crate::settings::LogSettings;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Face recognition server that speaks the Tencent Cloud IAI API.
///
/// Without a command it serves: the first start installs models and prints a key.
#[derive(Debug, Parser)]
#[command(name = "mien", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    where_to: WhereTo,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Where Mien lives and how it is configured.
#[derive(Debug, clap::Args)]
pub struct WhereTo {
    /// Directory of models, runtime and data [default: the data directory of the user].
    #[arg(long, global = true, value_name = "DIRECTORY", env = mien_vision::home::HOME_VARIABLE)]
    home: Option<PathBuf>,
    /// Configuration file [default: mien.toml here or in the home directory, if there is one].
    #[arg(long, global = true, value_name = "FILE", env = "MIEN_CONFIG")]
    config: Option<PathBuf>,
    /// One setting, for example server.listen=0.0.0.0:8080 (see `mien config`). May be repeated.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    assignments: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default).
    Serve(serve::Arguments),
    /// Create, list and disable API keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Install and check model packs and the inference runtime.
    #[command(subcommand)]
    Models(models::Command),
    /// Measure accuracy on data sets, fit what is fitted to them.
    #[command(subcommand)]
    Eval(eval::EvalCommand),
    /// Measure speed on this machine.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Send one signed request to a server and print the answer.
    Call(call::Arguments),
    /// Print the configuration in force, as a file that can be edited.
    Config,
    /// Copy the database into one file, also while a server uses it.
    Backup(safekeeping::BackupArguments),
    /// Look for damage in the data.
    Check,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::parse();
    arguments.where_to.assignments =
        assignments(std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()));
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mien: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What follows each `--set`, wherever it stands. clap forgets those before a command when there are others behind it.
fn assignments(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut arguments = arguments.skip(1).take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--set" {
            found.extend(arguments.next());
        } else if let Some(assignment) = argument.strip_prefix("--set=") {
            found.push(assignment.to_owned());
        }
    }
    found
}

fn run(arguments: Arguments) -> Result<()> {
    let place = Place::find(&arguments.where_to)?;
    let _log = log::start(&LogSettings {
        filter: log_filter(&arguments.command, &place.settings.log.filter),
        ..place.settings.log.clone()
    })?;
    match arguments.command {
        None => serve::run(place, serve::Arguments::default()),
        Some(Command::Serve(arguments)) => serve::run(place, arguments),
        Some(Command::Key(command)) => key::run(&place, command),
        Some(Command::Models(command)) => models::run(&place, command),
        Some(Command::Eval(command)) => eval::run(&command, &place.home),
        Some(Command::Bench(command)) => bench::run(&place, command),
        Some(Command::Backup(arguments)) => safekeeping::backup(&place, &arguments),
        Some(Command::Check) => safekeeping::check(&place),
        Some(Command::Call(arguments)) => call::run(&place, arguments),
        Some(Command::Config) => config::run(&place),
    }
}

/// A server logs as configured, a command only what goes wrong, unless the log is what it is to measure.
fn log_filter(command: &Option<Command>, configured: &str) -> String {
    match command {
        None | Some(Command::Serve(_)) => configured.to_owned(),
        Some(Command::Bench(bench)) if bench.logs_requests() => "warn,mien::request=info".to_owned(),
        Some(_) => "warn".to_owned(),
    }
}

/// `mien … | head` is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_assignment_counts_wherever_it_stands() {
        let line = "mien --set a=1 serve --listen x --set=b=2 --set c=3 -- --set d=4";
        let found = assignments(line.split(' ').map(str::to_owned));
        assert_eq!(found, ["a=1", "b=2", "c=3"]);
    }
}
