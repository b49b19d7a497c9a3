//! CreateGroup: an empty group (BEHAVIOUR 9 "Groups").

use mien_core::{NewGroup, Tag};

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    name: required Text<'a> = GROUP_NAME,
    id: required Text<'a> = GROUP_ID,
    fields: optional Vec<Text<'a>> = FIELD_NAMES,
    tag: optional Text<'a> = TAG,
    version: optional Text<'a> = FACE_MODEL_VERSION,
}

fields! {
    /// The version that the group is fixed to.
    Reply { face_model_version: &'static str = "FaceModelVersion" }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let charset = call.config.charset;
    let id = values::group_id(&arguments.id)?;
    let name = values::group_name(&arguments.name, charset)?;
    let tag = match &arguments.tag {
        Some(tag) => values::tag(tag, charset)?,
        None => Tag::empty(),
    };
    let fields = values::field_names(arguments.fields.as_deref().unwrap_or_default(), charset, call.limits())?;
    let version = values::model_version(arguments.version.as_deref())?;

    let group = call.core.create_group(
        call.account,
        NewGroup {
            id,
            name,
            tag,
            fields,
            version,
        },
    )?;
    Ok(Reply {
        face_model_version: group.version.as_str(),
    })
}
