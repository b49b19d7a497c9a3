//! Manifests: those that come with the program are right, and wrong ones say what is wrong.

use crate::material::omz;
use mien_vision::pack::{Bundled, FileSource, Manifest, bundled};

const GOOD: &str = r#"
format = 1
name = "own"
title = "an operator's pack"
licence = "Apache-2.0"

[[file]]
name = "scrfd.onnx"
size = 10
sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
licence = "Apache-2.0"

[[file]]
name = "arcface.onnx"
size = 20
sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
licence = "Apache-2.0"
author = "somebody"
purpose = "embeds faces"
from = { kind = "url", url = "https://models.example/arcface.onnx" }

[roles.detector]
file = "scrfd.onnx"
input = { width = 640, height = 640, multiple = 32, colour = "rgb", mean = 127.5, deviation = 128.0 }
score = 0.5
overlap = 0.4
smallest_px = 16.0
largest_px = 320.0
head = { kind = "scrfd", strides = [8, 16, 32], anchors = 2 }

[roles.points]
kind = "detector"

[roles.embedder."3.0"]
dim = 512
[[roles.embedder."3.0".part]]
file = "arcface.onnx"
input = { width = 112, height = 112, colour = "rgb", mean = 127.5, deviation = 127.5 }
crop = { kind = "template", points = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]] }
dim = 512
"#;

#[test]
fn bundled_manifests_are_right() {
    for pack in bundled() {
        let manifest = pack.parse().unwrap();
        assert_eq!(manifest.name.as_str(), pack.name);
        assert!(
            manifest.roles.detector.is_some() && manifest.roles.embedder.len() == 2,
            "{}",
            pack.name
        );
        for entry in &manifest.file {
            let bundled = matches!(entry.from, FileSource::Bundled);
            assert_eq!(pack.file(entry.name.as_str()).is_some(), bundled, "{}", entry.name);
            if let Some(bytes) = pack.file(entry.name.as_str()) {
                let (size, hash) = (bytes.len() as u64, mien_vision::pack::Sha256::of(bytes));
                assert_eq!((entry.size, entry.sha256), (size, hash), "{}", entry.name);
            }
        }
        let listed: Vec<&str> = manifest.file.iter().map(|entry| entry.name.as_str()).collect();
        for (name, _) in pack.files {
            assert!(listed.contains(name), "{name} is bundled but not listed");
        }
    }
    assert!(Bundled::named(&"nosuch".parse().unwrap()).is_none());
}

#[test]
fn installed_pack_is_compared_with_the_program() {
    let Some(pack) = omz() else { return };
    assert!(bundled()[1].is_current(&pack));
    assert!(!bundled()[0].is_current(&pack));
}

#[test]
fn own_pack_needs_no_more_than_a_manifest() {
    let manifest = Manifest::parse(GOOD).unwrap();
    assert_eq!(manifest.roles.embedder["3.0"].part[0].weight, 1.0);
    assert_eq!(
        manifest.roles.detector.as_ref().unwrap().input.shape(2),
        [2, 3, 640, 640]
    );
    assert!(manifest.embedder_fingerprint("3.0").is_some());
    assert!(manifest.embedder_fingerprint("2.0").is_none());
}

