//! Every setting can be set, and every mistake is named.

use super::*;

fn overlays(environment: &[(&str, &str)], assignments: &[&str]) -> Overlays {
    Overlays {
        environment: environment
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        assignments: assignments.iter().map(|text| (*text).to_owned()).collect(),
    }
}

#[test]
fn later_sources_win() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(
        home.path().join("mien.toml"),
        "pack = \"omz\"\n[server]\nlisten = \"127.0.0.1:1000\"\nmax_connections = 5\n[server.queue]\nmax_wait_ms = 7\n",
    )
    .unwrap();
    let over = overlays(
        &[
            ("MIEN_SERVER__LISTEN", "127.0.0.1:2000"),
            ("MIEN_SERVER__MAX_CONNECTIONS", "6"),
            ("MIEN_HOME", "x"),
            ("PATH", "y"),
        ],
        &[
            "server.listen=127.0.0.1:3000",
            "server.admin_listen=",
            "server.download.ports=[80]",
        ],
    );
    let settings = Settings::read(None, home.path(), &over).unwrap();
    assert_eq!(settings.pack, "omz");
    assert_eq!(settings.server.listen.port(), 3000);
    assert_eq!(settings.server.admin_listen, None);
    assert_eq!(settings.server.max_connections, 6);
    assert_eq!(settings.server.queue.max_wait_ms, 7);
    assert_eq!(settings.server.download.ports, [80]);
    let none = Settings::read(None, Path::new("/nowhere"), &Overlays::default()).unwrap();
    assert_eq!(none, Settings::default());
}

#[test]
fn mistakes_are_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("other.toml");
    type Case = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
        &'static str,
    );
    let cases: &[Case] = &[
        ("[server]\nlisten_on = \"x\"\n", &[], &[], "listen_on"),
        ("pack = 7\n", &[], &[], "line 1"),
        ("[server\n", &[], &[], "line 1"),
        ("", &[("MIEN_SERVER__LISTENING", "x")], &[], "listening"),
        ("", &[("MIEN_SERVER__LISTEN", "nonsense")], &[], "listen"),
        ("", &[], &["server.listen"], "KEY=VALUE"),
        ("", &[], &["pack.listen=1"], "pack"),
        ("", &[], &["limits.faces_per_person=many"], "faces_per_person"),
        (
            "",
            &[],
            &["server.download.allow_networks=[\"10.0.0.0/99\"]"],
            "allow_networks",
        ),
    ];
    for (text, environment, assignments, expected) in cases {
        std::fs::write(&file, text).unwrap();
        let error = Settings::read(Some(&file), home.path(), &overlays(environment, assignments)).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains(expected), "{expected:?} is not in {message:?}");
    }
    let missing = Settings::read(Some(Path::new("/nowhere/mien.toml")), home.path(), &Overlays::default());
    assert!(format!("{:#}", missing.unwrap_err()).contains("/nowhere/mien.toml"));
}

#[test]
fn every_limit_can_be_set() {
    let text = "
        [limits]
        faces_per_person = 7
        groups_per_account = 9
        [request]
        query_bytes = 1
        v1_body_bytes = 2
        tc3_body_bytes = 3
        [picture]
        base64_characters = 400
        jpeg_long_edge_px = 5
        other_long_edge_px = 6
        short_edge_px = 7
        [analysis]
        faces = 11
        faces_with_attributes = 12
        faces_with_quality = 13
        faces_with_landmarks = 14
        faces_with_dense_landmarks = 15
        live_face_px = 16
        [rates]
        GetGroupList = 3
        CreateFace = 0
        [accounts.2.limits]
        groups_per_account = 1
        [accounts.2.rates]
        CreateFace = 5
    ";
    let settings: Settings = toml::from_str(text).unwrap();
    let limits = settings.account_limits().unwrap();
    assert_eq!(
        (
            limits.of(AccountId(1)).groups_per_account,
            limits.of(AccountId(1)).faces_per_person
        ),
        (9, 7)
    );
    assert_eq!(
        (
            limits.of(AccountId(2)).groups_per_account,
            limits.of(AccountId(2)).faces_per_person
        ),
        (1, 7)
    );
    let config = settings.api_config().unwrap();
    let request = &config.request_limits;
    assert_eq!(
        (request.query_bytes, request.v1_body_bytes, request.tc3_body_bytes),
        (1, 2, 3)
    );
    let picture = &config.picture_limits;
    assert_eq!((config.image_characters, picture.max_bytes), (400, 300));
    assert_eq!(
        (
            picture.max_jpeg_long_edge,
            picture.max_other_long_edge,
            picture.min_short_edge
        ),
        (5, 6, 7)
    );
    let analysis = mien_api::AnalysisLimits {
        faces: 11,
        faces_with_attributes: 12,
        faces_with_quality: 13,
        faces_with_landmarks: 14,
        faces_with_dense_landmarks: 15,
        live_face_px: 16,
    };
    assert_eq!(config.analysis, analysis);
    let calls = |rates: &BTreeMap<String, Rate>, action: &str| rates.get(action).map(|rate| rate.calls.get());
    assert_eq!(
        (calls(&config.rates, "GetGroupList"), calls(&config.rates, "CreateFace")),
        (Some(3), None)
    );
    let own = &config.account_rates[&2];
    assert_eq!(
        (calls(own, "GetGroupList"), calls(own, "CreateFace")),
        (Some(3), Some(5))
    );
}

#[test]
fn mistakes_about_accounts_and_rates_are_named() {
    for (text, expected) in [
        ("[rates]\nCreateFaces = 1", "CreateFaces"),
        ("[accounts.two.limits]\nfaces_per_person = 1", "accounts.two"),
        ("[accounts.2.limits]\nfaces = 1", "accounts.2.limits"),
        ("[accounts.2.rates]\nNothing = 1", "accounts.2.rates"),
    ] {
        let settings: Settings = toml::from_str(text).unwrap();
        let error = settings
            .account_limits()
            .map(drop)
            .and_then(|()| settings.api_config().map(drop));
        let message = format!("{:#}", error.unwrap_err());
        assert!(message.contains(expected), "{expected:?} is not in {message:?}");
    }
}

#[test]
fn the_defaults_are_those_of_the_api() {
    let config = Settings::default().api_config().unwrap();
    let defaults = mien_api::Config::default();
    assert_eq!(config.rates, defaults.rates);
    assert_eq!(config.picture_limits, defaults.picture_limits);
    assert_eq!(config.request_limits, defaults.request_limits);
    assert_eq!(config.analysis, defaults.analysis);
}

#[test]
fn the_printed_configuration_reads_back() {
    let text = toml::to_string(&Settings::default()).unwrap();
    assert_eq!(toml::from_str::<Settings>(&text).unwrap(), Settings::default());
}
