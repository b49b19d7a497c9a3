//! Restarts, lost and damaged indexes, backups, models that come and go.

use crate::world::*;
use mien_core::*;
use std::fs;

/// Persons p0 to p9 in group g, with some removed and changed again.
fn busy() -> World {
    let world = World::new();
    world.add_group("g");
    world.add_group("h");
    for number in 0..10 {
        world.add_person("g", &format!("p{number}"), &axis(number));
    }
    let second = world.add_face("p1", &axis(11));
    world.add_face("p2", &axis(12));
    world.copy("p3", &["h"]);
    world.copy("p4", &["h"]);
    world.delete_faces(world.account, &pid("p1"), &[second]).unwrap();
    world.delete_person(world.account, &pid("p0")).unwrap();
    world
        .delete_person_from_group(world.account, &pid("p4"), &gid("g"))
        .unwrap();
    world
}

#[track_caller]
fn check(world: &World) {
    for target in [Target::Faces, Target::Persons] {
        let found = |groups: &[&str], probe: usize| world.found(groups, target, &axis(probe));
        let names = |found: Vec<(String, i64)>| {
            let mut names: Vec<String> = found.into_iter().map(|(name, _)| name).collect();
            names.sort();
            names.concat()
        };
        assert_eq!(names(found(&["g"], 0)), "p1p2p3p5p6p7p8p9");
        assert_eq!(names(found(&["h"], 0)), "p3p4");
        assert_eq!(found(&["h"], 4)[0], ("p4".to_owned(), 100));
        assert_eq!(found(&["g"], 1)[0], ("p1".to_owned(), 100));
        assert!(
            found(&["g"], 11).iter().all(|(_, score)| *score == 10),
            "a deleted face is still there"
        );
        assert_eq!(found(&["g"], 12)[0].0, "p2");
    }
    world.check_store();
}

#[test]
fn a_restart_changes_nothing() {
    let mut world = busy();
    check(&world);
    for _ in 0..3 {
        world.restart();
        check(&world);
    }
    world.add_person("g", "late", &axis(14));
    assert_eq!(
        world.found(&["g"], Target::Faces, &axis(14))[0],
        ("late".to_owned(), 100)
    );
}

#[test]
fn a_missing_index_is_built_anew() {
    let mut world = busy();
    world.restart();
    world.close();
    fs::remove_dir_all(world.path("index")).unwrap();
    world.open();
    check(&world);
}

#[test]
fn a_damaged_index_is_built_anew() {
    let mut world = busy();
    world.restart();
    world.close();
    let mut damaged = 0;
    for entry in walk(&world.path("index")) {
        let mut bytes = fs::read(&entry).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let middle = bytes.len() / 2;
        bytes.truncate(middle);
        bytes.iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(&entry, bytes).unwrap();
        damaged += 1;
    }
    println!("{damaged} files damaged");
    world.open();
    check(&world);
}

fn walk(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path))
        } else {
            found.push(path)
        }
    }
    found
}

#[test]
fn an_index_left_behind_by_a_trimmed_log_is_built_anew() {
    let mut world = busy();
    world.restart();
    world.close();
    // An old copy of the index comes back after the log has been trimmed further.
    let (index, kept) = (world.path("index"), world.path("kept"));
    copy(&index, &kept);
    world.open();
    world.add_person("g", "late", &axis(14));
    world.close();
    let store = open_store(&world.path("mien.db"), mien_store::Durability::Off);
    let spaces = store.read::<_, mien_store::StoreError>(|view| view.spaces()).unwrap();
    store
        .write(move |tx| {
            for space in spaces {
                for stream in mien_store::Stream::ALL {
                    tx.trim(space.key, stream, u64::MAX >> 1)?;
                }
            }
            Ok::<_, mien_store::StoreError>(())
        })
        .unwrap();
    drop(store);
    fs::remove_dir_all(&index).unwrap();
    copy(&kept, &index);
    world.open();
    assert_eq!(
        world.found(&["g"], Target::Faces, &axis(14))[0],
        ("late".to_owned(), 100)
    );
    world.delete_person(world.account, &pid("late")).unwrap();
    check(&world);
}

#[test]
fn a_restored_backup_does_not_trust_the_index_of_the_original() {
    let mut world = busy();
    world.close();
    let (database, backup) = (world.path("mien.db"), world.path("backup.db"));
    open_store(&database, mien_store::Durability::Off)
        .backup(&backup)
        .unwrap();
    world.open();
    // The original goes on; then the backup takes its place, and as many changes happen again in another way.
    world.add_person("g", "lost", &axis(14));
    world.close();
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(world.path(&format!("mien.db{suffix}")));
    }
    fs::rename(&backup, &database).unwrap();
    world.open();
    assert!(
        world
            .found(&["g"], Target::Faces, &axis(14))
            .iter()
            .all(|(id, _)| id != "lost")
    );
    check(&world);
    world.close();
    let directories = fs::read_dir(world.path("index")).unwrap().count();
    assert_eq!(directories, 1, "the index of the original is removed");
}

