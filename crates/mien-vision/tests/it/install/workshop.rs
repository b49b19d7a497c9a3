//! A tiny pack, the npm package it is made from, and a machine with stand-ins for npm and pip.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use mien_vision::convert::{SourceFile, convert};
use mien_vision::home::Home;
use mien_vision::install::{Fetch, InstallError, Means, Progress, install_pack};
use mien_vision::pack::{Conversion, Pack, Sha256};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

/// A directory with a home, a source directory and programs.
pub struct Workshop {
    pub home: Home,
    root: PathBuf,
    _temporary: Option<TempDir>,
}

/// A package with a model of one layer.
#[derive(Clone, Copy)]
pub struct Parcel {
    pub slope: f32,
    pub operation: &'static str,
    pub bin: &'static str,
    /// Bytes behind the weights.
    pub padding: usize,
    /// Entries that try to leave the archive.
    pub hostile: bool,
}

impl Workshop {
    pub fn new() -> Self {
        let temporary = TempDir::new().unwrap();
        let mut workshop = Self::at(temporary.path().to_owned());
        fs::create_dir(workshop.source()).unwrap();
        fs::create_dir(workshop.bin()).unwrap();
        workshop._temporary = Some(temporary);
        workshop
    }

    pub fn at(root: PathBuf) -> Self {
        Self {
            home: Home::at(root.join("home")),
            root,
            _temporary: None,
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn source(&self) -> PathBuf {
        self.root.join("source")
    }

    pub fn bin(&self) -> PathBuf {
        self.root.join("bin")
    }

    /// Describes a parcel and has npm deliver it.
    pub fn publish(&self, parcel: &Parcel) {
        self.describe(&manifest(parcel));
        self.serve(&parcel.tarball());
    }

    /// Writes the pack.toml.
    pub fn describe(&self, manifest: &str) {
        fs::write(self.source().join("pack.toml"), manifest).unwrap();
    }

    /// Has npm deliver these bytes.
    pub fn serve(&self, tarball: &[u8]) {
        let path = self.root.join("delivered.tgz");
        fs::write(&path, tarball).unwrap();
        self.npm(&format!("cp {} package.tgz", path.display()));
    }

    pub fn npm(&self, script: &str) {
        self.program("npm", script);
    }

    /// Replaces npm with something that cannot be run.
    pub fn break_npm(&self) {
        self.executable("npm", "\0\0\0");
    }

    /// A program that runs a shell script.
    pub fn program(&self, name: &str, script: &str) {
        self.executable(name, &format!("#!/bin/sh\n{script}\n"));
    }

    /// Another process makes the file: what this one has open for writing, and so perhaps a child that another test is just
    /// starting, cannot be run.
    fn executable(&self, name: &str, content: &str) {
        let (text, path) = (self.root.join("script"), self.bin().join(name));
        fs::write(&text, content).unwrap();
        let status = Command::new("install").args(["-m", "755"]).args([text, path]).status();
        assert!(status.unwrap().success());
    }

    pub fn install(&self, progress: &mut dyn Progress) -> Result<Pack, InstallError> {
        self.install_with(None, progress)
    }

    pub fn install_with(
        &self,
        download: Option<&dyn Fetch>,
        progress: &mut dyn Progress,
    ) -> Result<Pack, InstallError> {
        let source = self.source();
        let search_path = Some(self.bin().into_os_string());
        let means = Means {
            directory: Some(&source),
            download,
            search_path,
        };
        install_pack(&self.home, None, &means, progress)
    }

    pub fn installed(&self) -> Pack {
        Pack::installed(&self.home, &"tiny".parse().unwrap()).unwrap()
    }

    /// Names under the directory of packs, without the lock.
    pub fn left(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.home.packs()) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
        names.sort();
        names
    }
}

impl Parcel {
    pub fn good() -> Self {
        Self {
            slope: 0.25,
            operation: "Prelu",
            bin: "tiny.bin",
            padding: 0,
            hostile: false,
        }
    }

