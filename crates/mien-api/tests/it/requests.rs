//! A valid request for every action, and everything that the contract says can be wrong with it.

use mien_api::{Action, Work};
use serde_json::{Value, json};

use crate::contract::contract;
use crate::photos::{bmp, encoded, sitter};
use crate::world::World;

/// A world in which [`valid`] succeeds: groups `crew` (three fields, with `ann` and `ben`), `guests` (empty), and `old` of
/// version 2.0 with `cem`.
pub fn world() -> World {
    world_with(World::new())
}

pub fn world_with(world: World) -> World {
    world.group("crew");
    world.group("guests");
    world.group_v2("old");
    world.person("crew", "ann", &sitter(1).photo());
    world.face("ann", &sitter(1).off(5).photo());
    world.person("crew", "ben", &sitter(2).photo());
    world.person("old", "cem", &sitter(3).photo());
    world
}

/// Whether an action leaves another world behind than it found.
pub fn writes(action: &Action) -> bool {
    matches!(action.work, Work::Write | Work::LookAndWrite)
}

/// A request that succeeds in [`world`].
pub fn valid(action: &str) -> Value {
    let image = sitter(1).photo();
    match action {
        "CreateGroup" => json!({"GroupId": "new", "GroupName": "New", "GroupExDescriptions": ["A", "B"], "Tag": "t"}),
        "ModifyGroup" => json!({"GroupId": "crew", "GroupName": "Crew 2", "Tag": "t",
            "GroupExDescriptionInfos": [{"GroupExDescriptionIndex": 0, "GroupExDescription": "Squad"}]}),
        "DeleteGroup" | "GetGroupInfo" | "GetPersonListNum" => json!({"GroupId": "crew"}),
        "GetGroupList" | "GetUpgradeGroupFaceModelVersionJobList" => json!({"Offset": 0, "Limit": 10}),
        "CreatePerson" => {
            json!({"GroupId": "crew", "PersonId": "dan", "PersonName": "Dan", "Gender": 1, "Image": image,
            "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 0, "PersonExDescription": "Red"}]})
        }
        "CopyPerson" => json!({"PersonId": "ann", "GroupIds": ["guests"]}),
        "DeletePerson" | "GetPersonBaseInfo" => json!({"PersonId": "ann"}),
        "DeletePersonFromGroup" => json!({"PersonId": "ann", "GroupId": "crew"}),
        "GetPersonGroupInfo" => json!({"PersonId": "ann", "Offset": 0, "Limit": 10}),
        "GetPersonList" => json!({"GroupId": "crew", "Offset": 0, "Limit": 10}),
        "ModifyPersonBaseInfo" => json!({"PersonId": "ann", "PersonName": "Anna", "Gender": 2}),
        "ModifyPersonGroupInfo" => json!({"GroupId": "crew", "PersonId": "ann",
            "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 0, "PersonExDescription": "Red"}]}),
        "CreateFace" => json!({"PersonId": "ann", "Images": [sitter(1).off(10).photo()]}),
        "DeleteFace" => json!({"PersonId": "ann", "FaceIds": ["1"]}),
        "SearchFaces" | "SearchPersons" | "SearchFacesReturnsByGroup" | "SearchPersonsReturnsByGroup" => {
            json!({"GroupIds": ["crew"], "Image": image})
        }
        "VerifyFace" | "VerifyPerson" => json!({"PersonId": "ann", "Image": image}),
        "CompareFace" | "CompareMaskFace" | "DetectFaceSimilarity" => {
            json!({"ImageA": image, "ImageB": sitter(1).off(10).photo()})
        }
        "DetectFace" | "AnalyzeFace" | "AnalyzeDenseLandmarks" | "DetectLiveFace" | "DetectLiveFaceAccurate" => {
            json!({"Image": image})
        }
        "DetectFaceAttributes" => json!({"Image": image, "FaceAttributesType": "Age,Eye"}),
        "UpgradeGroupFaceModelVersion" => json!({"GroupId": "old", "FaceModelVersion": "3.0"}),
        "GetUpgradeGroupFaceModelVersionResult" | "RevertGroupFaceModelVersion" => {
            json!({"JobId": crate::world::THE_JOB})
        }
        other => panic!("no request for {other}"),
    }
}

/// One thing that is wrong with a request.
pub struct Fault {
    /// Faults with the same place exclude each other.
    pub place: String,
    /// What is wrong, for messages.
    pub what: String,
    /// The code of the contract.
    pub code: String,
    /// The values that make the request wrong; null takes the parameter away.
    pub changes: Vec<(String, Value)>,
}

impl Fault {
    pub fn apply(&self, body: &mut Value) {
        let body = body.as_object_mut().unwrap();
        for (name, value) in &self.changes {
            if value.is_null() {
                body.remove(name);
            } else {
                body.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Every documented fault of the parameters of an action that the parameter alone can show.
pub fn faults(action: &str) -> Vec<Fault> {
    let contract = contract();
    let documented = &contract["actions"][action];
    let emitted = documented["errors"].as_array().unwrap();
    let mut faults = Vec::new();
    for param in documented["params"].as_array().unwrap() {
        let name = param["name"].as_str().unwrap();
        let errors = param["errors"].as_object().into_iter().flatten();
        for (what, code) in errors {
            let code = code.as_str().unwrap().split(' ').next().unwrap().to_owned();
            for value in wrong_values(action, param, what) {
                faults.push(fault(name, what, &code, value));
            }
        }
        if let Some(errors) = param["item"]["errors"]
            .as_object()
            .or_else(|| param["errors"].as_object())
            && errors.contains_key("download")
            && action != "CreateFace"
        {
            faults.push(fault(
                name,
                "download",
                "FailedOperation.ImageDownloadError",
                json!("http://nowhere.example/a.jpg"),
            ));
        }
        faults.extend(image_faults(action, name));
        if param["type"] == "uint64" {
            faults.push(fault(name, "negative", "InvalidParameter", json!(-1)));
        }
        if param["type"] != "string" {
            faults.push(fault(name, "type", "InvalidParameter", json!({"a": 1})));
        }
    }
    faults.retain(|fault| fault.code == "InvalidParameter" || emitted.contains(&json!(fault.code)));
    faults
}

fn fault(name: &str, what: &str, code: &str, value: Value) -> Fault {
    // The address wins over the Base64 text, so a fault of the text shows only without an address.
    let place = name.replace("Url", "Image");
    let mut changes = vec![(name.to_owned(), value)];
    if name.starts_with("Image") {
        changes.push((name.replace("Image", "Url"), Value::Null));
    }
    Fault {
        place,
        what: format!("{name}: {what}"),
        code: code.to_owned(),
        changes,
    }
}

/// Values that show one documented fault; none when the fault is not of the value alone.
fn wrong_values(action: &str, param: &Value, what: &str) -> Vec<Value> {
    let name = param["name"].as_str().unwrap();
    let max = |of: &Value| of["max"].as_u64().unwrap() as usize;
    let high = || param["max"].as_u64().unwrap();
    let group_field = |index: u64, text: &str| json!({"GroupExDescriptionIndex": index, "GroupExDescription": text});
    let person_field = |index: u64, text: &str| json!({"PersonExDescriptionIndex": index, "PersonExDescription": text});
    let field = |index: u64, text: &str| {
        if name.starts_with("Group") {
            group_field(index, text)
        } else {
            person_field(index, text)
        }
    };
    match what {
        "absent" => vec![Value::Null],
        "empty" if param["type"] == "string" => vec![json!("")],
        "empty" => vec![json!([])],
        "too_long" => vec![json!("x".repeat(max(&param["string"]) + 1))],
        "charset" => vec![json!("a!b<c>"), json!("tab\there")],
        "too_many" if name == "Images" => vec![json!(vec![sitter(1).photo(); max(&param["array"]) + 1])],
        "too_many" => vec![json!(
            (0..=max(&param["array"]))
                .map(|index| format!("crew{index}"))
                .collect::<Vec<_>>()
        )],
        "item_too_long" if param["type"] == "list<string>" => vec![json!(["x".repeat(max(&param["item_string"]) + 1)])],
        "item_too_long" => vec![json!([field(
            0,
            &"x".repeat(if name.starts_with("Group") { 31 } else { 61 })
        )])],
        "item_charset" if param["type"] == "list<string>" => vec![json!(["a!b<c>"])],
        "item_charset" => vec![json!([field(0, "a!b<c>")])],
        "duplicate" => vec![json!(["same", "same"])],
        "too_many_or_index" => vec![
            json!([field(5, "a")]),
            json!(
                (0..6)
                    .map(|index| field(index, &format!("n{index}")))
                    .collect::<Vec<_>>()
            ),
        ],
        "same_index_twice" => vec![json!([field(0, "a"), field(0, "b")])],
        "same_index_or_name_in_request" => {
            vec![
                json!([field(0, "a"), field(0, "b")]),
                json!([field(0, "a"), field(1, "a")]),
            ]
        }
        "negative_index" => vec![json!([{"PersonExDescriptionIndex": -1, "PersonExDescription": "a"}])],
        "above_max" => vec![json!(high() + 1), json!((high() + 1).to_string()), json!(u64::MAX)],
        "out_of_range" if param["type"] == "float" => {
            let mut values = vec![json!(high() as f64 + 0.5), json!(-0.5), json!("101")];
            values.extend((param["max_exclusive"] == true).then(|| json!(high())));
            values
        }
        "out_of_range" => vec![json!(high() + 1)],
        "other" if param["type"] == "string" => vec![json!("3"), json!("4.0"), json!("3.0 ")],
        "other" if param["type"] == "int64" => vec![json!(3), json!(-1)],
        "other" => vec![json!(2)],
        "downgrade" => vec![],
        "unknown_word" => vec![json!("Age,Eyes"), json!("age eye")],
        "above_total" => vec![json!(100_000)],
        "malformed" => [
            "nowhere",
            "ftp://a/b",
            "http://",
            "http:///a.jpg",
            "//a/b.jpg",
            "http:a",
            "data:image/png;base64,AAAA",
        ]
        .map(|url| if name == "Urls" { json!([url]) } else { json!(url) })
        .to_vec(),
        "unknown" if name == "JobId" => vec![json!("nothing")],
        "unknown" if matches!(action, "DeletePersonFromGroup" | "ModifyPersonGroupInfo") && name == "PersonId" => {
            vec![]
        }
        "unknown" => vec![json!("nobody")],
        "item_unknown" => vec![json!(["crew", "nobody"])],
        // Shown by requests that depend on what is stored: see the tests of the actions.
        "exists"
        | "collides_with_existing"
        | "already_member"
        | "version"
        | "mixed_versions"
        | "over_100_groups"
        | "person_total_over_5"
        | "would_delete_all" => vec![],
        // Shown by pictures: see image_faults.
        "bad_base64_or_format"
        | "too_big"
        | "long_edge"
        | "short_edge"
        | "no_face"
        | "download"
        | "then"
        | "negative" => {
            vec![]
        }
        other => panic!("{action} {name}: no value for {other}"),
    }
}

/// What can be wrong with a picture, in every place where one picture is given.
fn image_faults(action: &str, name: &str) -> Vec<Fault> {
    let (other_name, place) = match name {
        "Image" | "ImageA" | "ImageB" => (name.replace("Image", "Url"), name.to_owned()),
        _ => return Vec::new(),
    };
    let long = bmp(2001, 64, &[sitter(1)]);
    let low = bmp(200, 63, &[sitter(1)]);
    let nobody = bmp(200, 200, &[]);
    let small = if action == "DetectLiveFaceAccurate" {
        sitter(1).sized(100, 300)
    } else {
        sitter(1).sized(33, 200)
    };
    let cases = [
        ("no image", "InvalidParameterValue.ImageEmpty", json!("")),
        ("not Base64", "FailedOperation.ImageDecodeFailed", json!("*not base64*")),
        (
            "text",
            "FailedOperation.ImageDecodeFailed",
            json!(encoded(b"hello, this is no picture")),
        ),
        (
            "GIF",
            "FailedOperation.ImageDecodeFailed",
            json!(encoded(b"GIF89a\x40\x00\x40\x00\x00\x00\x00;")),
        ),
        (
            "long edge",
            "FailedOperation.ImageResolutionExceed",
            json!(encoded(&long)),
        ),
        (
            "short edge",
            "FailedOperation.ImageResolutionTooSmall",
            json!(encoded(&low)),
        ),
        ("nobody", "InvalidParameterValue.NoFaceInPhoto", json!(encoded(&nobody))),
        ("small face", "FailedOperation.FaceSizeTooSmall", json!(small.photo())),
    ];
    cases
        .into_iter()
        .map(|(what, code, value)| Fault {
            place: place.clone(),
            what: format!("{name}: {what}"),
            code: code.to_owned(),
            changes: vec![(name.to_owned(), value), (other_name.clone(), Value::Null)],
        })
        .collect()
}
