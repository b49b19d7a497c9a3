//! Installing packs and the runtime: with stand-ins for npm and pip, and from directories.

mod workshop;

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use mien_vision::home::Home;
use mien_vision::install::{Fetch, InstallError, Means, Progress, Silent, install_pack, install_runtime};
use mien_vision::pack::{Pack, PackError};

use self::workshop::{Parcel, Workshop, manifest};

#[test]
fn pack_from_npm_is_converted_and_installed_once() {
    let workshop = Workshop::new();
    workshop.publish(&Parcel::good());
    let pack = workshop.install(&mut Silent).unwrap();
    pack.verify().unwrap();
    assert_eq!(pack.manifest().name.as_str(), "tiny");
    assert_eq!(
        fs::read_to_string(pack.directory().join("pack.toml")).unwrap(),
        manifest(&Parcel::good())
    );
    assert_eq!(Pack::list(&workshop.home).unwrap().len(), 1);

    workshop.npm("echo no second call >&2; exit 1");
    workshop.install(&mut Silent).unwrap();
    assert_eq!(workshop.left(), ["tiny"]);
}

#[test]
fn every_failure_is_clear_and_leaves_nothing() {
    let good = Parcel::good();
    let check = |what: &str, prepare: &dyn Fn(&Workshop), expect: &dyn Fn(&InstallError) -> bool| {
        let workshop = Workshop::new();
        workshop.publish(&good);
        prepare(&workshop);
        let error = workshop.install(&mut Silent).unwrap_err();
        assert!(expect(&error), "{what}: {error:?}");
        assert!(workshop.left().is_empty(), "{what}: left {:?}", workshop.left());
        assert!(Pack::list(&workshop.home).unwrap().is_empty(), "{what}");
    };
    let source = |error: &InstallError| {
        std::error::Error::source(error)
            .map(ToString::to_string)
            .unwrap_or_default()
    };

    check(
        "no npm",
        &|workshop| fs::remove_file(workshop.bin().join("npm")).unwrap(),
        &|error| matches!(error, InstallError::NoProgram { program: "npm", .. }),
    );
    check(
        "npm fails",
        &|workshop| workshop.npm("echo npm error network >&2; exit 3"),
        &|error| {
            let InstallError::Program {
                command,
                status,
                output,
            } = error
            else {
                return false;
            };
            command.starts_with("npm pack") && status.contains('3') && output == "npm error network"
        },
    );
    check("npm makes nothing", &|workshop| workshop.npm("exit 0"), &|error| {
        matches!(error, InstallError::NoResult { .. })
    });
    check("npm is not a program", &|workshop| workshop.break_npm(), &|error| {
        matches!(error, InstallError::Program { .. })
    });
    check(
        "truncated package",
        &|workshop| workshop.serve(&good.tarball()[..good.tarball().len() / 2]),
        &|error| matches!(error, InstallError::Archive { .. }),
    );
    check(
        "not a package",
        &|workshop| workshop.serve(b"<html>not found</html>"),
        &|error| matches!(error, InstallError::Archive { .. }) && !source(error).is_empty(),
    );
    check("empty package", &|workshop| workshop.serve(b""), &|error| {
        matches!(error, InstallError::Archive { .. } | InstallError::NotInArchive { .. })
    });
    check(
        "other weights",
        &|workshop| {
            workshop.serve(
                &Parcel {
                    slope: 0.75,
                    ..Parcel::good()
                }
                .tarball(),
            )
        },
        &|error| matches!(error, InstallError::Hash { file, .. } if file.contains("tiny.bin")),
    );
    check(
        "longer weights",
        &|workshop| {
            workshop.serve(
                &Parcel {
                    padding: 9,
                    ..Parcel::good()
                }
                .tarball(),
            )
        },
        &|error| matches!(error, InstallError::Size { .. }),
    );
    check(
        "missing weights",
        &|workshop| {
            workshop.serve(
                &Parcel {
                    bin: "other.bin",
                    ..Parcel::good()
                }
                .tarball(),
            )
        },
        &|error| matches!(error, InstallError::NotInArchive { path, .. } if path == "models/tiny.bin"),
    );
    check(
        "other conversion",
        &|workshop| workshop.describe(&workshop::with_model_hash(&good, [7; 32].into())),
        &|error| matches!(error, InstallError::Hash { file, .. } if file == "tiny.onnx"),
    );
    check(
        "cannot be converted",
        &|workshop| {
            workshop.publish(&Parcel {
                operation: "FancyOp",
                ..Parcel::good()
            })
        },
        &|error| matches!(error, InstallError::Convert { .. }) && source(error).contains("FancyOp"),
    );
    check(
        "unknown field",
        &|workshop| workshop.describe(&format!("{}\nspeed = 1\n", manifest(&good))),
        &|error| matches!(error, InstallError::Pack(PackError::Manifest { .. })),
    );
}

