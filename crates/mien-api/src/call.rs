//! One verified call: what an action works with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mien_core::{AccountId, Core, Embedding, Enrolled, Limits, Space};
use mien_vision::face::Face;
use mien_vision::picture::Picture;
use mien_vision::vision::{DetectOptions, Mirror, VisionError};
use mien_wire::{Code, Params, Refusal};

use crate::answer::{Fetched, Stop};
use crate::arguments::{Arguments, Text};
use crate::config::Config;
use crate::eyes::Eyes;
use crate::images::{self, ImageRules, Source};
use crate::record::{Stage, Stopwatch};
use crate::reply::Fields;
use crate::reply::places::FaceRect;
use crate::shape::Version;
use crate::values::QualityControl;

/// Reply fields of any action.
pub(crate) type Sealable = Box<dyn erased_serde::Serialize>;

/// What an action gives.
pub(crate) type Outcome<T> = Result<T, Stop>;

/// One verified call.
pub struct Call<'a> {
    pub(crate) core: &'a Core,
    pub(crate) eyes: &'a dyn Eyes,
    pub(crate) config: &'a Config,
    pub(crate) account: AccountId,
    pub(crate) version: Version,
    pub(crate) fetched: &'a Fetched,
    pub(crate) watch: &'a Stopwatch,
    pub(crate) started: Instant,
    pub(crate) space_is_plus: bool,
}

