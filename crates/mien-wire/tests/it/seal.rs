//! The envelope: BEHAVIOUR 10 and 14.

use mien_wire::{CONTENT_TYPE, Code, Language, Refusal, seal};
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

const ID: &str = "0b8e1e5c-8f6c-4f5e-9d3c-1a2b3c4d5e6f";

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).expect("JSON is text")
}

fn done<T: Serialize + ?Sized>(fields: &T) -> String {
    text(seal(ID, Ok(fields), Language::English))
}

fn refused(refusal: &Refusal, language: Language) -> String {
    text(seal::<()>(ID, Err(refusal), language))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    face_model_version: String,
    score: f64,
    count: u64,
    x: i32,
    missing: Option<String>,
}

#[test]
fn rule_10_1_the_envelope_of_an_answer() {
    let answer = Answer {
        face_model_version: "3.0".into(),
        score: 100.0,
        count: 3_726_523_098_098_309_123,
        x: -4,
        missing: None,
    };
    assert_eq!(
        done(&answer),
        format!(
            r#"{{"Response":{{"FaceModelVersion":"3.0","Score":100.0,"Count":3726523098098309123,"X":-4,"Missing":null,"RequestId":"{ID}"}}}}"#
        )
    );
}

#[test]
fn rule_10_1_answers_without_fields_have_the_request_id_alone() {
    let expected = format!(r#"{{"Response":{{"RequestId":"{ID}"}}}}"#);
    #[derive(Serialize)]
    struct Nothing {}
    assert_eq!(done(&()), expected);
    assert_eq!(done(&Nothing {}), expected);
    assert_eq!(done(&json!({})), expected);
    let raw = RawValue::from_string("{ \n }".into()).expect("JSON");
    assert_eq!(done(&raw), expected);
}

#[test]
fn rule_10_1_fields_may_be_written_beforehand() {
    let raw = RawValue::from_string("{ \"A\": [1, 2] \n}".into()).expect("JSON");
    let sealed: Value = serde_json::from_str(&done(&raw)).expect("JSON");
    assert_eq!(sealed, json!({"Response": {"A": [1, 2], "RequestId": ID}}));
}

#[test]
fn rule_10_1_the_envelope_of_an_error_holds_nothing_else() {
    let refusal = Refusal::about(Code::MissingParameter, "GroupId");
    let sealed: Value = serde_json::from_str(&refused(&refusal, Language::English)).expect("JSON");
    let message = refusal.message(Language::English);
    assert_eq!(
        sealed,
        json!({"Response": {"Error": {"Code": "MissingParameter", "Message": message}, "RequestId": ID}})
    );
}

#[test]
fn rule_10_3_the_content_type_has_no_charset() {
    assert_eq!(CONTENT_TYPE, "application/json");
}

#[test]
fn rule_10_4_and_rule_10_7_every_code_is_sealed_with_error_object_and_request_id() {
    for code in Code::all() {
        for language in [Language::English, Language::Chinese] {
            let sealed: Value = serde_json::from_str(&refused(&Refusal::new(code), language)).expect("JSON");
            let response = &sealed["Response"];
            assert_eq!(
                (&response["RequestId"], &response["Error"]["Code"]),
                (&json!(ID), &json!(code.as_str()))
            );
            assert_eq!(response["Error"]["Message"], json!(code.message(language)));
        }
    }
}

#[test]
fn rule_10_5_integers_have_no_decimal_point_and_numbers_are_no_texts() {
    let sealed = done(&json!({"Width": 120_u32, "X": -3, "Score": 60.5, "Time": 1_700_000_000_123_u64}));
    assert!(
        sealed.contains(r#""Width":120,"#) && sealed.contains(r#""X":-3,"#),
        "{sealed}"
    );
    assert!(
        sealed.contains(r#""Score":60.5"#) && sealed.contains(r#""Time":1700000000123"#),
        "{sealed}"
    );
}

#[test]
fn rule_10_1_what_is_no_object_becomes_an_internal_error() {
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("broken"))
        }
    }
    for sealed in [done(&json!([1])), done("text"), done(&5), done(&Broken), done(&true)] {
        let sealed: Value = serde_json::from_str(&sealed).expect("JSON");
        assert_eq!(sealed["Response"]["Error"]["Code"], "InternalError");
        assert_eq!(sealed["Response"]["RequestId"], ID);
        assert_eq!(sealed["Response"].as_object().map(|fields| fields.len()), Some(2));
    }
}

#[test]
fn rule_10_4_a_request_id_is_escaped_and_never_breaks_the_envelope() {
    let sealed = text(seal("a\"\\\n", Ok(&json!({"A": 1})), Language::English));
    let sealed: Value = serde_json::from_str(&sealed).expect("JSON");
    assert_eq!(sealed["Response"]["RequestId"], "a\"\\\n");
}

#[test]
fn rule_14_and_rule_1_11_messages_come_in_the_language_asked_for() {
    let refusal = Refusal::explained(Code::InternalError, "in English", "用中文");
    assert!(refused(&refusal, Language::English).contains("in English"));
    assert!(refused(&refusal, Language::Chinese).contains("用中文"));
    assert_eq!(refusal.to_string(), "InternalError: in English");
}