#[test]
fn names_in_a_package_lead_nowhere() {
    let workshop = Workshop::new();
    workshop.publish(&Parcel {
        hostile: true,
        ..Parcel::good()
    });
    workshop.install(&mut Silent).unwrap();
    assert_eq!(workshop.left(), ["tiny"]);
    assert!(!workshop.root().join("evil").exists());
    let names = fs::read_dir(workshop.home.packs().join("tiny")).unwrap().count();
    assert_eq!(names, 2, "only the model and the manifest");
}

#[test]
fn failed_update_keeps_the_old_pack() {
    let workshop = Workshop::new();
    workshop.publish(&Parcel::good());
    workshop.install(&mut Silent).unwrap();
    let other = Parcel {
        slope: 0.75,
        ..Parcel::good()
    };
    workshop.describe(&manifest(&other));
    workshop.npm("echo offline >&2; exit 1");
    assert!(matches!(
        workshop.install(&mut Silent),
        Err(InstallError::Program { .. })
    ));
    workshop.installed().verify().unwrap();

    workshop.publish(&other);
    workshop.install(&mut Silent).unwrap();
    let model = workshop.installed().read(&"tiny.onnx".parse().unwrap()).unwrap();
    assert_eq!(model, other.model());
    assert_eq!(workshop.left(), ["tiny"]);
}

#[test]
fn new_manifest_for_the_same_models_needs_no_network() {
    let workshop = Workshop::new();
    workshop.publish(&Parcel::good());
    workshop.install(&mut Silent).unwrap();
    workshop.npm("exit 1");
    workshop.describe(&manifest(&Parcel::good()).replace("score = 0.5", "score = 0.75"));
    let pack = workshop.install(&mut Silent).unwrap();
    assert_eq!(pack.manifest().roles.detector.as_ref().unwrap().score, 0.75);
    pack.verify().unwrap();
}

#[test]
fn damaged_pack_is_noticed_and_repaired() {
    let workshop = Workshop::new();
    workshop.publish(&Parcel::good());
    let pack = workshop.install(&mut Silent).unwrap();
    let path = pack.directory().join("tiny.onnx");
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(pack.verify(), Err(PackError::Hash { .. })));
    fs::write(&path, &bytes[1..]).unwrap();
    assert!(matches!(Pack::open(pack.directory()), Err(PackError::Size { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(Pack::open(pack.directory()), Err(PackError::Read { .. })));
    workshop.install(&mut Silent).unwrap().verify().unwrap();
}

#[test]
fn directory_can_hold_the_model_or_the_package() {
    let good = Parcel::good();
    for (name, content) in [("tiny.onnx", good.model()), ("mien-tiny-1.0.0.tgz", good.tarball())] {
        let workshop = Workshop::new();
        workshop.describe(&manifest(&good));
        fs::write(workshop.source().join(name), content).unwrap();
        workshop.install(&mut Silent).unwrap().verify().unwrap();
    }
    for (content, expect) in [(vec![0; good.model().len()], "SHA-256"), (vec![0; 3], "3 bytes")] {
        let workshop = Workshop::new();
        workshop.describe(&manifest(&good));
        fs::write(workshop.source().join("tiny.onnx"), content).unwrap();
        let error = workshop.install(&mut Silent).unwrap_err();
        assert!(error.to_string().contains(expect), "{error}");
        assert!(workshop.left().is_empty());
    }
}

#[test]
fn pack_that_is_not_known_is_refused() {
    let workshop = Workshop::new();
    let ask = |name: Option<&str>, means: &Means<'_>| {
        let name = name.map(|name| name.parse().unwrap());
        install_pack(&workshop.home, name.as_ref(), means, &mut Silent).unwrap_err()
    };
    assert!(matches!(
        ask(Some("nosuch"), &Means::default()),
        InstallError::UnknownPack(_)
    ));
    assert!(matches!(ask(None, &Means::default()), InstallError::NothingAsked));
    let source = workshop.source();
    let means = Means {
        directory: Some(&source),
        ..Means::default()
    };
    assert!(matches!(ask(None, &means), InstallError::Pack(PackError::Read { .. })));
    workshop.describe(&manifest(&Parcel::good()));
    assert!(matches!(ask(Some("other"), &means), InstallError::OtherPack { .. }));
    let error = ask(Some("omz"), &means);
    assert!(matches!(&error, InstallError::OnlyFromDirectory { .. }), "{error:?}");
    assert!(error.to_string().contains("https://"), "{error}");
    assert!(workshop.left().is_empty());
}

#[test]
fn addresses_are_downloaded_by_the_caller() {
    let good = Parcel::good();
    let address = r#"kind = "url"
url = "https://models.example/tiny.onnx""#;
    let text = workshop::with_source(&good, address);
    let check = |content: Result<Vec<u8>, io::ErrorKind>, expect: fn(&Result<Pack, InstallError>) -> bool| {
        let workshop = Workshop::new();
        workshop.describe(&text);
        let result = workshop.install_with(Some(&Shelf(content)), &mut Silent);
        assert!(expect(&result), "{result:?}");
        assert_eq!(workshop.left().len(), usize::from(result.is_ok()));
    };
    check(Ok(good.model()), |result| result.is_ok());
    check(Ok(vec![0; good.model().len()]), |result| {
        matches!(result, Err(InstallError::Hash { .. }))
    });
    check(Ok(good.model()[1..].to_vec()), |result| {
        matches!(result, Err(InstallError::Size { .. }))
    });
    check(Ok(vec![0; 1 << 20]), |result| {
        matches!(result, Err(InstallError::Download { .. }))
    });
    check(Err(io::ErrorKind::TimedOut), |result| {
        matches!(result, Err(InstallError::Download { .. }))
    });
    let workshop = Workshop::new();
    workshop.describe(&text);
    assert!(matches!(
        workshop.install(&mut Silent),
        Err(InstallError::NoDownload { .. })
    ));
}

/// Runs in a process of its own, which the stand-in for npm kills.
#[test]
fn killed_in_the_middle() {
    let Some(root) = std::env::var_os("MIEN_TEST_KILLED") else {
        return;
    };
    Workshop::at(root.into()).install(&mut Silent).unwrap();
}

#[test]
fn kill_leaves_nothing_that_counts() {
    let workshop = Workshop::new();
    workshop.publish(&Parcel::good());
    workshop.install(&mut Silent).unwrap();
    let other = Parcel {
        slope: 0.75,
        ..Parcel::good()
    };
    workshop.publish(&other);
    workshop.npm("kill -9 $PPID");
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "install::killed_in_the_middle", "--nocapture"])
        .env("MIEN_TEST_KILLED", workshop.root())
        .status();
    assert_eq!(status.unwrap().signal(), Some(9));
    assert!(
        workshop.left().len() > 1,
        "the kill came in the middle: {:?}",
        workshop.left()
    );
    assert_eq!(Pack::list(&workshop.home).unwrap().len(), 1, "leftovers are not packs");
    workshop.installed().verify().unwrap();

    workshop.publish(&other);
    workshop.install(&mut Silent).unwrap().verify().unwrap();
    assert_eq!(workshop.left(), ["tiny"], "the next installation clears up");
}

