//! Rules of ARCHITECTURE.md that the compiler does not check.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Every permitted arrow between our crates: (from, to). Anything else fails.
const ARROWS: &[(&str, &str)] = &[
    ("mien", "mien-server"),
    ("mien", "mien-api"),
    ("mien", "mien-core"),
    ("mien", "mien-index"),
    ("mien", "mien-store"),
    ("mien", "mien-vision"),
    ("mien", "mien-wire"),
    ("mien-server", "mien-api"),
    ("mien-server", "mien-wire"),
    ("mien-api", "mien-core"),
    ("mien-api", "mien-vision"),
    ("mien-api", "mien-wire"),
    ("mien-core", "mien-index"),
    ("mien-core", "mien-store"),
];

/// Crates that may depend on an async runtime.
const ASYNC_CRATES: &[&str] = &["mien", "mien-server"];

/// Longest source file, in lines. Tables that are read as data are named in [`LONG_TABLES`].
const MAX_LINES: usize = 600;

/// Files that are one long table.
const LONG_TABLES: &[&str] = &["crates/mien-wire/src/code.rs", "crates/mien-wire/src/code/table.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_path_buf()
}

fn workspace_packages() -> Vec<Package> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    metadata.packages
}

#[test]
fn arrows_point_downward() {
    let packages = workspace_packages();
    let ours: BTreeSet<String> = packages.iter().map(|package| package.name.to_string()).collect();
    let permitted: BTreeSet<(String, String)> = ARROWS
        .iter()
        .map(|(from, to)| (from.to_string(), to.to_string()))
        .collect();
    let mut wrong = Vec::new();
    for package in &packages {
        for dependency in package
            .dependencies
            .iter()
            .filter(|d| d.kind != DependencyKind::Development)
        {
            let arrow = (package.name.to_string(), dependency.name.clone());
            if ours.contains(&dependency.name) && !permitted.contains(&arrow) {
                wrong.push(format!("{} -> {}", arrow.0, arrow.1));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that ARCHITECTURE.md does not have: {wrong:?}");
}

#[test]
fn only_the_edge_is_async() {
    let mut wrong = Vec::new();
    for package in workspace_packages() {
        let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        let is_async = normal.into_iter().any(|d| d.name == "tokio");
        if is_async && !ASYNC_CRATES.contains(&package.name.as_str()) {
            wrong.push(package.name.to_string());
        }
    }
    assert!(wrong.is_empty(), "these crates must stay sync: {wrong:?}");
}

#[test]
fn source_files_stay_readable() {
    let root = root();
    let mut long = Vec::new();
    for file in source_files(&root.join("crates")) {
        let relative = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        if lines > MAX_LINES && !LONG_TABLES.contains(&relative.as_str()) {
            long.push(format!("{relative}: {lines} lines"));
        }
    }
    assert!(
        long.is_empty(),
        "split these files (more than {MAX_LINES} lines): {long:#?}"
    );
}

#[test]
fn no_room_is_called_utils() {
    const NAMES: &[&str] = &[
        "utils", "util", "helpers", "helper", "manager", "common", "handler", "service", "mod",
    ];
    let mut wrong = Vec::new();
    for file in source_files(&root().join("crates")) {
        let stem = file.file_stem().unwrap().to_string_lossy().to_string();
        if NAMES.contains(&stem.as_str()) {
            wrong.push(file);
        }
    }
    assert!(wrong.is_empty(), "name these files after what is in them: {wrong:?}");
}

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