#[test]
fn only_one_domain_opens_a_store() {
    let mut world = busy();
    refused(world.try_open().map(drop), "InUse");
    check(&world);
    world.close();
    drop(world.try_open().unwrap());
}

#[test]
fn vectors_of_another_model_are_never_compared() {
    let mut world = busy();
    let other = Space {
        fingerprint: "another model".to_owned(),
        dim: 8,
        ..space(V3)
    };
    world.close();
    world.set_spaces(vec![other.clone()]);
    world.open();
    // Whatever needs an embedding names the model that is missing.
    let groups = gids(&["g"]);
    let options = SearchOptions {
        candidates: 5,
        threshold: None,
        details: false,
    };
    let probe = vec![0.5; 8];
    let images = || vec![Ok::<_, ()>(enrolled(&probe))];
    refused(
        world.check_search(world.account, &groups, Target::Faces),
        "SpaceNotLoaded",
    );
    refused(
        world.hunt(
            world.account,
            &groups,
            Target::Faces,
            std::slice::from_ref(&probe),
            &options,
        ),
        "SpaceNotLoaded",
    );
    refused(
        world.prove(world.account, &pid("p1"), Target::Faces, &probe),
        "SpaceNotLoaded",
    );
    refused(
        world.add_seen(world.account, &pid("p1"), images(), score(0.0)),
        "SpaceNotLoaded",
    );
    refused(
        world.check_create_person(world.account, &new_person("g", "new")),
        "SpaceNotLoaded",
    );
    let error = world
        .enrol(world.account, new_person("g", "new"), enrolled(&probe))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "group g was enrolled with the face model \"model 3.0\", which is not loaded"
    );
    // The rest works, and new groups get the new model.
    assert_eq!(world.group(world.account, &gid("g")).unwrap().version, V3);
    assert_eq!(world.person(world.account, &pid("p1")).unwrap().faces.len(), 1);
    world.add_group("new");
    world
        .enrol(world.account, new_person("new", "n"), enrolled(&probe))
        .unwrap();
    refused(
        world.copy_person(world.account, &pid("p1"), &gids(&["new"])),
        "AcrossVersions",
    );
    refused(
        world.check_search(world.account, &gids(&["g", "new"]), Target::Faces),
        "AcrossVersions",
    );
    world.delete_person(world.account, &pid("p9")).unwrap();
    world.copy("p5", &["h"]);

    // With both models loaded both kinds of groups are served, and what was changed meanwhile is caught up.
    world.close();
    world.set_spaces(vec![other, space(V3)]);
    world.open();
    assert_eq!(world.found(&["new"], Target::Faces, &probe), [("n".to_owned(), 100)]);
    assert_eq!(world.found(&["h"], Target::Faces, &axis(5))[0], ("p5".to_owned(), 100));
    assert!(
        world
            .found(&["g"], Target::Persons, &axis(9))
            .iter()
            .all(|(id, _)| id != "p9")
    );
    assert_eq!(
        world
            .check_search(world.account, &gids(&["g"]), Target::Faces)
            .unwrap()
            .fingerprint,
        "model 3.0"
    );
    world.check_store();
}

#[test]
fn a_fingerprint_stands_for_one_dimension() {
    let mut world = busy();
    world.close();
    for wrong in [vec![Space { dim: 8, ..space(V3) }], vec![space(V3), space(V3)]] {
        world.set_spaces(wrong);
        refused(world.try_open().map(drop), "SpaceConflict");
    }
}

/// A pack with one embedder serves both versions with it; a group of one version is no group of the other.
#[test]
fn one_embedder_may_serve_both_versions() {
    let mut world = busy();
    world.close();
    let same = Space {
        version: V2,
        ..space(V3)
    };
    world.set_spaces(vec![space(V3), same]);
    world.try_open().map(drop).unwrap();
}

#[test]
fn the_check_finds_what_an_index_lacks() {
    let world = busy();
    world.check_store();
    // Rows that reach the store past the domain: its indexes have never heard of them.
    let store = open_store(&world.path("mien.db"), mien_store::Durability::Off);
    let account = mien_store::AccountKey(world.account.0);
    store
        .write(move |tx| {
            let group = tx.group(account, "h")?.unwrap();
            let new = mien_store::NewPersonRow {
                account,
                id: "unheard",
                name: "x",
                gender: 0,
                now_ms: 1,
            };
            let person = tx.insert_person(&new)?;
            tx.insert_member(person, group.space, group.key, &[], &[], None)?;
            let vectors = [(group.space, mien_store::Vector::from_f32(&axis(0)))];
            tx.insert_face(&mien_store::NewFaceRow {
                account,
                person,
                frame: mien_store::FrameRow::default(),
                vectors: &vectors,
                crop: None,
                now_ms: 1,
            })?;
            Ok::<_, mien_store::StoreError>(())
        })
        .unwrap();
    let findings = world.check().unwrap().join("; ");
    for expected in [
        "is not in the index",
        "has 3 faces, the index holds 2",
        "has 3 persons, the index holds 2",
    ] {
        assert!(findings.contains(expected), "{expected} is not in {findings}");
    }
}
