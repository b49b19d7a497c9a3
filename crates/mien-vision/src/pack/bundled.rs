//! Manifests that are part of the program, and the small files that we trained ourselves.

use super::{Manifest, ManifestError, Pack, PackName};

/// A pack that Mien knows how to install.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// Name of the pack.
    pub name: &'static str,
    /// Text of its manifest.
    pub manifest: &'static str,
    /// Files that come with the program, by name.
    pub files: &'static [(&'static str, &'static [u8])],
}

/// Packs that Mien knows how to install, the default first.
const PACKS: &[Bundled] = &[
    Bundled {
        name: "human",
        manifest: include_str!("../../packs/human.toml"),
        files: &[
            ("dlib-mean.f32", include_bytes!("../../packs/human/dlib-mean.f32")),
            ("faceres-mean.f32", include_bytes!("../../packs/human/faceres-mean.f32")),
            (
                "calibration-2.0.toml",
                include_bytes!("../../packs/human/calibration-2.0.toml"),
            ),
            (
                "calibration-3.0.toml",
                include_bytes!("../../packs/human/calibration-3.0.toml"),
            ),
        ],
    },
    Bundled {
        name: "omz",
        manifest: include_str!("../../packs/omz.toml"),
        files: &[("calibration.toml", include_bytes!("../../packs/omz/calibration.toml"))],
    },
];

/// Packs that Mien knows how to install, the default first.
pub fn bundled() -> &'static [Bundled] {
    PACKS
}

impl Bundled {
    /// The pack of this name.
    pub fn named(name: &PackName) -> Option<&'static Self> {
        PACKS.iter().find(|pack| pack.name == name.as_str())
    }

    /// The parsed manifest.
    pub fn parse(&self) -> Result<Manifest, ManifestError> {
        Manifest::parse(self.manifest)
    }

    /// Whether an installed pack is the one that this version of Mien would install.
    pub fn is_current(&self, pack: &Pack) -> bool {
        self.parse().is_ok_and(|manifest| manifest == *pack.manifest())
    }

    /// The content of a file that comes with the program.
    pub fn file(&self, name: &str) -> Option<&'static [u8]> {
        self.files
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, bytes)| *bytes)
    }
}