#[test]
fn progress_is_reported_step_by_step() {
    #[derive(Default)]
    struct Steps(Vec<String>, i32);
    impl Progress for Steps {
        fn begin(&mut self, step: &str, _total: Option<u64>) {
            self.0.push(step.to_owned());
            self.1 += 1;
        }
        fn advance(&mut self, _bytes: u64) {}
        fn end(&mut self) {
            self.1 -= 1;
        }
    }
    let workshop = Workshop::new();
    workshop.publish(&Parcel::good());
    let mut steps = Steps::default();
    workshop.install(&mut steps).unwrap();
    assert_eq!(steps.0, ["npm pack @mien/tiny@1.0.0", "convert tiny.onnx"]);
    assert_eq!(steps.1, 0, "each step that begins ends");
}

#[test]
fn runtime_that_cannot_be_had_leaves_nothing() {
    let check = |what: &str, script: Option<&str>, expect: fn(&InstallError) -> bool| {
        let workshop = Workshop::new();
        if let Some(script) = script {
            workshop.program("pip3", &format!("case $1 in --version) exit 0;; esac\n{script}"));
        }
        let path = Some(workshop.bin().into_os_string());
        let error = install_runtime(&workshop.home, path.as_ref(), &mut Silent).unwrap_err();
        assert!(expect(&error), "{what}: {error:?}");
        let left = fs::read_dir(workshop.home.runtime()).unwrap().count();
        assert_eq!(left, 1, "{what}: only the lock is left");
    };
    check("no pip", None, |error| {
        matches!(error, InstallError::NoProgram { program: "pip", .. })
    });
    check(
        "offline",
        Some("echo ERROR: no matching distribution >&2; exit 1"),
        |error| matches!(error, InstallError::Program { output, .. } if output.contains("no matching distribution")),
    );
    check("no wheel", Some("exit 0"), |error| {
        matches!(error, InstallError::NoResult { .. })
    });
    check("other wheel", Some("echo other > openvino.whl"), |error| {
        matches!(error, InstallError::Hash { .. })
    });
}

/// Gives the same content for every address.
struct Shelf(Result<Vec<u8>, io::ErrorKind>);

impl Fetch for Shelf {
    fn fetch(&self, url: &str, limit: u64, into: &mut dyn Write, progress: &mut dyn Progress) -> io::Result<()> {
        assert_eq!(url, "https://models.example/tiny.onnx");
        assert_eq!(limit, Parcel::good().model().len() as u64);
        let content = self.0.as_ref().map_err(|kind| io::Error::from(*kind))?;
        progress.advance(content.len() as u64);
        into.write_all(content)
    }
}

#[test]
fn home_without_packs_is_empty() {
    let workshop = Workshop::new();
    let home = Home::at(workshop.root().join("nothing"));
    assert!(Pack::list(&home).unwrap().is_empty());
    let missing = Pack::installed(&home, &"human".parse().unwrap());
    assert!(matches!(missing, Err(PackError::NotInstalled { .. })));
}