impl Call<'_> {
    /// Decodes the arguments, runs the action, keeps its reply for sealing.
    pub(crate) fn run<'p, A, R>(&self, params: &'p Params<'_>, action: fn(&Self, A) -> Outcome<R>) -> Outcome<Sealable>
    where
        A: Arguments<'p>,
        R: Fields + 'static,
    {
        let strict = self.config.refuse_unknown_parameters;
        let arguments = self
            .watch
            .within(Stage::Decode, || A::decode(params, self.version, strict))?;
        Ok(Box::new(action(self, arguments)?))
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.core.limits(self.account)
    }

    /// The one image of an action (BEHAVIOUR 5.8).
    pub(crate) fn image<'t>(&self, url: Option<Text<'t>>, image: Option<Text<'t>>) -> Result<Source<'t>, Refusal> {
        images::source(url, image)
    }

    /// Asks for the downloads that are still missing. Called when everything before a download was found in order.
    pub(crate) fn fetch(&self, sources: &[&Source<'_>]) -> Outcome<()> {
        let mut missing = Vec::new();
        for source in sources {
            if let Source::Remote(url) = source
                && self.fetched.picture(url).is_none()
                && !missing.contains(url)
            {
                missing.push(url.clone());
            }
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Stop::Fetch(missing))
        }
    }

    /// Decodes an image whose bytes are here.
    pub(crate) fn picture(&self, source: &Source<'_>) -> Result<Picture, Refusal> {
        self.in_time()?;
        let rules = ImageRules {
            characters: self.config.image_characters,
            picture: &self.config.picture_limits,
            space_is_plus: self.space_is_plus,
        };
        self.watch
            .within(Stage::Images, || images::open(source, self.fetched, &rules))
    }

    /// Faces, largest first.
    pub(crate) fn faces(&self, picture: &Picture, look: Look) -> Outcome<Vec<Face>> {
        self.in_time()?;
        let options = DetectOptions {
            min_face_px: look.min_face_px,
            max_faces: look.max_faces,
            rotate: look.rotate,
        };
        let faces = self
            .watch
            .within(Stage::Vision, || self.eyes.detect(picture, &options))?;
        if faces.is_empty() {
            Err(VisionError::NoFace.into())
        } else {
            Ok(faces)
        }
    }

    /// The largest face.
    pub(crate) fn largest_face(&self, picture: &Picture, rotate: bool) -> Outcome<Face> {
        let faces = self.faces(
            picture,
            Look {
                rotate,
                ..Look::default()
            },
        )?;
        faces.into_iter().next().ok_or_else(|| VisionError::NoFace.into())
    }

    /// Whether a face is as good as asked for (BEHAVIOUR 7.3).
    pub(crate) fn good_enough(&self, picture: &Picture, face: &Face, wanted: QualityControl) -> Outcome<bool> {
        if wanted.level() == 0 {
            return Ok(true);
        }
        self.in_time()?;
        let quality = self.watch.within(Stage::Vision, || self.eyes.quality(picture, face))?;
        Ok(quality.passes(wanted.level()))
    }

    /// Refuses a face that is not as good as asked for (BEHAVIOUR 7.4).
    pub(crate) fn demand(&self, picture: &Picture, face: &Face, wanted: QualityControl) -> Outcome<()> {
        if self.good_enough(picture, face, wanted)? {
            return Ok(());
        }
        Err(Refusal::new(Code::FailedOperationFaceQualityNotQualified).into())
    }

    /// The embedding of a face that is looked for.
    pub(crate) fn probe(&self, picture: &Picture, face: &Face, space: &Arc<Space>) -> Outcome<Embedding> {
        self.in_time()?;
        let values = self
            .watch
            .within(Stage::Vision, || self.eyes.embed(picture, face, space, Mirror::Off))?;
        Ok(Embedding::new(space, values))
    }

    /// A face that is to be stored, embedded in each of these spaces.
    pub(crate) fn enrolled(&self, picture: &Picture, face: &Face, spaces: &[Arc<Space>]) -> Outcome<Enrolled> {
        self.in_time()?;
        self.watch.within(Stage::Vision, || {
            let embed = |space| {
                Ok(Embedding::new(
                    space,
                    self.eyes.embed(picture, face, space, Mirror::On)?,
                ))
            };
            let crops = self.config.crops.as_ref().filter(|crops| crops.keep);
            Ok(Enrolled {
                frame: frame(face),
                embeddings: spaces.iter().map(embed).collect::<Outcome<_>>()?,
                crop: match crops {
                    Some(crops) => Some(crops.key.seal(&self.eyes.crop(picture, face)?)?),
                    None => None,
                },
            })
        })
    }

    /// Work on a picture that is neither detection nor embedding.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&dyn Eyes) -> Result<T, VisionError>) -> Result<T, Stop> {
        self.in_time()?;
        Ok(self.watch.within(Stage::Vision, || work(self.eyes))?)
    }

    fn in_time(&self) -> Result<(), Refusal> {
        let late: bool = self.started.elapsed() >= self.config.deadline && self.config.deadline < Duration::MAX;
        if late {
            Err(Refusal::new(Code::FailedOperationRequestTimeout))
        } else {
            Ok(())
        }
    }
}

/// Which faces of a picture are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) max_faces: usize,
    pub(crate) min_face_px: u32,
    pub(crate) rotate: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            max_faces: 1,
            min_face_px: 34,
            rotate: false,
        }
    }
}

/// NeedRotateDetection and the other switches: anything but 1 is off (BEHAVIOUR 9).
pub(crate) fn switch<N: PartialEq + From<u8>>(value: Option<N>) -> bool {
    value == Some(N::from(1))
}

pub(crate) fn frame(face: &Face) -> mien_core::Frame {
    let side = |px: u32| i32::try_from(px).unwrap_or(i32::MAX);
    mien_core::Frame {
        x: face.frame.x,
        y: face.frame.y,
        width: side(face.frame.width),
        height: side(face.frame.height),
    }
}

impl From<mien_core::Frame> for FaceRect {
    fn from(frame: mien_core::Frame) -> Self {
        Self {
            x: i64::from(frame.x),
            y: i64::from(frame.y),
            width: u64::try_from(frame.width).unwrap_or(0),
            height: u64::try_from(frame.height).unwrap_or(0),
        }
    }
}

impl From<&Face> for FaceRect {
    fn from(face: &Face) -> Self {
        frame(face).into()
    }
}
