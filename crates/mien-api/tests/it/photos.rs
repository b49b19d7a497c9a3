//! Pictures whose pixels say who is on them, and eyes that read them: the whole API without a model.
//!
//! A picture is a BMP. Its pixels, read as bytes from the top left, begin with [`MAGIC`], the number of faces, and 16 bytes
//! for each face.

use base64::Engine;
use mien_api::eyes::{Attributes, Class, Completeness, DenseLandmarks, Eyes, Landmarks, Pose, Quality};
use mien_core::{Curve, Point, Space};
use mien_vision::face::{Face, FivePoints, Frame, Point as Place, Region, Seen, Turn};
use mien_vision::picture::Picture;
use mien_vision::vision::{DetectOptions, Mirror, VisionError};

const MAGIC: [u8; 3] = *b"FAC";
const FACE_BYTES: usize = 16;

/// Length of an embedding.
pub const DIM: usize = 128;

/// How good a face is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Passes every level of QualityControl.
    Perfect = 0,
    /// Two slight deviations: fails at level 4 only.
    Slight = 1,
    /// One defect: fails from level 3 on.
    Fair = 2,
    /// Three defects: fails from level 2 on.
    Poor = 3,
    /// Extremely blurred: fails at every level.
    Blurred = 4,
}

/// Who is seen on a picture, and how.
#[derive(Clone, Copy, Debug)]
pub struct Sitter {
    /// Two sitters with the same number are the same person.
    pub who: u8,
    /// How far the look is from the person's own, in percent: two looks of one person, 0 and `n`, have the cosine
    /// `1 - n / 100`.
    pub off: u8,
    pub confidence: u8,
    pub x: i16,
    pub y: i16,
    pub width: u16,
    pub height: u16,
    pub grade: Grade,
    /// Seen only when rotation is asked for.
    pub turned: bool,
    pub liveness: u8,
}

/// Who makes the engine fail.
pub const BREAKS_THE_EMBEDDER: u8 = 62;
/// Whose crop cannot be embedded again.
pub const BREAKS_CROPS: u8 = 61;
/// Who makes the detector fail.
pub const BREAKS_THE_DETECTOR: u8 = 63;

/// A person seen well.
pub fn sitter(who: u8) -> Sitter {
    Sitter {
        who,
        off: 0,
        confidence: 90,
        x: 20,
        y: 10,
        width: 120,
        height: 150,
        grade: Grade::Perfect,
        turned: false,
        liveness: 95,
    }
}

impl Sitter {
    pub fn off(self, off: u8) -> Self {
        Self { off, ..self }
    }

    pub fn sized(self, width: u16, height: u16) -> Self {
        Self { width, height, ..self }
    }

    pub fn at(self, x: i16, y: i16) -> Self {
        Self { x, y, ..self }
    }

    pub fn graded(self, grade: Grade) -> Self {
        Self { grade, ..self }
    }

    pub fn turned(self) -> Self {
        Self { turned: true, ..self }
    }

    pub fn confidence(self, confidence: u8) -> Self {
        Self { confidence, ..self }
    }

    pub fn liveness(self, liveness: u8) -> Self {
        Self { liveness, ..self }
    }

    /// A picture of this sitter alone, as Base64.
    pub fn photo(self) -> String {
        photo(&[self])
    }

    fn bytes(&self) -> [u8; FACE_BYTES] {
        let [x0, x1] = self.x.to_be_bytes();
        let [y0, y1] = self.y.to_be_bytes();
        let [w0, w1] = self.width.to_be_bytes();
        let [h0, h1] = self.height.to_be_bytes();
        let turned = u8::from(self.turned);
        let grade = self.grade as u8;
        [
            self.who,
            self.off,
            self.confidence,
            x0,
            x1,
            y0,
            y1,
            w0,
            w1,
            h0,
            h1,
            grade,
            turned,
            self.liveness,
            0,
            0,
        ]
    }

    fn read(bytes: &[u8]) -> Self {
        let grades = [Grade::Perfect, Grade::Slight, Grade::Fair, Grade::Poor, Grade::Blurred];
        Self {
            who: bytes[0],
            off: bytes[1],
            confidence: bytes[2],
            x: i16::from_be_bytes([bytes[3], bytes[4]]),
            y: i16::from_be_bytes([bytes[5], bytes[6]]),
            width: u16::from_be_bytes([bytes[7], bytes[8]]),
            height: u16::from_be_bytes([bytes[9], bytes[10]]),
            grade: grades[usize::from(bytes[11])],
            turned: bytes[12] == 1,
            liveness: bytes[13],
        }
    }

