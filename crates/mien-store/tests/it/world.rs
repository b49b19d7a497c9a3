//! A store in a directory of its own, and short ways to fill it.

use mien_store::{
    AccountKey, Durability, FaceKey, FrameRow, GroupKey, NewFaceRow, NewGroupRow, NewPersonRow, Options, PersonKey,
    SpaceKey, Store, StoreError, Transaction, Vector,
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub const DIM: usize = 8;

pub struct World {
    pub store: Store,
    pub account: AccountKey,
    pub space: SpaceKey,
    directory: TempDir,
}

impl World {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&directory.path().join("mien.db"));
        let (account, space) = store
            .write(|tx| Ok::<_, StoreError>((tx.insert_account("test", 1)?, tx.ensure_space("model", 3, DIM)?)))
            .unwrap();
        Self {
            store,
            account,
            space,
            directory,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn group(&self, id: &str) -> GroupKey {
        let (account, space, id) = (self.account, self.space, id.to_owned());
        self.store
            .write(move |tx| insert_group(tx, account, space, &id))
            .unwrap()
    }

    pub fn person(&self, group: GroupKey, id: &str) -> (PersonKey, FaceKey) {
        let (account, space, id) = (self.account, self.space, id.to_owned());
        self.store
            .write(move |tx| insert_person(tx, account, space, group, &id))
            .unwrap()
    }

    pub fn count(&self, table: &str) -> u64 {
        rows(&self.path("mien.db"), table)
    }

    pub fn check(&self) {
        assert_eq!(self.store.check().unwrap(), Vec::<String>::new());
    }
}

pub fn open(path: &Path) -> Store {
    Store::open(
        path,
        Options {
            durability: Durability::Full,
        },
    )
    .unwrap()
}

/// Looks into the file past the store.
pub fn rows(path: &Path, table: &str) -> u64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap() as u64
}

pub fn insert_group(
    tx: &mut Transaction<'_>,
    account: AccountKey,
    space: SpaceKey,
    id: &str,
) -> Result<GroupKey, StoreError> {
    let name = format!("name of {id}");
    tx.insert_group(&NewGroupRow {
        account,
        space,
        id,
        name: &name,
        tag: "",
        fields: &[],
        now_ms: 1000,
    })
}

pub fn insert_person(
    tx: &mut Transaction<'_>,
    account: AccountKey,
    space: SpaceKey,
    group: GroupKey,
    id: &str,
) -> Result<(PersonKey, FaceKey), StoreError> {
    let person = tx.insert_person(&NewPersonRow {
        account,
        id,
        name: "somebody",
        gender: 0,
        now_ms: 1000,
    })?;
    tx.insert_member(person, space, group, &[], &[], None)?;
    let face = insert_face(tx, account, space, person)?;
    tx.log_fused(person, &[(space, vector(person.0))])?;
    Ok((person, face))
}

pub fn insert_face(
    tx: &mut Transaction<'_>,
    account: AccountKey,
    space: SpaceKey,
    person: PersonKey,
) -> Result<FaceKey, StoreError> {
    let frame = FrameRow {
        x: -3,
        y: 4,
        width: 50,
        height: 60,
    };
    let (vectors, crop) = ([(space, vector(person.0))], [1, 2, 3]);
    tx.insert_face(&NewFaceRow {
        account,
        person,
        frame,
        vectors: &vectors,
        crop: Some(&crop),
        now_ms: 1000,
    })
}

pub fn vector(seed: u64) -> Vector {
    let values: Vec<f32> = (0..DIM as u64)
        .map(|i| ((seed * 31 + i * 7) % 17) as f32 - 8.0)
        .collect();
    Vector::from_f32(&values)
}
