//! `mien models`: what is installed, and the installation itself.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use mien_vision::engine;
use mien_vision::home::Home;
use mien_vision::install::{Means, Progress, install_pack, install_runtime, installed_runtime};
use mien_vision::pack::{Pack, PackName, bundled};

use crate::place::Place;
use crate::progress;
use crate::settings::EngineKind;

/// What to do with model packs.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List packs, installed or known, and the inference engine.
    List,
    /// Install a pack and the inference runtime.
    Install {
        /// Name of the pack [default: the one that the directory describes, or the configured one].
        name: Option<String>,
        /// Directory that holds the files of the pack, or a pack of your own with its pack.toml.
        #[arg(long, value_name = "DIRECTORY")]
        from: Option<PathBuf>,
    },
    /// Check every file of an installed pack against its SHA-256.
    Verify {
        /// Name of the pack [default: the configured one].
        name: Option<String>,
    },
    /// Print the directory of an installed pack.
    Path {
        /// Name of the pack [default: the configured one].
        name: Option<String>,
    },
}

/// Carries out the command.
pub fn run(place: &Place, command: Command) -> Result<()> {
    match command {
        Command::List => list(place),
        Command::Install { name, from } => install(place, name, from),
        Command::Verify { name } => {
            let pack = installed(place, name.as_deref())?;
            pack.verify()?;
            println!(
                "{}: {} files as they should be",
                pack.manifest().name,
                pack.manifest().file.len()
            );
            Ok(())
        }
        Command::Path { name } => {
            println!("{}", installed(place, name.as_deref())?.directory().display());
            Ok(())
        }
    }
}

/// The installed pack of this name, or the configured one.
fn installed(place: &Place, name: Option<&str>) -> Result<Pack> {
    let name = name.unwrap_or(&place.settings.pack);
    let pack = Pack::installed(&place.home, &name.parse()?);
    pack.with_context(|| format!("the model pack {name} cannot be used; install it with `mien models install {name}`"))
}

/// The pack of the configuration, which must be installed.
pub fn ready_pack(place: &Place) -> Result<Pack> {
    installed(place, None)
}

/// Installs what the configuration needs and does not find. A runtime that cannot be had is no failure when the
/// configuration lets tract take its place. Says whether anything had to be done.
pub fn install_missing(place: &Place, progress: &mut dyn Progress) -> Result<bool> {
    let runtime = ensure_runtime(place, progress)?;
    let name: PackName = place.settings.pack.parse()?;
    if Pack::installed(&place.home, &name).is_ok() {
        return Ok(runtime);
    }
    install_pack(&place.home, Some(&name), &Means::default(), progress)
        .with_context(|| format!("the model pack {name} cannot be installed"))?;
    Ok(true)
}

fn install(place: &Place, name: Option<String>, from: Option<PathBuf>) -> Result<()> {
    let mut progress = progress::shown();
    ensure_runtime(place, progress.as_mut())?;
    let name = match (name, &from) {
        (Some(name), _) => Some(name.parse::<PackName>()?),
        (None, Some(_)) => None,
        (None, None) => Some(place.settings.pack.parse()?),
    };
    let means = Means {
        directory: from.as_deref(),
        ..Means::default()
    };
    let pack = install_pack(&place.home, name.as_ref(), &means, progress.as_mut()).context("nothing was installed")?;
    println!("installed {} in {}", pack.manifest().name, pack.directory().display());
    Ok(())
}

/// Whether the runtime had to be installed, or that was tried.
fn ensure_runtime(place: &Place, progress: &mut dyn Progress) -> Result<bool> {
    let kind = place.settings.engine.kind;
    if kind == EngineKind::Tract || installed_runtime(&place.home).is_some() {
        return Ok(false);
    }
    match install_runtime(&place.home, None, progress) {
        Ok(_) => Ok(true),
        Err(error) if kind == EngineKind::Openvino => Err(error).context("OpenVINO cannot be installed"),
        Err(error) => {
            let error = anyhow::Error::from(error);
            eprintln!("OpenVINO cannot be installed, tract takes its place and is several times slower: {error:#}");
            Ok(true)
        }
    }
}

fn list(place: &Place) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let listed = Pack::list(&place.home)?;
    for entry in &listed {
        let chosen = if entry.name.as_str() == place.settings.pack {
            '*'
        } else {
            ' '
        };
        match &entry.pack {
            Ok(pack) => {
                let manifest = pack.manifest();
                writeln!(
                    out,
                    "{chosen} {:10} installed   {} ({})",
                    entry.name.as_str(),
                    manifest.title,
                    manifest.licence
                )?;
            }
            Err(error) => writeln!(
                out,
                "{chosen} {:10} broken      {:#}",
                entry.name.as_str(),
                chain(error)
            )?,
        }
    }
    for known in bundled()
        .iter()
        .filter(|known| listed.iter().all(|entry| entry.name.as_str() != known.name))
    {
        let manifest = known.parse()?;
        writeln!(
            out,
            "  {:10} available   {} ({})",
            known.name, manifest.title, manifest.licence
        )?;
    }
    writeln!(out, "engine: {}", engine_name(place, &place.home)?)?;
    Ok(())
}

fn engine_name(place: &Place, home: &Home) -> Result<String> {
    match place.settings.engine.kind {
        EngineKind::Openvino if installed_runtime(home).is_none() => bail!("OpenVINO is configured but not installed"),
        EngineKind::Tract => Ok("tract, as configured".to_owned()),
        _ => Ok(engine::best(home).name()),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