    fn face(&self) -> Face {
        let frame = Frame {
            x: self.x.into(),
            y: self.y.into(),
            width: self.width.into(),
            height: self.height.into(),
        };
        Face {
            frame,
            region: Region {
                x: f32::from(self.x),
                y: f32::from(self.y),
                width: f32::from(self.width),
                height: f32::from(self.height),
            },
            confidence: f32::from(self.confidence) / 100.0,
            rough: FivePoints::default(),
            turn: if self.turned { Turn::Quarter } else { Turn::None },
            seen: Seen::default(),
        }
    }

    fn embedding(&self) -> Vec<f32> {
        let cosine = 1.0 - f32::from(self.off) / 100.0;
        let mut vector = vec![0.0; DIM];
        vector[usize::from(self.who)] = cosine;
        vector[DIM / 2 + usize::from(self.who)] = (1.0 - cosine * cosine).sqrt();
        vector
    }
}

/// A picture of 64 x 64 pixels as Base64; frames may leave it (BEHAVIOUR 8).
pub fn photo(sitters: &[Sitter]) -> String {
    encoded(&bmp(64, 64, sitters))
}

pub fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The file of a picture: BMP, 24 bits, rows from the bottom.
pub fn bmp(width: u32, height: u32, sitters: &[Sitter]) -> Vec<u8> {
    let mut pixels = vec![128u8; (width * height * 3) as usize];
    let mut written: Vec<u8> = [&MAGIC[..], &[sitters.len() as u8]].concat();
    written.extend(sitters.iter().flat_map(Sitter::bytes));
    pixels[..written.len()].copy_from_slice(&written);

    let padding = (4 - width * 3 % 4) % 4;
    let row_bytes = width * 3 + padding;
    let size = 54 + row_bytes * height;
    let mut file = Vec::with_capacity(size as usize);
    file.extend(b"BM");
    file.extend(size.to_le_bytes());
    file.extend([0; 4]);
    file.extend(54u32.to_le_bytes());
    file.extend(40u32.to_le_bytes());
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend(1u16.to_le_bytes());
    file.extend(24u16.to_le_bytes());
    file.extend([0; 24]);
    for row in pixels.chunks((width * 3) as usize).rev() {
        file.extend(row.chunks(3).flat_map(|rgb| [rgb[2], rgb[1], rgb[0]]));
        file.extend(vec![0; padding as usize]);
    }
    file
}

/// Eyes that read what [`bmp`] wrote. Without `analysis` they can only detect and embed.
#[derive(Clone, Copy, Debug)]
pub struct ReadingEyes {
    pub analysis: bool,
}

impl ReadingEyes {
    fn sitters(picture: &Picture) -> Vec<Sitter> {
        let pixels = picture.pixels();
        if !pixels.starts_with(&MAGIC) {
            return Vec::new();
        }
        let count = usize::from(pixels[3]);
        pixels[4..].chunks(FACE_BYTES).take(count).map(Sitter::read).collect()
    }

    fn sitter(picture: &Picture, face: &Face) -> Sitter {
        Self::sitters(picture)
            .into_iter()
            .find(|sitter| sitter.face() == *face)
            .expect("a face of this picture")
    }

    fn analysing(&self, what: &'static str) -> Result<(), VisionError> {
        if self.analysis {
            Ok(())
        } else {
            Err(VisionError::Missing(what))
        }
    }
}

impl Eyes for ReadingEyes {
    fn detect(&self, picture: &Picture, options: &DetectOptions) -> Result<Vec<Face>, VisionError> {
        let sitters = Self::sitters(picture);
        if sitters.iter().any(|sitter| sitter.who == BREAKS_THE_DETECTOR) {
            return Err(VisionError::Output {
                stage: "detector",
                reason: "broken on purpose".to_owned(),
            });
        }
        let seen = sitters.iter().filter(|sitter| options.rotate || !sitter.turned);
        let mut faces: Vec<Face> = seen.map(Sitter::face).collect();
        let largest_px = faces
            .iter()
            .map(|face| face.frame.shorter_side())
            .max()
            .ok_or(VisionError::NoFace)?;
        faces.retain(|face| face.frame.shorter_side() >= options.min_face_px);
        if faces.is_empty() {
            return Err(VisionError::FaceTooSmall {
                largest_px,
                minimum_px: options.min_face_px,
            });
        }
        faces.sort_by_key(|face| std::cmp::Reverse(face.frame.area()));
        faces.truncate(options.max_faces);
        Ok(faces)
    }

    fn embed(&self, picture: &Picture, face: &Face, space: &Space, _: Mirror) -> Result<Vec<f32>, VisionError> {
        let sitter = Self::sitter(picture, face);
        if sitter.who == BREAKS_THE_EMBEDDER {
            return Err(VisionError::Output {
                stage: "embedder",
                reason: "broken on purpose".to_owned(),
            });
        }
        assert_eq!(space.dim, DIM);
        Ok(sitter.embedding())
    }

