//! The table of codes against the contract: BEHAVIOUR 4, 13 (8), 14.

use std::collections::{BTreeMap, BTreeSet};

use mien_wire::{Code, Language, Level, Refusal};
use serde::Deserialize;

#[derive(Deserialize)]
struct Contract {
    errors: BTreeMap<String, Documented>,
}

#[derive(Deserialize)]
struct Documented {
    level: String,
}

fn contract() -> Contract {
    serde_json::from_str(include_str!("../../../../contract/api.json")).expect("the contract parses")
}

#[test]
fn the_table_is_the_contract_in_both_directions() {
    let documented: BTreeMap<String, String> = contract()
        .errors
        .into_iter()
        .map(|(code, error)| (code, error.level))
        .collect();
    let ours: BTreeMap<String, String> = Code::all()
        .map(|code| {
            let level = match code.level() {
                Level::Gateway => "gateway",
                Level::Business => "business",
            };
            (code.as_str().to_owned(), level.to_owned())
        })
        .collect();
    assert_eq!(ours, documented);
    assert_eq!(ours.len(), 133);
    assert_eq!(Code::all().count(), 133);
}

#[test]
fn every_code_is_its_own_row_and_is_found_by_its_text() {
    for code in Code::all() {
        assert_eq!(code.as_str().parse(), Ok(code));
        assert_eq!(code.to_string(), code.as_str());
        // The variant is the text without its dots.
        assert_eq!(format!("{code:?}"), code.as_str().replace('.', ""));
    }
    assert!("NoSuchCode".parse::<Code>().is_err());
    assert!("internalerror".parse::<Code>().is_err());
}

#[test]
fn rule_14_every_code_has_a_sentence_in_both_languages() {
    for code in Code::all() {
        let (english, chinese) = (code.message(Language::English), code.message(Language::Chinese));
        assert!(
            english.is_ascii() && english.ends_with('.') && english.len() < 100,
            "{code}: {english}"
        );
        assert!(!chinese.is_ascii() && chinese.ends_with('。'), "{code}: {chinese}");
        let about = Refusal::about(code, "Some.0.Name");
        for language in [Language::English, Language::Chinese] {
            assert!(
                about.message(language).contains("`Some.0.Name`"),
                "{code}: {}",
                about.message(language)
            );
        }
    }
}

#[test]
fn rule_14_messages_differ_where_codes_differ() {
    // Codes that mean the same thing under two names: the second of each is never emitted (BEHAVIOUR 13, 8).
    let twins = [
        "InternalServerError",
        "InvalidParameterValue.GroupIdNotExists",
        "InvalidParameterValue.ImageEmptyError",
        "InvalidParameterValue.PersonExistInGroup",
    ];
    for language in [Language::English, Language::Chinese] {
        let mut seen = BTreeSet::new();
        for code in Code::all().filter(|code| !twins.contains(&code.as_str())) {
            assert!(
                seen.insert(code.message(language)),
                "{code}: {}",
                code.message(language)
            );
        }
    }
}
