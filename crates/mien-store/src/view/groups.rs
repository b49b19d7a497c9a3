//! Groups.

use super::{View, number, texts};
use crate::error::StoreError;
use crate::row::{AccountKey, GroupKey, GroupRow, MovingRow, SpaceKey};
use rusqlite::{Row, params};

const GROUP: &str = "SELECT id, space, group_id, name, tag, fields, created_ms, updated_ms, \
     person_count, face_count, job, moving_to FROM groups";

impl View<'_> {
    /// One group by the client's id.
    pub fn group(&self, account: AccountKey, id: &str) -> Result<Option<GroupRow>, StoreError> {
        let sql = format!("{GROUP} WHERE account = ?1 AND group_id = ?2");
        self.one("reading a group", &sql, params![account, id], group_row)
    }

    /// One group by key.
    pub fn group_by_key(&self, key: GroupKey) -> Result<Option<GroupRow>, StoreError> {
        self.one("reading a group", &format!("{GROUP} WHERE id = ?1"), [key], group_row)
    }

    /// The group that has this name.
    pub fn group_named(&self, account: AccountKey, name: &str) -> Result<Option<GroupKey>, StoreError> {
        let sql = "SELECT id FROM groups WHERE account = ?1 AND name = ?2";
        self.one("reading a group name", sql, params![account, name], |row| row.get(0))
    }

    /// Numbers of persons and faces whose rows are in the gallery of a group in a space; `None` when the group has no
    /// gallery there.
    pub fn gallery_counts(&self, group: GroupKey, space: SpaceKey) -> Result<Option<(u64, u64)>, StoreError> {
        let Some(row) = self.group_by_key(group)? else {
            return Ok(None);
        };
        if row.space == space {
            return Ok(Some((row.persons, row.faces)));
        }
        let Some(moving) = row.moving.filter(|moving| moving.to == space) else {
            return Ok(None);
        };
        let sql = "SELECT count(*), coalesce(sum(p.face_count), 0) FROM members m JOIN persons p ON p.id = m.person \
                   WHERE m.grp = ?1 AND m.moved = ?2";
        self.one("counting a gallery", sql, params![group, moving.job], |row| {
            Ok((number(row, 0)?, number(row, 1)?))
        })
    }

    /// Keys of all groups that have a gallery in a space.
    pub fn galleries_of_space(&self, space: SpaceKey) -> Result<Vec<GroupKey>, StoreError> {
        self.all(
            "listing groups",
            "SELECT id FROM groups WHERE space = ?1 OR moving_to = ?1",
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
        moving: match (row.get(10)?, row.get(11)?) {
            (Some(job), Some(to)) => Some(MovingRow { job, to }),
            _ => None,
        },
    })
}
