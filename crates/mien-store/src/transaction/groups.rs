//! Groups.

use super::{Transaction, json};
use crate::error::StoreError;
use crate::row::{AccountKey, GroupKey, GroupRow, Operation, SpaceKey, Stream};
use rusqlite::params;

/// A group to create.
#[derive(Clone, Debug)]
pub struct NewGroupRow<'a> {
    /// Its account.
    pub account: AccountKey,
    /// Space of its faces.
    pub space: SpaceKey,
    /// Id given by the client.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Tag.
    pub tag: &'a str,
    /// Names of its description fields.
    pub fields: &'a [String],
    /// Time of creation.
    pub now_ms: u64,
}

impl Transaction<'_> {
    /// Creates a group.
    pub fn insert_group(&mut self, group: &NewGroupRow<'_>) -> Result<GroupKey, StoreError> {
        let sql = "INSERT INTO groups (account, group_id, name, tag, fields, space, created_ms, updated_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
        let (fields, now_ms) = (json(group.fields), group.now_ms as i64);
        let values = params![
            group.account,
            group.id,
            group.name,
            group.tag,
            fields,
            group.space,
            now_ms
        ];
        self.run("creating a group", sql, values)?;
        let key = GroupKey(self.connection.last_insert_rowid() as u64);
        let sql = "UPDATE accounts SET group_count = group_count + 1 WHERE id = ?1";
        self.run("counting groups", sql, [group.account])?;
        Ok(key)
    }

    /// Sets name, tag and names of the description fields.
    pub fn update_group(
        &mut self,
        group: GroupKey,
        name: &str,
        tag: &str,
        fields: &[String],
        now_ms: u64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE groups SET name = ?2, tag = ?3, fields = ?4, updated_ms = ?5 WHERE id = ?1";
        self.run(
            "changing a group",
            sql,
            params![group, name, tag, json(fields), now_ms as i64],
        )
        .map(drop)
    }

    /// Empties the gallery of a group in a space.
    pub(super) fn drop_gallery(&mut self, group: GroupKey, space: SpaceKey) -> Result<(), StoreError> {
        for stream in Stream::ALL {
            self.log(space, stream, Operation::Drop { gallery: group })?;
        }
        Ok(())
    }

    /// Deletes a group, and with all their faces the persons that are in no other.
    pub fn delete_group(&mut self, account: AccountKey, group: &GroupRow) -> Result<(), StoreError> {
        let moving_to = group.moving.map(|moving| moving.to);
        for space in std::iter::once(group.space).chain(moving_to) {
            self.drop_gallery(group.key, space)?;
        }
        let doing = "deleting a group";
        self.run(
            doing,
            "CREATE TEMP TABLE IF NOT EXISTS leaving (person INTEGER PRIMARY KEY) STRICT",
            [],
        )?;
        self.run(doing, "DELETE FROM temp.leaving", [])?;
        let sql = "INSERT INTO temp.leaving SELECT m.person FROM members m WHERE m.grp = ?1 AND NOT EXISTS \
                   (SELECT 1 FROM members other WHERE other.person = m.person AND other.grp <> ?1)";
        self.run(doing, sql, [group.key])?;
        self.run(doing, "DELETE FROM members WHERE grp = ?1", [group.key])?;
        let faces_of = "IN (SELECT f.id FROM faces f JOIN temp.leaving l ON l.person = f.person)";
        self.run(doing, &format!("DELETE FROM vectors WHERE face {faces_of}"), [])?;
        self.run(doing, &format!("DELETE FROM crops WHERE face {faces_of}"), [])?;
        let faces = self.run(
            doing,
            "DELETE FROM faces WHERE person IN (SELECT person FROM temp.leaving)",
            [],
        )?;
        self.run(
            doing,
            "DELETE FROM persons WHERE id IN (SELECT person FROM temp.leaving)",
            [],
        )?;
        self.run(doing, "DELETE FROM groups WHERE id = ?1", [group.key])?;
        let sql = "UPDATE accounts SET group_count = group_count - 1, face_count = face_count - ?2 WHERE id = ?1";
        self.run(doing, sql, params![account, faces as i64]).map(drop)
    }
}
