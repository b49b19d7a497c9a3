//! `docs/COMPATIBILITY.md` is what the tables say.

use std::fs;
use std::path::Path;

use mien_api::ACTIONS;
use mien_api::compatibility::{CHOICES, DEVIATIONS, markdown};

#[test]
fn the_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/COMPATIBILITY.md");
    let page = markdown();
    if std::env::var_os("MIEN_WRITE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/COMPATIBILITY.md is stale: MIEN_WRITE_DOCS=1 cargo test -p mien-api compatibility"
    );
}

#[test]
fn deviations_are_about_actions() {
    for deviation in DEVIATIONS {
        assert!(
            ACTIONS.iter().any(|action| action.name == deviation.action),
            "{}",
            deviation.action
        );
        assert!(deviation.differs.ends_with('.'), "{}", deviation.differs);
    }
    assert!(DEVIATIONS.is_sorted_by_key(|deviation| deviation.action));
    assert!(CHOICES.iter().all(|choice| choice.chosen.ends_with('.')));
}
