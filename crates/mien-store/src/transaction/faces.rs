//! Faces and their vectors.

use super::Transaction;
use crate::error::StoreError;
use crate::row::{AccountKey, FaceKey, FrameRow, Operation, PersonKey, SpaceKey, Stream, Vector};
use rusqlite::params;

/// A face to add to a person.
#[derive(Clone, Debug)]
pub struct NewFaceRow<'a> {
    /// Account of the person.
    pub account: AccountKey,
    /// The person.
    pub person: PersonKey,
    /// Where it was in its image.
    pub frame: FrameRow,
    /// Its embeddings, one for each of [`crate::PersonGroupRow::spaces`] of the person's groups.
    pub vectors: &'a [(SpaceKey, Vector)],
    /// A crop to keep.
    pub crop: Option<&'a [u8]>,
    /// Time of creation.
    pub now_ms: u64,
}

/// Low bits of a face id that are not time: two million ids a millisecond, and 19 digits until the year 2109.
const ID_BITS: u32 = 21;

impl Transaction<'_> {
    /// Adds a face to a person, in all groups that the person is in.
    pub fn insert_face(&mut self, face: &NewFaceRow<'_>) -> Result<FaceKey, StoreError> {
        let key = self.next_face(face.now_ms)?;
        let FrameRow { x, y, width, height } = face.frame;
        let doing = "adding a face";
        let sql = "INSERT INTO faces (id, person, x, y, width, height, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(
            doing,
            sql,
            params![key, face.person, x, y, width, height, face.now_ms as i64],
        )?;
        for (space, vector) in face.vectors {
            self.insert_vector(key, *space, vector)?;
        }
        if let Some(crop) = face.crop {
            self.run(
                doing,
                "INSERT INTO crops (face, image) VALUES (?1, ?2)",
                params![key, crop],
            )?;
        }
        self.count_faces(face.account, face.person, 1)?;
        for group in self.groups_of_person(face.person)? {
            self.count_in_group(group.key, 0, 1)?;
            for space in group.galleries() {
                let operation = Operation::Insert {
                    gallery: group.key,
                    key: key.0,
                    vector: of_space(face.vectors, space)?.clone(),
                };
                self.log(space, Stream::Faces, operation)?;
            }
        }
        Ok(key)
    }

    /// Gives a face its vector in a further space.
    pub fn insert_vector(&mut self, face: FaceKey, space: SpaceKey, vector: &Vector) -> Result<(), StoreError> {
        let sql = "INSERT INTO vectors (face, space, value) VALUES (?1, ?2, ?3)";
        self.run("adding a vector", sql, params![face, space, vector.to_bytes()])
            .map(drop)
    }

    /// Deletes a face of a person.
    pub fn delete_face(&mut self, account: AccountKey, person: PersonKey, face: FaceKey) -> Result<(), StoreError> {
        for table in ["vectors WHERE face", "crops WHERE face", "faces WHERE id"] {
            self.run("deleting a face", &format!("DELETE FROM {table} = ?1"), [face])?;
        }
        self.count_faces(account, person, -1)?;
        for group in self.groups_of_person(person)? {
            self.count_in_group(group.key, 0, -1)?;
            for space in group.galleries() {
                let (gallery, key) = (group.key, face.0);
                self.log(space, Stream::Faces, Operation::Remove { gallery, key })?;
            }
        }
        Ok(())
    }

    /// Tells the change log that a person's fused vectors are others now; there must be one for each space of a gallery
    /// that the person is in.
    pub fn log_fused(&mut self, person: PersonKey, fused: &[(SpaceKey, Vector)]) -> Result<(), StoreError> {
        for group in self.groups_of_person(person)? {
            for space in group.galleries() {
                let operation = Operation::Insert {
                    gallery: group.key,
                    key: person.0,
                    vector: of_space(fused, space)?.clone(),
                };
                self.log(space, Stream::Persons, operation)?;
            }
        }
        Ok(())
    }

    fn count_faces(&self, account: AccountKey, person: PersonKey, change: i64) -> Result<(), StoreError> {
        let doing = "counting faces";
        let sql = "UPDATE persons SET face_count = face_count + ?2 WHERE id = ?1";
        self.run(doing, sql, params![person, change])?;
        let sql = "UPDATE accounts SET face_count = face_count + ?2 WHERE id = ?1";
        self.run(doing, sql, params![account, change]).map(drop)
    }

    /// Time in the high bits so that ids rise, random bits below so that they do not tell how many faces there are.
    fn next_face(&mut self, now_ms: u64) -> Result<FaceKey, StoreError> {
        let random = getrandom::u64().map_err(|error| StoreError::Impossible(format!("no random numbers: {error}")))?;
        let by_time = (now_ms << ID_BITS) | (random & ((1 << ID_BITS) - 1));
        let after_last = self.last_face + 1 + (random & 0xff);
        // The clock may stand still or go back; SQLite's keys are signed, so the top bit stays clear.
        self.last_face = by_time.max(after_last) & (u64::MAX >> 1);
        Ok(FaceKey(self.last_face))
    }
}

fn of_space(vectors: &[(SpaceKey, Vector)], space: SpaceKey) -> Result<&Vector, StoreError> {
    let found = vectors.iter().find(|(of, _)| *of == space).map(|(_, vector)| vector);
    found.ok_or_else(|| StoreError::Impossible(format!("no vector was given for space {}", space.0)))
}