    fn crop(&self, picture: &Picture, face: &Face) -> Result<Vec<u8>, VisionError> {
        Ok(Self::sitter(picture, face).bytes().to_vec())
    }

    fn embed_crop(&self, crop: &[u8], space: &Space) -> Result<Vec<f32>, VisionError> {
        let sitter = Sitter::read(crop);
        if sitter.who == BREAKS_CROPS {
            return Err(VisionError::Output {
                stage: "embedder",
                reason: "broken on purpose".to_owned(),
            });
        }
        assert_eq!(space.dim, DIM);
        Ok(sitter.embedding())
    }

    fn embed_masked(&self, picture: &Picture, face: &Face) -> Result<Vec<f32>, VisionError> {
        Ok(Self::sitter(picture, face).embedding())
    }

    /// A scale of its own: cosine 0.4 scores 36.67.
    fn masked_curve(&self) -> Result<Curve, VisionError> {
        let points = [(0.0, 1.0), (0.9, 1e-6), (0.99, 1e-10)]
            .map(|(cosine, far)| Point { cosine, far })
            .to_vec();
        Ok(Curve::new(points).unwrap())
    }

    fn quality(&self, picture: &Picture, face: &Face) -> Result<Quality, VisionError> {
        self.analysing("quality model")?;
        Ok(quality(Self::sitter(picture, face).grade))
    }

    fn attributes(&self, picture: &Picture, face: &Face) -> Result<Attributes, VisionError> {
        self.analysing("attribute models")?;
        let class = |number| {
            Some(Class {
                number,
                probability: 0.75,
            })
        };
        Ok(Attributes {
            age_years: Some(f32::from(Self::sitter(picture, face).who) + 20.4),
            beauty: Some(61.0),
            smile: Some(50.0),
            pose: Some(Pose {
                pitch: 12.0,
                yaw: -45.0,
                roll: 3.0,
            }),
            emotion: class(1),
            glass: class(2),
            eye_open: class(1),
            eyelid: class(1),
            eye_size: class(2),
            eyebrow_density: class(1),
            eyebrow_curve: class(0),
            eyebrow_length: class(1),
            gender: class(1),
            hair_length: class(3),
            hair_bang: class(1),
            hair_color: class(2),
            hat_style: class(1),
            hat_color: class(4),
            mask: class(0),
            mouth_open: class(1),
            moustache: class(0),
            nose: class(2),
            shape: class(4),
            skin: None,
        })
    }

    fn landmarks(&self, picture: &Picture, face: &Face) -> Result<Landmarks, VisionError> {
        self.analysing("landmark model")?;
        let x = f32::from(Self::sitter(picture, face).x);
        let point = |index: usize| Place::new(x + index as f32, 1.6);
        Ok(Landmarks {
            face_profile: std::array::from_fn(point),
            left_eye: std::array::from_fn(point),
            right_eye: std::array::from_fn(point),
            left_eye_brow: std::array::from_fn(point),
            right_eye_brow: std::array::from_fn(point),
            mouth: std::array::from_fn(point),
            nose: std::array::from_fn(point),
            left_pupil: point(0),
            right_pupil: point(1),
        })
    }

    fn dense_landmarks(&self, _: &Picture, _: &Face) -> Result<DenseLandmarks, VisionError> {
        self.analysing("dense landmark model")?;
        Ok(DenseLandmarks {
            left_eye: vec![Place::new(1.0, 2.0)],
            ..DenseLandmarks::default()
        })
    }

    fn liveness(&self, picture: &Picture, face: &Face) -> Result<f32, VisionError> {
        self.analysing("liveness model")?;
        Ok(f32::from(Self::sitter(picture, face).liveness))
    }
}

/// The measured values of a grade (BEHAVIOUR 7.3).
pub fn quality(grade: Grade) -> Quality {
    let seen = Completeness {
        eyebrow: 99,
        eye: 99,
        nose: 99,
        cheek: 99,
        mouth: 99,
        chin: 99,
    };
    let perfect = Quality {
        score: 95,
        sharpness: 99,
        brightness: 50,
        completeness: seen,
    };
    match grade {
        Grade::Perfect => perfect,
        Grade::Slight => Quality {
            sharpness: 82,
            brightness: 33,
            ..perfect
        },
        Grade::Fair => Quality {
            brightness: 75,
            ..perfect
        },
        Grade::Poor => Quality {
            sharpness: 70,
            brightness: 75,
            completeness: Completeness { chin: 60, ..seen },
            ..perfect
        },
        Grade::Blurred => Quality {
            score: 20,
            sharpness: 30,
            ..perfect
        },
    }
}
