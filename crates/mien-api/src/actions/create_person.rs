//! CreatePerson: a person with one face in one group; atomic (BEHAVIOUR 9 "CreatePerson").

use mien_core::{Created, NewPerson};

use crate::arguments::{Entry, OfPerson, Text, arguments};
use crate::call::{Call, Outcome, switch};
use crate::reply::fields;
use crate::reply::places::FaceRect;
use crate::values::{self, QualityControl};

arguments! {
    group: required Text<'a> = GROUP_ID,
    name: required Text<'a> = PERSON_NAME,
    id: required Text<'a> = PERSON_ID,
    gender: optional i64 = GENDER,
    texts: optional Vec<Entry<OfPerson>> = FIELD_TEXTS,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    unique: optional u64 = UNIQUE_PERSON_CONTROL,
    quality: optional u64 = QUALITY_CONTROL,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// The new face, or the person that is too similar.
    Reply {
        face_id: String = "FaceId",
        face_rect: Option<FaceRect> = "FaceRect",
        similar_person_id: String = "SimilarPersonId",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let charset = call.config.charset;
    let person = NewPerson {
        group: values::group_id(&arguments.group)?,
        id: values::person_id(&arguments.id)?,
        name: values::person_name(&arguments.name, charset)?,
        gender: values::gender(arguments.gender.unwrap_or(0))?,
        texts: values::field_texts(&arguments.texts.unwrap_or_default(), charset, call.limits())?,
        unique: values::unique_person_control(arguments.unique)?,
    };
    let quality = QualityControl::parse(arguments.quality)?;
    let image = call.image(arguments.url, arguments.image)?;
    let spaces = call.core.check_create_person(call.account, &person)?;
    call.fetch(&[&image])?;

    let picture = call.picture(&image)?;
    let face = call.largest_face(&picture, switch(arguments.rotate))?;
    call.demand(&picture, &face, quality)?;
    let enrolled = call.enrolled(&picture, &face, &spaces)?;

    Ok(match call.core.create_person(call.account, person, enrolled)? {
        Created::Person { face: id, version } => Reply {
            face_id: id.to_string(),
            face_rect: Some(FaceRect::from(&face)),
            similar_person_id: String::new(),
            face_model_version: version.as_str(),
        },
        Created::Similar {
            person, frame, version, ..
        } => Reply {
            face_id: String::new(),
            face_rect: Some(frame.into()),
            similar_person_id: person.to_string(),
            face_model_version: version.as_str(),
        },
    })
}
