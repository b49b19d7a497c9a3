//! JSON, query and form into one tree: BEHAVIOUR 5.1, 5.2, 5.5, 5.7.

use std::borrow::Cow;

use mien_wire::client::{V1, tc3_query, v1_form};
use mien_wire::v1::Digest;
use mien_wire::{Code, Language, Params, Refusal};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::server::{Sent, call, check, credentials};

fn json(text: &str) -> Result<Params<'_>, Code> {
    Params::from_json(text.as_bytes()).map_err(|refusal| refusal.code())
}

fn form(text: &str) -> Result<Params<'_>, Code> {
    Params::from_form(text.as_bytes()).map_err(|refusal| refusal.code())
}

/// Whether the form and the JSON give the same tree.
fn same(form_text: &str, json_text: &str) -> bool {
    let (left, right) = (form(form_text), json(json_text));
    assert!(
        left.is_ok() && right.is_ok(),
        "{form_text}: {left:?}, {json_text}: {right:?}"
    );
    left == right
}

#[test]
fn rule_5_1_a_json_body_is_one_object_or_empty() {
    let rows = [
        ("", Ok(0)),
        ("  \r\n\t", Ok(0)),
        ("{}", Ok(0)),
        (" { } ", Ok(0)),
        ("null", Ok(0)),
        (r#"{"A":1,"B":"x"}"#, Ok(2)),
        ("[]", Err(Code::InvalidParameter)),
        ("1", Err(Code::InvalidParameter)),
        ("\"{}\"", Err(Code::InvalidParameter)),
        ("{", Err(Code::InvalidParameter)),
        ("{}{}", Err(Code::InvalidParameter)),
        ("{} x", Err(Code::InvalidParameter)),
        ("{'A':1}", Err(Code::InvalidParameter)),
        ("{A:1}", Err(Code::InvalidParameter)),
        (r#"{"A":1,}"#, Err(Code::InvalidParameter)),
        (r#"{"A":NaN}"#, Err(Code::InvalidParameter)),
        (r#"{"A":1e999}"#, Err(Code::InvalidParameter)),
        (r#"{"A":01}"#, Err(Code::InvalidParameter)),
        ("\u{feff}{}", Err(Code::InvalidParameter)),
        (r#"{"A":"\ud800"}"#, Err(Code::InvalidParameter)),
    ];
    check(rows, |text| json(text).map(|params| params.names().count()));
    let refusal = Params::from_json(b"{\n \"A\" 1}").expect_err("no colon");
    assert!(
        refusal.message(Language::English).contains("line 2 column 6"),
        "{refusal}"
    );
    assert!(refusal.message(Language::Chinese).contains('2'), "{refusal:?}");
}

#[test]
fn rule_5_1_null_is_absent() {
    let params = json(r#"{"A":null,"B":[null,"x",null],"C":{"D":null}}"#).expect("decodes");
    assert_eq!(
        (params.has("A"), params.text("A"), params.uint64("A")),
        (false, Ok(None), Ok(None))
    );
    assert_eq!(params.texts("B"), Ok(Some(vec![Cow::Borrowed("x")])));
    assert_eq!(
        params.object("C").map(|inner| inner.map(|inner| inner.names().count())),
        Ok(Some(0))
    );
}

#[test]
fn rule_5_1_texts_without_escapes_are_not_copied() {
    let image = "A".repeat(5 << 20);
    let body = format!(r#"{{"Image":"{image}","Plain":"中文","Escaped":"a\/b\u4e2d"}}"#);
    let params = Params::from_json(body.as_bytes()).expect("decodes");
    let range = body.as_bytes().as_ptr_range();
    for name in ["Image", "Plain"] {
        let text = params.text(name).expect("a text").expect("is there");
        assert!(
            matches!(text, Cow::Borrowed(_)) && range.contains(&text.as_ptr()),
            "{name} was copied"
        );
    }
    assert_eq!(params.text("Escaped"), Ok(Some(Cow::Borrowed("a/b中"))));

    let query = format!("Image={}", "A".repeat(1000));
    let params = Params::from_form(query.as_bytes()).expect("decodes");
    let text = params.text("Image").expect("a text").expect("is there");
    assert!(
        query.as_bytes().as_ptr_range().contains(&text.as_ptr()),
        "the value of a form was copied"
    );
}

#[test]
fn rule_5_1_a_parameter_given_twice_is_refused_in_every_form() {
    let refused: [Result<(), Code>; 6] = [
        json(r#"{"A":null,"A":1}"#).map(drop),
        json(r#"{"A":1,"\u0041":null}"#).map(drop),
        json(r#"{"A":1,"A":2}"#).map(drop),
        json(r#"{"L":[{"A":1,"B":2,"A":1}]}"#).map(drop),
        form("A=1&A=1").map(drop),
        form("L.0=a&L.1=b&L.00=c").map(drop),
    ];
    assert_eq!(refused, [Err(Code::InvalidParameter); 6]);
}

#[test]
fn rule_5_2_dotted_names_give_the_same_tree_as_json() {
    let rows = [
        ("Images.0=a&Images.1=b", r#"{"Images":["a","b"]}"#),
        ("GroupIds.0=x", r#"{"GroupIds":["x"]}"#),
        ("A=1&B=&C=x+y", r#"{"A":"1","B":"","C":"x y"}"#),
        (
            "Infos.0.Index=0&Infos.0.Text=a&Infos.1.Index=1&Infos.1.Text=b",
            r#"{"Infos":[{"Index":"0","Text":"a"},{"Index":"1","Text":"b"}]}"#,
        ),
        ("A.B.C=1&A.B.D=2&A.E=3", r#"{"A":{"B":{"C":"1","D":"2"},"E":"3"}}"#),
        ("L.0.0=a&L.0.1=b&L.1.0=c", r#"{"L":[["a","b"],["c"]]}"#),
        ("", "{}"),
        ("&&", "{}"),
        ("A", r#"{"A":""}"#),
        ("0=a", r#"{"0":"a"}"#),
        ("A..B=1", r#"{"A":{"":{"B":"1"}}}"#),
    ];
    check(rows.map(|row| (row, true)), |(dotted, json)| same(dotted, json));
}

#[test]
fn rule_5_2_indexes_come_in_any_order_and_gaps_are_closed() {
    let rows = [
        ("L.1=b&L.0=a&L.2=c", r#"{"L":["a","b","c"]}"#),
        ("L.10=c&L.2=b&L.1=a", r#"{"L":["a","b","c"]}"#),
        ("L.0=a&L.2=c", r#"{"L":["a","c"]}"#),
        ("L.5=a", r#"{"L":["a"]}"#),
        ("L.007=b&L.3=a", r#"{"L":["a","b"]}"#),
        (
            "GroupIds.4000000000=b&GroupIds.18446744073709551615=c&GroupIds.7=a",
            r#"{"GroupIds":["a","b","c"]}"#,
        ),
    ];
    check(rows.map(|row| (row, true)), |(dotted, json)| same(dotted, json));
}

#[test]
fn rule_5_2_names_that_contradict_each_other_are_refused() {
    let rows = [
        "L=a&L.0=b",
        "L.0=b&L=a",
        "L.0=a&L.B=b",
        "L.0=a&L.0.B=b",
        "A.B=1&A.B.C=2",
        "A.B=1&A.B=2",
        "L.18446744073709551616=a",
        "L.99999999999999999999999999999999=a",
    ];
    check(rows.map(|row| (row, Err(Code::InvalidParameter))), |dotted| {
        form(dotted).map(drop)
    });
    // A negative index is no index.
    let params = form("GroupIds.-1=a").expect("decodes");
    assert_eq!(
        params.texts("GroupIds").map_err(|refusal| refusal.code()),
        Err(Code::InvalidParameter)
    );
}

#[test]
fn rule_5_2_the_names_of_the_protocol_are_no_parameters_of_the_action() {
    let scheme = V1 {
        nonce: 1,
        digest: Digest::Sha256,
    };
    let parameters = [
        ("GroupId".to_owned(), "g".to_owned()),
        ("RequestClient".to_owned(), "x".to_owned()),
    ];
    let call = mien_wire::client::Call {
        language: Some("zh-CN"),
        region: Some("r"),
        ..call()
    };
    let sent = Sent::from(v1_form(&call, &credentials(), scheme, &parameters));
    let known = sent.opened(|opened| Params::decode(opened).expect("decodes").refuse_unknown(&["GroupId"]));
    assert_eq!(known, Ok(Ok(())));
}

#[test]
fn rule_5_5_a_text_given_as_a_number_is_its_digits_and_a_boolean_is_refused() {
    let rows = [
        (r#""1001""#, Ok(Some("1001".into()))),
        ("1001", Ok(Some("1001".into()))),
        ("-5", Ok(Some("-5".into()))),
        ("3726523098098309123", Ok(Some("3726523098098309123".into()))),
        ("18446744073709551615", Ok(Some("18446744073709551615".into()))),
        ("1.5", Ok(Some("1.5".into()))),
        ("60.0", Ok(Some("60.0".into()))),
        (r#""""#, Ok(Some(String::new()))),
        ("null", Ok(None)),
        ("18446744073709551616", Err(Code::InvalidParameter)),
        ("1e300", Err(Code::InvalidParameter)),
        ("true", Err(Code::InvalidParameter)),
        ("false", Err(Code::InvalidParameter)),
        ("[]", Err(Code::InvalidParameter)),
        (r#"["a"]"#, Err(Code::InvalidParameter)),
        ("{}", Err(Code::InvalidParameter)),
    ];
    check(rows, |value| {
        let body = format!(r#"{{"PersonId":{value}}}"#);
        let params = json(&body)?;
        params
            .text("PersonId")
            .map(|text| text.map(String::from))
            .map_err(|refusal| refusal.code())
    });
}

#[test]
fn rule_5_5_lists_of_texts() {
    let texts = |values: &[&str]| Ok(Some(values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>()));
    let rows = [
        (r#"["a","b"]"#, texts(&["a", "b"])),
        ("[]", texts(&[])),
        ("[1,2.5]", texts(&["1", "2.5"])),
        ("null", Ok(None)),
        (r#""a""#, Err("`FaceIds`")),
        (r#"{"0":"a"}"#, Err("`FaceIds`")),
        (r#"["a",true]"#, Err("`FaceIds.1`")),
        (r#"[["a"]]"#, Err("`FaceIds.0`")),
        (r#"["a","b",{}]"#, Err("`FaceIds.2`")),
    ];
    check(rows, |value| {
        let body = format!(r#"{{"FaceIds":{value}}}"#);
        let params = json(&body).expect("decodes");
        params
            .texts("FaceIds")
            .map(|texts| texts.map(|texts| texts.into_iter().map(String::from).collect()))
            .map_err(|refusal| named(&refusal, &["`FaceIds`", "`FaceIds.0`", "`FaceIds.1`", "`FaceIds.2`"]))
    });
}

fn named(refusal: &Refusal, names: &[&'static str]) -> &'static str {
    assert_eq!(refusal.code(), Code::InvalidParameter);
    assert!(
        names
            .iter()
            .any(|name| refusal.message(Language::Chinese).contains(name)),
        "{refusal:?}"
    );
    names
        .iter()
        .find(|name| refusal.message(Language::English).contains(**name))
        .copied()
        .unwrap_or_default()
}

#[test]
fn rule_5_4_the_message_names_the_dotted_path() {
    for params in [
        json(r#"{"PersonExDescriptionInfos":[{"PersonExDescriptionIndex":-1,"PersonExDescription":"x"}]}"#),
        form("PersonExDescriptionInfos.0.PersonExDescriptionIndex=-1"),
    ] {
        let params = params.expect("decodes");
        let infos = params
            .objects("PersonExDescriptionInfos")
            .expect("a list")
            .expect("is there");
        let refusal = infos[0].uint64("PersonExDescriptionIndex").expect_err("negative");
        let path = "`PersonExDescriptionInfos.0.PersonExDescriptionIndex`";
        assert_eq!(named(&refusal, &[path]), path);
        let missing = infos[0]
            .required::<u64>("PersonExDescriptionText", None)
            .expect_err("missing");
        assert!(
            missing
                .message(Language::English)
                .contains("`PersonExDescriptionInfos.0.PersonExDescriptionText`")
        );
    }
}

#[test]
fn rule_5_4_objects_and_lists_of_objects() {
    let body = r#"{"L":[{"A":1},{"A":2}],"O":{"P":{"Q":"deep"}},"E":[],"S":["a"],"T":"t"}"#;
    let params = json(body).expect("decodes");
    let list = params.objects("L").expect("a list").expect("is there");
    assert_eq!(
        list.iter().map(|item| item.uint64("A")).collect::<Vec<_>>(),
        [Ok(Some(1)), Ok(Some(2))]
    );
    let outer = params.object("O").expect("an object").expect("is there");
    let inner = outer.object("P").expect("an object").expect("is there");
    assert_eq!(
        (inner.text("Q"), inner.path("Q")),
        (Ok(Some(Cow::Borrowed("deep"))), "O.P.Q".to_owned())
    );
    assert_eq!(params.objects("E").map(|list| list.map(|list| list.len())), Ok(Some(0)));
    assert_eq!(
        params.objects("absent").map(|list| list.map(|list| list.len())),
        Ok(None)
    );
    let code = |refusal: Refusal| refusal.code();
    assert_eq!(params.objects("S").map(drop).map_err(code), Err(Code::InvalidParameter));
    assert_eq!(params.objects("T").map(drop).map_err(code), Err(Code::InvalidParameter));
    assert_eq!(params.object("L").map(drop).map_err(code), Err(Code::InvalidParameter));
}

#[test]
fn rule_5_7_a_required_parameter_that_is_absent_is_named() {
    let params = json(r#"{"GroupName":"n"}"#).expect("decodes");
    let refusal = params
        .required("GroupId", params.text("GroupId").expect("readable"))
        .expect_err("absent");
    assert_eq!(refusal.code(), Code::MissingParameter);
    assert!(refusal.message(Language::English).contains("`GroupId`"));
    assert!(refusal.message(Language::Chinese).contains("`GroupId`"));
    assert!(
        params
            .required("GroupName", params.text("GroupName").expect("readable"))
            .is_ok()
    );
    assert_eq!(
        params
            .refusal(Code::MissingParameterErrorParameterEmpty, "GroupId")
            .code()
            .as_str(),
        "MissingParameter.ErrorParameterEmpty"
    );
}

#[test]
fn rule_4_strict_mode_refuses_unknown_parameters() {
    let params = json(r#"{"GroupId":"g","Extra":1}"#).expect("decodes");
    assert_eq!(params.refuse_unknown(&["GroupId", "Extra", "Other"]), Ok(()));
    let refusal = params.refuse_unknown(&["GroupId"]).expect_err("unknown");
    assert_eq!(refusal.code(), Code::UnknownParameter);
    assert!(refusal.message(Language::English).contains("`Extra`"));
    // A name from the client is not repeated at any length.
    let body = format!(r#"{{"{}":1}}"#, "中".repeat(10_000));
    let refusal = json(&body).expect("decodes").refuse_unknown(&[]).expect_err("unknown");
    assert!(refusal.message(Language::English).len() < 200);
}

/// Trees that both forms can carry: texts, lists that are not empty, objects whose names are no numbers.
fn trees() -> impl Strategy<Value = Map<String, Value>> {
    let name = "[A-Za-z_%+ é中&=-]{1,6}";
    let leaf = ".{0,8}".prop_map(Value::String);
    let tree = leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::Array),
            prop::collection::btree_map(name, inner, 1..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    prop::collection::btree_map(name, tree, 0..5).prop_map(|fields| fields.into_iter().collect())
}

fn flatten(path: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| flatten(&format!("{path}.{index}"), item, pairs));
        }
        Value::Object(fields) => {
            fields
                .iter()
                .for_each(|(name, item)| flatten(&format!("{path}.{name}"), item, pairs));
        }
        Value::String(text) => pairs.push((path.to_owned(), text.clone())),
        other => pairs.push((path.to_owned(), other.to_string())),
    }
}

proptest! {
    #[test]
    fn rule_5_2_json_and_the_shuffled_dotted_form_give_the_same_tree(tree in trees(), seed in any::<u64>()) {
        let mut pairs = Vec::new();
        for (name, value) in &tree {
            flatten(name, value, &mut pairs);
        }
        // A fixed shuffle by a multiplicative hash of the position.
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|at| (*at as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let shuffled: Vec<_> = order.into_iter().map(|at| pairs[at].clone()).collect();
        let query = mien_wire::client::query(&shuffled);
        let json = Value::Object(tree).to_string();
        let from_json = Params::from_json(json.as_bytes()).expect("JSON decodes");
        prop_assert_eq!(&Params::from_form(query.as_bytes()).expect("the form decodes"), &from_json);
        let spaced = query.replace("%20", "+");
        prop_assert_eq!(&Params::from_form(spaced.as_bytes()).expect("the form decodes"), &from_json);
    }

    #[test]
    fn rule_2_3_any_query_that_our_client_signs_is_accepted_and_decoded(url in ".{0,40}", limit in any::<u64>()) {
        let query = mien_wire::client::query(&[("Url".into(), url.clone()), ("Limit".into(), limit.to_string())]);
        let sent = Sent::from(tc3_query(&call(), &credentials(), query));
        prop_assert_eq!(sent.outcome(), Ok(()));
        let read = sent.opened(|opened| {
            let params = Params::decode(opened).expect("decodes");
            (params.text("Url").map(|text| text.map(String::from)), params.uint64("Limit"))
        });
        prop_assert_eq!(read, Ok((Ok(Some(url)), Ok(Some(limit)))));
    }
}

#[test]
fn rule_5_2_the_sdk_leaves_gaps_for_missing_elements_and_json_nulls() {
    // The Python SDK numbers the elements before it drops those that are None.
    assert!(same(
        "GroupIds.0=a&GroupIds.2=c",
        &json!({"GroupIds": ["a", null, "c"]}).to_string()
    ));
}
