//! DetectFaceAttributes: the attributes named in FaceAttributesType; version 3.0 only (BEHAVIOUR 9 "DetectFaceAttributes").

use mien_wire::{Code, Refusal};

use crate::arguments::{Text, arguments};
use crate::call::{Call, Look, Outcome, switch};
use crate::refusals::valued;
use crate::reply::attributes::{FaceDetailAttributesInfo, FaceDetailInfo};
use crate::reply::fields;
use crate::reply::places::FaceRect;
use crate::{params, values};

arguments! {
    max_faces: optional u64 = MAX_FACES_DETECTED,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    words: optional Text<'a> = FACE_ATTRIBUTES_TYPE,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
    version: optional Text<'a> = FACE_MODEL_VERSION_3,
}

fields! {
    /// The faces, largest first, with what was asked for.
    Reply {
        width: u64 = "ImageWidth",
        height: u64 = "ImageHeight",
        faces: Vec<FaceDetailInfo> = "FaceDetailInfos",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let limits = &call.config.analysis;
    let max_faces = values::count(
        "MaxFaceNum",
        arguments.max_faces,
        1,
        limits.faces,
        Code::LimitExceededErrorFaceNumExceed,
    )?;
    let wanted = Wanted::parse(arguments.words.as_deref().unwrap_or_default())?;
    let version = values::model_version_3(arguments.version.as_deref())?;
    let image = call.image(arguments.url, arguments.image)?;
    call.fetch(&[&image])?;

    let picture = call.picture(&image)?;
    let look = Look {
        max_faces,
        rotate: switch(arguments.rotate),
        ..Look::default()
    };
    let mut faces = Vec::new();
    for (index, face) in call.faces(&picture, look)?.iter().enumerate() {
        let analysed = wanted.any() && index < limits.faces_with_attributes;
        let attributes = if analysed {
            wanted.of(&call.look(|eyes| eyes.attributes(&picture, face))?)
        } else {
            FaceDetailAttributesInfo::default()
        };
        faces.push(FaceDetailInfo {
            face_rect: FaceRect::from(face),
            attributes,
        });
    }
    Ok(Reply {
        width: u64::from(picture.width()),
        height: u64::from(picture.height()),
        faces,
        face_model_version: version.as_str(),
    })
}

/// The attributes asked for, as words in lower case.
struct Wanted(Vec<String>);

impl Wanted {
    /// Words of any case, separated by commas; "" is None.
    fn parse(text: &str) -> Result<Self, Refusal> {
        let mut words = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let known = params::FACE_ATTRIBUTES_TYPE
                .limits
                .words
                .iter()
                .any(|known| known.eq_ignore_ascii_case(word));
            if !known {
                let shown: String = word.chars().take(32).collect();
                let detail = format!("FaceAttributesType {shown:?}");
                return Err(valued(Code::InvalidParameterInvalidParameter, &detail));
            }
            words.push(word.to_ascii_lowercase());
        }
        words.retain(|word| word != "none");
        Ok(Self(words))
    }

    fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// What was asked for; zeros for the rest (BEHAVIOUR 13 #14).
    fn of(&self, seen: &crate::eyes::Attributes) -> FaceDetailAttributesInfo {
        let all = FaceDetailAttributesInfo::from(seen);
        let mut asked = FaceDetailAttributesInfo::default();
        for word in &self.0 {
            match word.as_str() {
                "age" => asked.age = all.age,
                "beauty" => asked.beauty = all.beauty,
                "emotion" => asked.emotion = all.emotion,
                "eye" => asked.eye = all.eye,
                "eyebrow" => asked.eyebrow = all.eyebrow,
                "gender" => asked.gender = all.gender,
                "hair" => asked.hair = all.hair,
                "hat" => asked.hat = all.hat,
                "headpose" => asked.head_pose = all.head_pose,
                "mask" => asked.mask = all.mask,
                "mouth" => asked.mouth = all.mouth,
                "moustache" => asked.moustache = all.moustache,
                "nose" => asked.nose = all.nose,
                "shape" => asked.shape = all.shape,
                "skin" => asked.skin = all.skin,
                "smile" => asked.smile = all.smile,
                _ => {}
            }
        }
        asked
    }
}
