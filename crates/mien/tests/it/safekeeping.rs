//! `mien backup` and `mien check`, as an operator runs them.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program with a home of its own.
fn mien(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mien"))
        .args(arguments)
        .env("MIEN_HOME", home)
        .current_dir(home)
        .output()
        .unwrap()
}

/// Standard output and error of a run that must end as `success` says.
fn said(output: &Output, success: bool) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(output.status.success(), success, "{text}");
    text
}

#[test]
fn a_backup_is_a_whole_database_and_damage_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (home, other) = (folder.path().join("home"), folder.path().join("other"));
    std::fs::create_dir_all(home.join("data")).unwrap();
    std::fs::create_dir_all(other.join("data")).unwrap();
    let file = folder.path().join("backup.db");
    let file = file.to_str().unwrap();

    assert!(said(&mien(&home, &["backup", file]), false).contains("no database at"));
    assert!(said(&mien(&home, &["check"]), false).contains("no database at"));

    said(&mien(&home, &["key", "create"]), true);
    let keys = said(&mien(&home, &["key", "list"]), true);
    assert!(said(&mien(&home, &["backup", file]), true).contains("to restore"));
    assert!(said(&mien(&home, &["backup", file]), false).contains("existing file"));
    let nowhere = folder.path().join("nowhere/backup.db");
    said(&mien(&home, &["backup", nowhere.to_str().unwrap()]), false);
    assert!(said(&mien(&home, &["check"]), true).contains("no damage found"));

    let restored = other.join("data/mien.db");
    std::fs::copy(file, &restored).unwrap();
    assert!(said(&mien(&other, &["check"]), true).contains("no damage found"));
    assert_eq!(said(&mien(&other, &["key", "list"]), true), keys);

    let mut bytes = std::fs::read(&restored).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 3000].fill(0x5a);
    std::fs::write(&restored, bytes).unwrap();
    assert!(said(&mien(&other, &["check"]), false).contains("restore a backup"));
}
