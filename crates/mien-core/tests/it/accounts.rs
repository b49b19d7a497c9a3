//! Accounts and keys.

use crate::world::{StepClock, Steps as _, V3, World, axis, gid, gids, new_group, open_store, page, pid, refused};
use mien_core::{AccountId, Accounts, SearchOptions, Target};
use mien_store::Durability;
use std::sync::Arc;
use std::time::Duration;

fn other_process(world: &World) -> Accounts {
    Accounts::new(
        open_store(&world.path("mien.db"), Durability::Off),
        Arc::new(StepClock::default()),
    )
}

#[test]
fn keys_have_the_documented_form_and_are_found() {
    let world = World::new();
    let key = world.accounts().create_key(world.account, "for the door").unwrap();
    assert!(
        key.secret_id.starts_with("AKID") && key.secret_id.len() == 36,
        "{key:?}"
    );
    assert_eq!(key.secret.len(), 32);
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(letters(&key.secret_id) && letters(&key.secret));
    assert_eq!(world.accounts().key(&key.secret_id).unwrap().as_ref(), Some(&key));
    assert_eq!(
        world.accounts().keys(world.account).unwrap(),
        std::slice::from_ref(&key)
    );
    assert_eq!(world.accounts().key("AKIDunknown").unwrap(), None);

    let second = world.accounts().create_key(world.account, "").unwrap();
    assert_ne!((&second.secret_id, &second.secret), (&key.secret_id, &key.secret));
    assert!(
        !format!("{key:?}").contains(&key.secret),
        "a log must not show the secret"
    );
}

#[test]
fn unknown_accounts_and_keys_are_refused() {
    let world = World::new();
    refused(world.accounts().create_key(AccountId(99), ""), "AccountNotFound");
    refused(world.accounts().keys(AccountId(99)), "AccountNotFound");
    refused(world.accounts().disable_key("AKIDunknown"), "KeyNotFound");
    refused(world.create_group(AccountId(99), new_group("g", V3)), "AccountNotFound");
    refused(world.groups(AccountId(99), page(0, 10)), "AccountNotFound");
}

#[test]
fn a_disabled_key_is_seen_at_once_in_the_same_process() {
    let world = World::new();
    let accounts = world.accounts();
    let key = accounts.create_key(world.account, "").unwrap();
    assert!(accounts.key(&key.secret_id).unwrap().unwrap().enabled);
    accounts.disable_key(&key.secret_id).unwrap();
    assert!(!accounts.key(&key.secret_id).unwrap().unwrap().enabled);
    accounts.enable_key(&key.secret_id).unwrap();
    assert!(accounts.key(&key.secret_id).unwrap().unwrap().enabled);
}

#[test]
fn keys_of_another_process_are_seen_without_a_restart() {
    let world = World::new();
    let command = other_process(&world);
    let created = command.create_key(world.account, "by the command line").unwrap();
    // A key that memory does not hold is looked up, whatever the time.
    assert_eq!(
        world.accounts().key(&created.secret_id).unwrap().as_ref(),
        Some(&created)
    );

    // One that it holds is served from memory until the next look at the version of the keys.
    let clock = Arc::new(StepClock::default());
    let store = || open_store(&world.path("mien.db"), Durability::Off);
    let never = Accounts::with_recheck(store(), Arc::clone(&clock) as _, Duration::MAX);
    let always = Accounts::with_recheck(store(), clock, Duration::ZERO);
    for server in [&never, &always] {
        assert!(server.key(&created.secret_id).unwrap().unwrap().enabled);
    }
    command.disable_key(&created.secret_id).unwrap();
    assert!(
        never.key(&created.secret_id).unwrap().unwrap().enabled,
        "otherwise the cache is none"
    );
    assert!(!always.key(&created.secret_id).unwrap().unwrap().enabled);
}

#[test]
fn accounts_do_not_see_one_another() {
    let world = World::new();
    let (mine, other) = (world.account, world.accounts().create("other").unwrap());
    world.add_group("g");
    let face = world.add_person("g", "p", &axis(0));
    world.accounts().create_key(mine, "").unwrap();

    refused(world.group(other, &gid("g")), "GroupNotFound");
    refused(world.person(other, &pid("p")), "PersonNotFound");
    refused(world.delete_person(other, &pid("p")), "PersonNotFound");
    refused(world.delete_group(other, &gid("g")), "GroupNotFound");
    refused(world.delete_faces(other, &pid("p"), &[face]), "PersonNotFound");
    refused(world.prove(other, &pid("p"), Target::Faces, &axis(0)), "PersonNotFound");
    let options = SearchOptions {
        candidates: 5,
        threshold: None,
        details: false,
    };
    refused(
        world.hunt(other, &gids(&["g"]), Target::Faces, &[axis(0)], &options),
        "GroupNotFound",
    );
    assert_eq!(world.groups(other, page(0, 10)).unwrap().total, 0);
    assert!(world.accounts().keys(other).unwrap().is_empty());

    // The same ids and names are free for the other account, and stay apart.
    world.create_group(other, new_group("g", V3)).unwrap();
    let options = SearchOptions {
        candidates: 5,
        threshold: None,
        details: false,
    };
    refused(
        world.hunt(other, &gids(&["g"]), Target::Faces, &[axis(0)], &options),
        "NoFaceInGroups",
    );
    world.delete_group(other, &gid("g")).unwrap();
    assert_eq!(world.found(&["g"], Target::Faces, &axis(0)), [("p".to_owned(), 100)]);
    let accounts = world.accounts().list().unwrap();
    assert_eq!(
        accounts
            .iter()
            .map(|a| (a.name.as_str(), a.groups, a.faces))
            .collect::<Vec<_>>(),
        [("test", 1, 1), ("other", 0, 0)]
    );
}
