//! Groups.

use super::{View, number, texts};
use crate::error::StoreError;
use crate::row::{AccountKey, GroupKey, GroupRow, SpaceKey};
use rusqlite::{Row, params};

const GROUP: &str =
    "SELECT id, space, group_id, name, tag, fields, created_ms, updated_ms, person_count, face_count FROM groups";

impl View<'_> {
    /// One group by the client's id.
    pub fn group(&self, account: AccountKey, id: &str) -> Result<Option<GroupRow>, StoreError> {
        let sql = format!("{GROUP} WHERE account = ?1 AND group_id = ?2");
        self.one("reading a group", &sql, params![account, id], group_row)
    }

    /// The group that has this name.
    pub fn group_named(&self, account: AccountKey, name: &str) -> Result<Option<GroupKey>, StoreError> {
        let sql = "SELECT id FROM groups WHERE account = ?1 AND name = ?2";
        self.one("reading a group name", sql, params![account, name], |row| row.get(0))
    }

    /// Numbers of persons and faces of a group.
    pub fn group_counts(&self, group: GroupKey) -> Result<Option<(u64, u64)>, StoreError> {
        let sql = "SELECT person_count, face_count FROM groups WHERE id = ?1";
        self.one("reading a group", sql, [group], |row| {
            Ok((number(row, 0)?, number(row, 1)?))
        })
    }

    /// Numbers of persons and faces of all groups of a space; who is in two of them counts twice.
    pub fn space_counts(&self, space: SpaceKey) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT coalesce(sum(person_count), 0), coalesce(sum(face_count), 0) FROM groups WHERE space = ?1";
        let counts = self.one("counting groups", sql, [space], |row| {
            Ok((number(row, 0)?, number(row, 1)?))
        })?;
        Ok(counts.unwrap_or_default())
    }

    /// Keys of all groups of a space.
    pub fn groups_of_space(&self, space: SpaceKey) -> Result<Vec<GroupKey>, StoreError> {
        self.all(
            "listing groups",
            "SELECT id FROM groups WHERE space = ?1",
            [space],
            |row| row.get(0),
        )
    }

    /// Groups of an account in order of creation.
    pub fn groups(&self, account: AccountKey, offset: u64, limit: u64) -> Result<Vec<GroupRow>, StoreError> {
        let sql = format!("{GROUP} WHERE account = ?1 ORDER BY id LIMIT ?3 OFFSET ?2");
        self.all(
            "listing groups",
            &sql,
            params![account, offset as i64, limit as i64],
            group_row,
        )
    }
}

fn group_row(row: &Row<'_>) -> rusqlite::Result<GroupRow> {
    Ok(GroupRow {
        key: row.get(0)?,
        space: row.get(1)?,
        id: row.get(2)?,
        name: row.get(3)?,
        tag: row.get(4)?,
        fields: texts(row, 5)?,
        created_ms: number(row, 6)?,
        updated_ms: number(row, 7)?,
        persons: number(row, 8)?,
        faces: number(row, 9)?,
    })
}
