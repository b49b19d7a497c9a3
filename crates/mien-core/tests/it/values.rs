//! BEHAVIOUR 6.1 to 6.6, 7.5, 7.6, 13 #17 to #20: what values may be, and the fault of those that may not.

use crate::world::{field, gid};
use mien_core::*;
use std::fmt::Debug;

/// Compares all at once, so that a failure shows every wrong row.
fn check<I: Debug + Clone, O: Debug + PartialEq>(rule: &str, actual: impl Fn(I) -> O, table: &[(I, O)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(input, expected)| (input, actual(input.clone()), expected))
        .filter(|(_, actual, expected)| actual != *expected)
        .map(|(input, actual, expected)| format!("{input:?}: {actual:?} instead of {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "BEHAVIOUR {rule}: {wrong:#?}");
}

/// The kind of fault, without its particulars.
fn fault<T>(result: Result<T, Invalid>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(Invalid::Empty { .. }) => "empty",
        Err(Invalid::TooLong { .. }) => "long",
        Err(Invalid::Illegal { .. }) => "illegal",
        Err(Invalid::Gender(_)) => "gender",
        Err(Invalid::ModelVersion(_)) => "version",
        Err(Invalid::UniquePersonControl(_)) => "unique",
        Err(Invalid::Score(_)) => "score",
        Err(Invalid::NoGroups) => "no groups",
        Err(Invalid::TooManyGroups { .. }) => "many groups",
        Err(Invalid::TooManyGroupFields { .. }) => "many fields",
        Err(Invalid::TooManyPersonTexts { .. }) => "many texts",
        Err(Invalid::DuplicateGroupField(_)) => "field twice",
        Err(Invalid::DuplicatePersonText(_)) => "text twice",
        Err(Invalid::PageLimit { .. }) => "limit",
    }
}

#[test]
fn ids() {
    let long = "a".repeat(64);
    let longer = "a".repeat(65);
    let long_and_illegal = format!("{longer}中");
    let wide = "中".repeat(22);
    let table = [
        ("TencentShenZhenEmployee", "ok"),
        ("Aa0-%@#&_", "ok"),
        (&long, "ok"),
        (&longer, "long"),
        // Length is looked at before the charset, and in bytes: 22 characters of three bytes.
        (&long_and_illegal, "long"),
        (&wide, "long"),
        ("中", "illegal"),
        ("a b", "illegal"),
        ("a.b", "illegal"),
        ("a/b", "illegal"),
        ("a\0", "illegal"),
        ("", "empty"),
    ];
    check("6.1", |text: &str| fault(GroupId::parse(text)), &table);
    check("6.1", |text: &str| fault(PersonId::parse(text)), &table);
    assert_ne!(gid("a"), gid("A"), "BEHAVIOUR 6.1: ids are case-sensitive");
}

#[test]
fn texts_by_charset() {
    // One row per text: default, strict, lenient.
    let table = [
        ("腾讯深圳员工-1_a", ["ok", "ok", "ok"]),
        (
            "Building 1, Zhuyuan Dormitory of XXX University",
            ["ok", "illegal", "ok"],
        ),
        ("Dormitory Building #1", ["ok", "illegal", "ok"]),
        ("Cloud & Smart Industries Group", ["ok", "illegal", "ok"]),
        ("O'Brien (Jr.) a/b: c·d", ["ok", "illegal", "ok"]),
        ("Zoë", ["ok", "illegal", "ok"]),
        ("e\u{301}", ["ok", "illegal", "ok"]),
        ("हिन्दी", ["ok", "illegal", "ok"]),
        ("٣Ⅷ", ["ok", "illegal", "ok"]),
        ("a<b", ["illegal", "illegal", "ok"]),
        ("a\"b", ["illegal", "illegal", "ok"]),
        ("a\\b*!?$;|", ["illegal", "illegal", "ok"]),
        ("😀", ["illegal", "illegal", "ok"]),
        ("tab\there", ["illegal", "illegal", "illegal"]),
        ("line\nbreak", ["illegal", "illegal", "illegal"]),
        ("nul\0", ["illegal", "illegal", "illegal"]),
        ("\u{85}", ["illegal", "illegal", "illegal"]),
    ];
    let modes = [Charset::Default, Charset::Strict, Charset::Lenient];
    check(
        "6.2",
        |text: &str| modes.map(|mode| fault(PersonName::parse(text, mode))),
        &table,
    );
    check(
        "6.2",
        |text: &str| modes.map(|mode| fault(GroupName::parse(text, mode))),
        &table,
    );
    check(
        "6.2",
        |text: &str| modes.map(|mode| fault(Tag::parse(text, mode))),
        &table[2..],
    );
}

#[test]
fn text_lengths_count_characters() {
    type Parse = fn(&str) -> &'static str;
    let kinds: [(Parse, usize, &str); 5] = [
        (|text| fault(GroupName::parse(text, Charset::Default)), 60, "empty"),
        (|text| fault(PersonName::parse(text, Charset::Default)), 60, "empty"),
        (|text| fault(Tag::parse(text, Charset::Default)), 40, "ok"),
        (|text| fault(FieldName::parse(text, Charset::Default)), 30, "empty"),
        (|text| fault(FieldText::parse(text, Charset::Default)), 60, "ok"),
    ];
    for (parse, max, empty) in kinds {
        let table = [
            (String::new(), empty),
            ("中".repeat(max), "ok"),
            ("中".repeat(max + 1), "long"),
            // Too long comes before illegal.
            ("<".repeat(max + 1), "long"),
            ("<".repeat(max), "illegal"),
        ];
        check("6.2", |text: String| parse(&text), &table);
    }
}

#[test]
fn a_fault_names_what_and_where() {
    let error = GroupName::parse("a<b", Charset::Default).unwrap_err();
    assert_eq!(
        error,
        Invalid::Illegal {
            value: Value::GroupName,
            character: '<'
        }
    );
    assert_eq!(error.to_string(), "the group name contains '<', which is not allowed");
    let error = PersonId::parse(&"x".repeat(70)).unwrap_err();
    assert_eq!(
        error,
        Invalid::TooLong {
            value: Value::PersonId,
            length: 70,
            max: 64
        }
    );
}

#[test]
fn closed_choices() {
    check(
        "6.4",
        |number| fault(Gender::parse(number)),
        &[(0, "ok"), (1, "ok"), (2, "ok"), (3, "gender"), (-1, "gender")],
    );
    check(
        "6.4",
        |gender: Gender| gender.number(),
        &[(Gender::Unset, 0), (Gender::Male, 1), (Gender::Female, 2)],
    );
    check(
        "6.5",
        |text| ModelVersion::parse(text).map(ModelVersion::as_str).ok(),
        &[
            ("2.0", Some("2.0")),
            ("3.0", Some("3.0")),
            ("", Some("3.0")),
            ("3", None),
            ("1.0", None),
            (" 3.0", None),
        ],
    );
    let levels = [(0, "ok"), (1, "ok"), (4, "ok"), (5, "unique"), (u64::MAX, "unique")];
    check("7.5", |level| fault(UniquePersonControl::parse(level)), &levels);
}

#[test]
fn face_ids() {
    let table = [
        ("3705218765432109871", Some(3_705_218_765_432_109_871)),
        ("18446744073709551615", Some(u64::MAX)),
        // Texts that cannot be an id are unknown faces, not errors (9 DeleteFace).
        ("18446744073709551616", None),
        ("", None),
        ("0", None),
        ("007", None),
        ("-5", None),
        ("+5", None),
        ("5x", None),
        ("999999999999999999999999999999", None),
    ];
    check("6.6", |text| FaceId::parse(text).map(FaceId::number), &table);
}

#[test]
fn thresholds() {
    let both = |value| (fault(Score::parse(value)), fault(Score::parse_below_100(value)));
    let table = [
        (0.0, ("ok", "ok")),
        (60.0, ("ok", "ok")),
        (99.999, ("ok", "ok")),
        (100.0, ("ok", "score")),
        (100.001, ("score", "score")),
        (-0.001, ("score", "score")),
        (f64::NAN, ("score", "score")),
        (f64::INFINITY, ("score", "score")),
    ];
    for (value, expected) in table {
        assert_eq!(both(value), expected, "BEHAVIOUR 7.6: {value}");
    }
}

#[test]
fn lists_of_groups() {
    let many: Vec<&str> = vec!["a"; 101];
    let table = [
        (vec!["a", "b"], "ok"),
        (vec![], "no groups"),
        (many[..100].to_vec(), "ok"),
        (many, "many groups"),
        (vec!["a", ""], "empty"),
        (vec!["a", "b c"], "illegal"),
    ];
    check("12", |texts: Vec<&str>| fault(GroupIds::parse(texts, 100)), &table);
    let ids = GroupIds::parse(["b", "a", "b", "c", "a"], 100).unwrap();
    assert_eq!(
        ids.as_slice(),
        [gid("b"), gid("a"), gid("c")],
        "each once, in the order of the request"
    );
}

#[test]
fn lists_of_fields() {
    let names = |names: &[&str]| fault(FieldNames::new(names.iter().map(|name| field(name)).collect(), 5));
    assert_eq!(names(&[]), "ok");
    assert_eq!(names(&["a", "b", "c", "d", "e"]), "ok");
    assert_eq!(names(&["a", "b", "c", "d", "e", "f"]), "many fields");
    assert_eq!(names(&["a", "b", "a"]), "field twice");

    let renames = |given: &[(u64, &str)]| {
        fault(FieldRenames::new(
            given.iter().map(|(index, name)| (*index, field(name))).collect(),
            5,
        ))
    };
    assert_eq!(renames(&[]), "ok");
    assert_eq!(renames(&[(4, "a"), (0, "b")]), "ok");
    assert_eq!(renames(&[(5, "a")]), "many fields");
    assert_eq!(renames(&[(u64::MAX, "a")]), "many fields");
    assert_eq!(renames(&[(1, "a"), (1, "b")]), "field twice");
    assert_eq!(renames(&[(1, "a"), (2, "a")]), "field twice");

    let texts = |given: &[(u64, &str)]| {
        let parse = |text: &str| FieldText::parse(text, Charset::Default).unwrap();
        fault(FieldTexts::new(
            given.iter().map(|(index, text)| (*index, parse(text))).collect(),
            5,
        ))
    };
    assert_eq!(texts(&[(4, "same"), (0, "same"), (1, "")]), "ok");
    assert_eq!(texts(&[(5, "a")]), "many texts");
    assert_eq!(texts(&[(0, "a"), (0, "a")]), "text twice");
}

#[test]
fn pages() {
    let page = |(offset, limit)| {
        Page::parse(offset, limit, 100)
            .map(|page| (page.offset(), page.limit()))
            .ok()
    };
    let table = [
        ((None, None), Some((0, 10))),
        ((Some(3), Some(100)), Some((3, 100))),
        ((Some(u64::MAX), Some(1)), Some((u64::MAX, 1))),
        // 13 #18: a limit of 0 is not in the legal range.
        ((None, Some(0)), None),
        ((None, Some(101)), None),
        ((None, Some(u64::MAX)), None),
    ];
    check("13 #18", page, &table);
    assert_eq!(
        Page::parse(None, None, 3).map(Page::limit),
        Ok(3),
        "the default bows to a smaller limit"
    );
}