    fn json(&self) -> String {
        format!(
            r#"{{"modelTopology":{{"node":[
                {{"name":"x","op":"Placeholder","attr":{{"shape":{{"shape":{{"dim":[{{"size":"-1"}},{{"size":"2"}},{{"size":"2"}},{{"size":"3"}}]}}}}}}}},
                {{"name":"a","op":"Const"}},
                {{"name":"y","op":"{}","input":["x","a"]}}]}},
               "weightsManifest":[{{"paths":["tiny.bin"],"weights":[{{"name":"a","shape":[1,1,3],"dtype":"float32"}}]}}]}}"#,
            self.operation
        )
    }

    fn weights(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = [self.slope; 3].iter().flat_map(|value| value.to_le_bytes()).collect();
        bytes.resize(bytes.len() + self.padding, 0);
        bytes
    }

    /// The converted model; that of the good parcel if this one cannot be converted.
    pub fn model(&self) -> Vec<u8> {
        let files = [
            SourceFile {
                name: "tiny.json".to_owned(),
                bytes: self.json().into_bytes(),
            },
            SourceFile {
                name: "tiny.bin".to_owned(),
                bytes: self.weights(),
            },
        ];
        convert(Conversion::TfjsGraph, &files, &[]).unwrap_or_else(|_| Self::good().model())
    }

    pub fn tarball(&self) -> Vec<u8> {
        let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let mut append = |name: &str, kind: EntryType, content: &[u8]| {
            let mut header = Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_entry_type(kind);
            if kind == EntryType::Symlink {
                header.set_link_name("../../../evil").unwrap();
            }
            // The safe way to set a name refuses what a hostile archive would hold.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            archive.append(&header, content).unwrap();
        };
        if self.hostile {
            append("package/../../../evil", EntryType::Regular, b"evil");
            append("/tmp/../evil", EntryType::Regular, b"evil");
            append("package/models/tiny.json", EntryType::Symlink, b"");
        }
        append("package/models/tiny.json", EntryType::Regular, self.json().as_bytes());
        append(
            &format!("package/models/{}", self.bin),
            EntryType::Regular,
            &self.weights(),
        );
        archive.into_inner().unwrap().finish().unwrap()
    }
}

/// The manifest of a pack whose only file is made from a parcel.
pub fn manifest(parcel: &Parcel) -> String {
    with_model_hash(parcel, Sha256::of(&parcel.model()))
}

pub fn with_model_hash(parcel: &Parcel, hash: Sha256) -> String {
    let part = |path: &str, bytes: &[u8]| {
        let (size, hash) = (bytes.len(), Sha256::of(bytes));
        format!(r#"{{ path = "{path}", size = {size}, sha256 = "{hash}" }}"#)
    };
    let (json, weights) = (parcel.json(), parcel.weights());
    let source = format!(
        r#"kind = "npm"
package = "@mien/tiny@1.0.0"
convert = "tfjs-graph"
parts = [{}, {}]"#,
        part("models/tiny.json", json.as_bytes()),
        part("models/tiny.bin", &weights)
    );
    text(parcel.model().len(), hash, &source)
}

/// The manifest of a pack whose only file comes from elsewhere.
pub fn with_source(parcel: &Parcel, source: &str) -> String {
    text(parcel.model().len(), Sha256::of(&parcel.model()), source)
}

fn text(size: usize, hash: Sha256, source: &str) -> String {
    format!(
        r#"format = 1
name = "tiny"
title = "a pack for tests"
licence = "Apache-2.0"
source = "nowhere"

[[file]]
name = "tiny.onnx"
size = {size}
sha256 = "{hash}"
licence = "Apache-2.0"
author = "nobody"
purpose = "tests"
[file.from]
{source}

[roles.detector]
file = "tiny.onnx"
input = {{ width = 2, height = 2, colour = "rgb" }}
score = 0.5
overlap = 0.3
smallest_px = 1.0
largest_px = 2.0
head = {{ kind = "yunet", strides = [8] }}
"#
    )
}
