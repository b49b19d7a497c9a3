//! Identifies an embedder: equal fingerprints mean that embeddings can be compared.

use sha2::Digest;

use super::{Colour, Crop, Embedder, FileName, FileSource, Input, Layout, Manifest, Sha256};

impl Manifest {
    /// The fingerprint of the embedder of this `FaceModelVersion`.
    ///
    /// It covers everything that changes a vector: weights, what the models see and how, fusion and projection. It does
    /// not cover the calibration, and for converted models it covers the original weights rather than the ONNX file, so
    /// that a better conversion or a better curve keeps galleries valid.
    pub fn embedder_fingerprint(&self, version: &str) -> Option<Sha256> {
        self.roles
            .embedder
            .get(version)
            .map(|embedder| self.fingerprint(embedder))
    }

    fn fingerprint(&self, embedder: &Embedder) -> Sha256 {
        let mut hash = sha2::Sha256::new();
        hash.update(b"mien embedder 1\n");
        hash.update(format!("dim {}\n", embedder.dim));
        for part in &embedder.part {
            hash.update(format!(
                "part dim {} weight {:?} output {:?}\n",
                part.dim, part.weight, part.output
            ));
            hash.update(format!("{}\n{}\n", input_text(&part.input), crop_text(&part.crop)));
            hash.update(self.origin(&part.file));
            if let Some(centre) = &part.centre {
                hash.update(format!("centre {:?}\n", centre.factor));
                hash.update(self.origin(&centre.file));
            }
        }
        if let Some(projection) = &embedder.projection {
            hash.update("projection\n");
            hash.update(self.origin(projection));
        }
        Sha256::from(<[u8; 32]>::from(hash.finalize()))
    }

    /// Hashes that stand for the content of a file: its own, or those of what it was converted from.
    fn origin(&self, name: &FileName) -> Vec<u8> {
        let Some(entry) = self.entry(name) else {
            return Vec::new();
        };
        match &entry.from {
            FileSource::Npm { parts, outputs, .. } => {
                let mut bytes: Vec<u8> = parts.iter().flat_map(|part| *part.sha256.as_bytes()).collect();
                bytes.extend(
                    outputs
                        .iter()
                        .flat_map(|output| format!("{}\n", output.node).into_bytes()),
                );
                bytes
            }
            FileSource::Url { .. } | FileSource::Bundled | FileSource::Directory { .. } => {
                entry.sha256.as_bytes().to_vec()
            }
        }
    }
}

fn input_text(input: &Input) -> String {
    let colour = match input.colour {
        Colour::Rgb => "rgb",
        Colour::Bgr => "bgr",
        Colour::Grey => "grey",
    };
    let layout = match input.layout {
        Layout::Nchw => "nchw",
        Layout::Nhwc => "nhwc",
    };
    let (mean, deviation) = (input.mean.to_array(), input.deviation.to_array());
    format!(
        "{} x {} {colour} {layout} mean {mean:?} deviation {deviation:?}",
        input.width, input.height
    )
}

fn crop_text(crop: &Crop) -> String {
    match crop {
        Crop::Square { scale, upright } => format!("square {scale:?} {upright}"),
        Crop::Stretch { scale } => format!("stretch {scale:?}"),
        Crop::Template { points } => format!("template {points:?}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::pack::{Bundled, Manifest};

    fn omz() -> Manifest {
        Bundled::named(&"omz".parse().unwrap()).unwrap().parse().unwrap()
    }

    /// Galleries on disk carry this value: if it changes without a change of the vectors, they are lost.
    #[test]
    fn fingerprint_does_not_change_by_itself() {
        let fingerprint = omz().embedder_fingerprint("3.0").unwrap().to_string();
        assert_eq!(
            fingerprint,
            "1136e33c92d85a64f2e9ab01e85a79405e5cdf12555955bc71c8d02c8c223fff"
        );
        assert_eq!(omz().embedder_fingerprint("4.0"), None);
    }

    #[test]
    fn fingerprint_covers_weights_and_preprocessing_but_not_the_curve() {
        let before = omz();
        let changed = |change: fn(&mut Manifest)| {
            let mut manifest = omz();
            change(&mut manifest);
            manifest.embedder_fingerprint("3.0") != before.embedder_fingerprint("3.0")
        };
        let embedder = "3.0";
        assert!(changed(|manifest| manifest.file[2].sha256 = [0; 32].into()));
        assert!(changed(|manifest| manifest
            .roles
            .embedder
            .get_mut("3.0")
            .unwrap()
            .part[0]
            .weight = 0.5));
        assert!(changed(|manifest| manifest
            .roles
            .embedder
            .get_mut("3.0")
            .unwrap()
            .part[0]
            .input
            .width = 112));
        assert!(!changed(|manifest| manifest.file[0].sha256 = [0; 32].into()));
        assert!(!changed(|manifest| {
            manifest.roles.embedder.get_mut("3.0").unwrap().calibration = Some("curve.toml".parse().unwrap());
        }));
        assert!(before.embedder_fingerprint(embedder).is_some());
    }
}