#[test]
fn wrong_manifests_say_what_is_wrong() {
    let heads = [
        (
            r#"kind = "retinaface", layers = [{ stride = 8, sides = [16.0, 32.0] }], variances = [0.1, 0.2]"#,
            None,
        ),
        (r#"kind = "yunet", strides = [8, 16, 32]"#, None),
        (r#"kind = "yunet", strides = []"#, Some("strides must be given")),
        (r#"kind = "blazeface", layers = [{ stride = 16, anchors = 2 }]"#, None),
        (
            r#"kind = "blazeface", layers = [{ stride = 16, anchors = 0 }]"#,
            Some("anchors"),
        ),
        (r#"kind = "haar", strides = [8]"#, Some("haar")),
        (r#"kind = "yunet", strides = [8], anchors = 2"#, Some("anchors")),
    ];
    let head = r#"kind = "scrfd", strides = [8, 16, 32], anchors = 2"#;
    let changes = heads.iter().map(|(new, expect)| (head, *new, *expect)).chain([
        ("format = 1", "format = 2", Some("format 2 is not supported")),
        ("format = 1", "", Some("format")),
        ("title =", "titel =", Some("titel")),
        (r#"name = "own""#, r#"name = "../own""#, Some("not a name")),
        (r#"name = "scrfd.onnx""#, r#"name = "/etc/passwd""#, Some("not a name")),
        (
            r#"name = "scrfd.onnx""#,
            r#"name = "arcface.onnx""#,
            Some("listed twice"),
        ),
        ("size = 10", "size = 0", Some("size of 0 bytes")),
        ("size = 10", "size = -1", Some("-1")),
        ("sha256 = \"e3b0", "sha256 = \"E3B0", Some("SHA-256")),
        (r#"kind = "url""#, r#"kind = "ftp""#, Some("ftp")),
        ("https://", "http://", Some("not https")),
        (
            "file = \"scrfd.onnx\"",
            "file = \"other.onnx\"",
            Some("roles.detector uses other.onnx"),
        ),
        ("score = 0.5", "score = 1.5", Some("score and overlap")),
        ("score = 0.5", "score = nan", Some("score and overlap")),
        ("largest_px = 320.0", "largest_px = 8.0", Some("largest_px")),
        ("width = 640", "width = 100000", Some("100000 x 640 px")),
        ("multiple = 32", "multiple = 33", Some("multiple")),
        ("multiple = 32", "multiple = 0", Some("multiple")),
        ("deviation = 128.0", "deviation = 0.0", Some("deviation")),
        ("deviation = 128.0", "deviation = [1.0, 2.0]", Some("deviation")),
        ("deviation = 128.0", "deviation = [1.0, 2.0, 3.0]", None),
        (
            r#"colour = "rgb", mean = 127.5, deviation = 128.0"#,
            r#"colour = "red""#,
            Some("red"),
        ),
        ("[38.3, 51.7], ", "", Some("array")),
        ("[38.3, 51.7]", "[1e9, 51.7]", Some("template")),
        (r#"kind = "detector""#, r#"kind = "mesh""#, Some("no roles.mesh")),
        (
            "embedder.\"3.0\"",
            "embedder.\"4.0\"",
            Some("there is no version \"4.0\""),
        ),
        ("dim = 512\n[[", "dim = 256\n[[", Some("512 dimensions, but 256")),
        ("dim = 512\n[[", "dim = 0\n[[", Some("dimensions must be")),
        (
            "92.2]] }\n",
            "92.2]] }\nweight = 0.0\n",
            Some("weights must be above 0"),
        ),
    ]);
    let mut failures = Vec::new();
    for (old, new, expect) in changes {
        let result = Manifest::parse(&GOOD.replace(old, new))
            .map(drop)
            .map_err(|error| error.to_string());
        let holds = match (expect, &result) {
            (None, Ok(())) => true,
            (Some(text), Err(error)) => error.contains(text),
            _ => false,
        };
        if !holds {
            failures.push(format!("{new:?}: expected {expect:?}, found {result:?}"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn manifest_that_is_not_text_is_refused() {
    for text in ["", "\0", "[[[[", "format = 1", "format = \"one\"", &"[".repeat(100_000)] {
        assert!(Manifest::parse(text).is_err());
    }
}

/// The table of licences must not fall behind the packs.
#[test]
fn documents_name_every_file_and_its_licence() {
    let text = include_str!("../../../../docs/MODELS.md");
    for pack in bundled() {
        for entry in pack
            .parse()
            .unwrap()
            .file
            .iter()
            .filter(|entry| entry.from != FileSource::Bundled)
        {
            let row = format!("| {} |", entry.name);
            let rows: Vec<&str> = text.lines().filter(|line| line.starts_with(&row)).collect();
            let right =
                |row: &&str| row.contains(&format!("| {} |", entry.licence)) && row.contains(&entry.author[..6]);
            assert!(rows.iter().any(right), "docs/MODELS.md has no row for {}", entry.name);
        }
    }
}

#[test]
fn example_in_the_documents_is_right() {
    let text = include_str!("../../../../docs/MODEL_PACKS.md");
    let example = text
        .split("```toml")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    assert_eq!(Manifest::parse(example).unwrap().name.as_str(), "own");
}
