//! Everything at once, for as long as `MIEN_INDEX_SOAK_SECONDS` says (3 by default).

use mien_index::bench::{Soak, soak};

#[test]
fn mixed_work_gives_no_wrong_answer() {
    let seconds = std::env::var("MIEN_INDEX_SOAK_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(3);
    let dir = tempfile::tempdir().expect("dir");
    let plan = Soak {
        seconds,
        stable: 6000,
        volatile: 6000,
        dim: 128,
        dir: dir.path().join("index"),
        progress: |_| {},
    };
    let report = soak(&plan).expect("soak");
    println!("{report:?}");
    assert_eq!(report.wrong_answers, 0, "{report:?}");
    assert!(
        report.answers_compared > 0 && report.inserts > 0 && report.deletes > 0,
        "{report:?}"
    );
    if seconds >= 60 {
        assert!(
            report.resident_bytes_end < report.resident_bytes_early * 5 / 4 + (16 << 20),
            "{report:?}"
        );
    }
}
