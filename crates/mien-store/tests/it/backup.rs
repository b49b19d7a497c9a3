//! Backup while the store serves.

use crate::world::{World, open, rows};
use mien_store::StoreError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

#[test]
fn a_backup_under_load_is_sound_and_holds_a_prefix() {
    let world = World::new();
    let group = world.group("g");
    for number in 0..50 {
        world.person(group, &format!("before-{number}"));
    }
    let (stop, world) = (AtomicBool::new(false), &world);
    let copy = world.path("copy.db");
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                world.person(group, &format!("during-{number}"));
                number += 1;
            }
        });
        world.store.backup(&copy).unwrap();
        stop.store(true, Ordering::Relaxed);
    });
    let restored = open(&copy);
    assert_eq!(restored.check().unwrap(), Vec::<String>::new());
    assert!(rows(&copy, "persons") >= 50);
    assert_ne!(restored.incarnation(), world.store.incarnation());
    // Numbers that indexes know must not be given again by the copy.
    let last = |store: &mien_store::Store| store.read::<_, StoreError>(|view| view.last_change()).unwrap();
    assert!(last(&restored) > 0 && last(&restored) <= last(&world.store));
    assert!(!world.path("copy.db.part").exists());
}

#[test]
fn a_backup_does_not_overwrite() {
    let world = World::new();
    let taken = world.path("precious.txt");
    std::fs::write(&taken, "precious").unwrap();
    assert!(world.store.backup(&taken).is_err());
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "precious");
    assert!(world.store.backup(&world.path("no such directory/copy.db")).is_err());
}
