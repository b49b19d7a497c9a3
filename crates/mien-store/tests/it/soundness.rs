//! The check finds what it should: each rule is broken once, past the store.

use crate::world::World;

#[test]
fn every_broken_rule_is_found() {
    let broken = [
        ("UPDATE accounts SET face_count = 9", "account 1 counts"),
        ("UPDATE accounts SET group_count = 9", "account 1 counts"),
        ("UPDATE groups SET face_count = 9 WHERE id = 1", "group 1 counts"),
        ("UPDATE groups SET person_count = 9 WHERE id = 1", "group 1 counts"),
        ("UPDATE persons SET face_count = 9 WHERE id = 1", "person 1 counts"),
        (
            "DELETE FROM vectors; DELETE FROM crops; DELETE FROM faces",
            "person 1 counts",
        ),
        ("DELETE FROM members WHERE person = 1", "person 1 is in no group"),
        ("UPDATE persons SET account = 2 WHERE id = 1", "of different accounts"),
        (
            "UPDATE groups SET space = 2 WHERE id = 1",
            "has no vector in the space of the group",
        ),
        (
            "UPDATE groups SET moving_to = 2, job = 1 WHERE id = 1; UPDATE members SET moved = 1",
            "was moved without a vector",
        ),
        (
            "UPDATE groups SET moving_to = 2, job = 7 WHERE id = 1",
            "moved by job 7, which does not do it",
        ),
        (
            "INSERT INTO jobs (account, job_id, grp, group_id, from_space, to_space, status, started_ms) \
             VALUES (1, 'j', 1, 'g', 1, 2, 0, 1)",
            "works on group 1, which does not know",
        ),
        ("DELETE FROM vectors", "has no vector"),
        ("UPDATE vectors SET value = x'0102'", "has 2 bytes"),
        ("UPDATE groups SET fields = 'x' WHERE id = 1", "fields of group 1"),
        ("UPDATE members SET texts = '{}'", "texts of membership"),
        ("DELETE FROM persons WHERE id = 1", "missing row of persons"),
    ];
    let mut missed = Vec::new();
    for (statement, finding) in broken {
        let world = World::new();
        world.store.write(|tx| tx.ensure_space("another", 3, 4)).unwrap();
        let group = world.group("g");
        world.person(group, "p");
        world.check();
        let connection = rusqlite::Connection::open(world.path("mien.db")).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute_batch(statement).unwrap();
        let found = world.store.check().unwrap();
        if !found.iter().any(|text| text.contains(finding)) {
            missed.push((statement, finding, found));
        }
    }
    assert!(missed.is_empty(), "not found: {missed:#?}");
}
