//! Persons and their memberships.

use super::{Transaction, json};
use crate::error::StoreError;
use crate::row::{
    AccountKey, FaceKey, GroupKey, Operation, PersonGroupRow, PersonKey, PersonRow, SpaceKey, Stream, Vector,
};
use rusqlite::params;

/// A person to create.
#[derive(Clone, Debug)]
pub struct NewPersonRow<'a> {
    /// Its account.
    pub account: AccountKey,
    /// Id given by the client.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Gender, as a number the domain chooses.
    pub gender: u8,
    /// Time of creation.
    pub now_ms: u64,
}

impl Transaction<'_> {
    /// Creates a person without group and face; the caller adds both before the write ends.
    pub fn insert_person(&mut self, person: &NewPersonRow<'_>) -> Result<PersonKey, StoreError> {
        let sql = "INSERT INTO persons (account, person_id, name, gender, created_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let now_ms = person.now_ms as i64;
        let values = params![person.account, person.id, person.name, person.gender, now_ms];
        self.run("creating a person", sql, values)?;
        Ok(PersonKey(self.connection.last_insert_rowid() as u64))
    }

    /// Sets name and gender.
    pub fn update_person(&mut self, person: PersonKey, name: &str, gender: u8) -> Result<(), StoreError> {
        let sql = "UPDATE persons SET name = ?2, gender = ?3 WHERE id = ?1";
        self.run("changing a person", sql, params![person, name, gender])
            .map(drop)
    }

    /// Adds a person with its faces (their vectors in the space that the group is searched in) and its fused vector to a
    /// group. A job that is moving the group comes to it later.
    pub fn insert_member(
        &mut self,
        person: PersonKey,
        space: SpaceKey,
        group: GroupKey,
        texts: &[String],
        faces: &[(FaceKey, Vector)],
        fused: Option<&Vector>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO members (person, grp, texts) VALUES (?1, ?2, ?3)";
        self.run("adding a person to a group", sql, params![person, group, json(texts)])?;
        self.count_in_group(group, 1, faces.len() as i64)?;
        self.fill_gallery(person, space, group, faces, fused)
    }

    /// Puts a person's faces and fused vector into the gallery of a group in a space.
    pub(super) fn fill_gallery(
        &mut self,
        person: PersonKey,
        space: SpaceKey,
        group: GroupKey,
        faces: &[(FaceKey, Vector)],
        fused: Option<&Vector>,
    ) -> Result<(), StoreError> {
        for (face, vector) in faces {
            let operation = Operation::Insert {
                gallery: group,
                key: face.0,
                vector: vector.clone(),
            };
            self.log(space, Stream::Faces, operation)?;
        }
        if let Some(fused) = fused {
            let operation = Operation::Insert {
                gallery: group,
                key: person.0,
                vector: fused.clone(),
            };
            self.log(space, Stream::Persons, operation)?;
        }
        Ok(())
    }

    /// Sets a person's texts in one group.
    pub fn update_member(&mut self, person: PersonKey, group: GroupKey, texts: &[String]) -> Result<(), StoreError> {
        let sql = "UPDATE members SET texts = ?3 WHERE person = ?1 AND grp = ?2";
        self.run("changing a membership", sql, params![person, group, json(texts)])
            .map(drop)
    }

    /// Takes a person out of one of several groups.
    pub fn delete_member(&mut self, person: &PersonRow, group: GroupKey) -> Result<(), StoreError> {
        let faces = self.face_keys(person.key)?;
        let groups = self.groups_of_person(person.key)?;
        groups
            .iter()
            .filter(|row| row.key == group)
            .try_for_each(|row| self.leave_group(person.key, row, &faces))
    }

    /// Deletes a person from all groups, with all faces.
    pub fn delete_person(&mut self, account: AccountKey, person: &PersonRow) -> Result<(), StoreError> {
        let faces = self.face_keys(person.key)?;
        for group in self.groups_of_person(person.key)? {
            self.leave_group(person.key, &group, &faces)?;
        }
        let doing = "deleting a person";
        let faces_of = "IN (SELECT id FROM faces WHERE person = ?1)";
        self.run(
            doing,
            &format!("DELETE FROM vectors WHERE face {faces_of}"),
            [person.key],
        )?;
        self.run(doing, &format!("DELETE FROM crops WHERE face {faces_of}"), [person.key])?;
        self.run(doing, "DELETE FROM faces WHERE person = ?1", [person.key])?;
        self.run(doing, "DELETE FROM persons WHERE id = ?1", [person.key])?;
        let sql = "UPDATE accounts SET face_count = face_count - ?2 WHERE id = ?1";
        self.run(doing, sql, params![account, faces.len() as i64]).map(drop)
    }

    fn leave_group(&mut self, person: PersonKey, group: &PersonGroupRow, faces: &[FaceKey]) -> Result<(), StoreError> {
        let gallery = group.key;
        let sql = "DELETE FROM members WHERE person = ?1 AND grp = ?2";
        self.run("taking a person out of a group", sql, params![person, gallery])?;
        self.count_in_group(gallery, -1, -(faces.len() as i64))?;
        for space in group.galleries() {
            for FaceKey(key) in faces.iter().copied() {
                self.log(space, Stream::Faces, Operation::Remove { gallery, key })?;
            }
            let key = person.0;
            self.log(space, Stream::Persons, Operation::Remove { gallery, key })?;
        }
        Ok(())
    }

    pub(super) fn count_in_group(&self, group: GroupKey, persons: i64, faces: i64) -> Result<(), StoreError> {
        let sql = "UPDATE groups SET person_count = person_count + ?2, face_count = face_count + ?3 WHERE id = ?1";
        self.run("counting a group", sql, params![group, persons, faces])
            .map(drop)
    }
}
