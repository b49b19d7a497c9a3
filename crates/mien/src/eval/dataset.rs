//! Labelled Faces in the Wild on disk: one folder per person, and the list of pairs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// The images of LFW, sorted by name.
pub struct Lfw {
    pub images: Vec<LfwImage>,
    root: PathBuf,
}

/// One image.
pub struct LfwImage {
    pub path: PathBuf,
    /// Index of the person, people sorted by name.
    pub person: usize,
    /// Which half of the people this one belongs to, by a hash of the name, so that halves stay when data is added.
    pub half: Half,
    /// File name without its ending: `Name_0001`.
    pub name: String,
}

/// Two sets of people without a person in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Projections and curves are fitted on these.
    First,
    /// They are checked on these.
    Second,
}

/// One line of the list of pairs, as indexes of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub one: usize,
    pub other: usize,
    pub same: bool,
}

impl Lfw {
    /// Finds the images below `data`, which is LFW's own folder or the one that holds it as `lfw`.
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        let root = [data.join("lfw"), data.to_owned()]
            .into_iter()
            .find(|root| root.join("images").is_dir());
        let root = root.with_context(|| format!("{} holds no LFW: neither lfw/images nor images", data.display()))?;
        let mut images = Vec::new();
        for (person, folder) in sorted(&root.join("images"))?
            .into_iter()
            .filter(|path| path.is_dir())
            .enumerate()
        {
            for path in sorted(&folder)?.into_iter().filter(|path| is_jpeg(path)) {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let half = half(&folder.file_name().unwrap_or_default().to_string_lossy());
                images.push(LfwImage {
                    path,
                    person,
                    half,
                    name,
                });
            }
        }
        ensure!(!images.is_empty(), "{} holds no images", root.display());
        Ok(Self { images, root })
    }

    /// The list of pairs: ten folds, each 300 of the same person and 300 of different people.
    pub fn pairs(&self) -> anyhow::Result<Vec<Pair>> {
        let path = self.root.join("pairs.txt");
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let index: BTreeMap<&str, usize> = self
            .images
            .iter()
            .enumerate()
            .map(|(index, image)| (image.name.as_str(), index))
            .collect();
        let find = |person: &str, number: &str| {
            let name = format!("{person}_{number:0>4}");
            index
                .get(name.as_str())
                .copied()
                .with_context(|| format!("pairs.txt names {name}, which is missing"))
        };
        let mut pairs = Vec::new();
        for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            pairs.push(match words[..] {
                [person, one, other] => Pair {
                    one: find(person, one)?,
                    other: find(person, other)?,
                    same: true,
                },
                [person, one, stranger, other] => Pair {
                    one: find(person, one)?,
                    other: find(stranger, other)?,
                    same: false,
                },
                _ => anyhow::bail!("pairs.txt has a line that is no pair: {line}"),
            });
        }
        Ok(pairs)
    }
}

/// The pictures of a folder, sorted by name.
pub fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let files = sorted(folder)?.into_iter().filter(|path| path.is_file());
    Ok(files.collect())
}

fn sorted(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn is_jpeg(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("jpg"))
}

/// FNV-1a: stable across builds, unlike the hasher of the standard library.
pub fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn half(name: &str) -> Half {
    if (hash(name) >> 32) & 1 == 0 {
        Half::First
    } else {
        Half::Second
    }
}
