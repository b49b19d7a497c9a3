//! Faces and their vectors.

use super::{View, number, vector};
use crate::error::StoreError;
use crate::row::{FaceKey, FaceRow, FrameRow, GroupKey, PersonKey, SpaceKey, Vector};
use rusqlite::params;

impl View<'_> {
    /// Ids of a person's faces, oldest first.
    pub fn face_keys(&self, person: PersonKey) -> Result<Vec<FaceKey>, StoreError> {
        let sql = "SELECT id FROM faces WHERE person = ?1 ORDER BY id";
        self.all("reading face ids", sql, [person], |row| row.get(0))
    }

    /// A person's faces, oldest first.
    pub fn faces(&self, person: PersonKey) -> Result<Vec<FaceRow>, StoreError> {
        let sql = "SELECT id, person, x, y, width, height, created_ms FROM faces WHERE person = ?1 ORDER BY id";
        self.all("reading faces", sql, [person], |row| {
            Ok(FaceRow {
                key: row.get(0)?,
                person: row.get(1)?,
                frame: FrameRow {
                    x: row.get(2)?,
                    y: row.get(3)?,
                    width: row.get(4)?,
                    height: row.get(5)?,
                },
                created_ms: number(row, 6)?,
            })
        })
    }

    /// The person that a face belongs to.
    pub fn person_of_face(&self, face: FaceKey) -> Result<Option<PersonKey>, StoreError> {
        self.one(
            "reading a face",
            "SELECT person FROM faces WHERE id = ?1",
            [face],
            |row| row.get(0),
        )
    }

    /// The person that a face belongs to, if that person is in the group.
    pub fn person_of_face_in(&self, face: FaceKey, group: GroupKey) -> Result<Option<PersonKey>, StoreError> {
        let sql = "SELECT f.person FROM faces f JOIN members m ON m.person = f.person WHERE f.id = ?1 AND m.grp = ?2";
        self.one("reading a face", sql, params![face, group], |row| row.get(0))
    }

    /// The vector of one face in a space.
    pub fn vector(&self, face: FaceKey, space: SpaceKey) -> Result<Option<Vector>, StoreError> {
        let sql = "SELECT value FROM vectors WHERE face = ?1 AND space = ?2";
        self.one("reading a vector", sql, params![face, space], |row| vector(row, 0))
    }

    /// The vectors of a person's faces in a space, oldest face first.
    pub fn person_vectors(&self, person: PersonKey, space: SpaceKey) -> Result<Vec<(FaceKey, Vector)>, StoreError> {
        let sql = "SELECT f.id, v.value FROM faces f JOIN vectors v ON v.face = f.id AND v.space = ?2 \
                   WHERE f.person = ?1 ORDER BY f.id";
        self.all("reading vectors of a person", sql, params![person, space], |row| {
            Ok((row.get(0)?, vector(row, 1)?))
        })
    }

    /// The kept crop of a face.
    pub fn crop(&self, face: FaceKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(
            "reading a crop",
            "SELECT image FROM crops WHERE face = ?1",
            [face],
            |row| row.get(0),
        )
    }

    /// Every face that has a vector in a space, in order of faces: for exports and for building an index anew. `each` is
    /// given the face, its person, its vector and the groups in whose galleries of the space it is, which may be none.
    pub fn each_vector<E: From<StoreError>>(
        &self,
        space: SpaceKey,
        mut each: impl FnMut(FaceKey, PersonKey, Vector, &[GroupKey]) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT v.face, f.person, v.value FROM vectors v JOIN faces f ON f.id = v.face \
                   WHERE v.space = ?1 ORDER BY v.face";
        self.each("reading vectors", sql, [space], |row| {
            let (face, person, vector) = (row.get(0)?, row.get(1)?, vector(row, 2)?);
            Ok(self
                .groups_in_space(person, space)
                .map_err(E::from)
                .and_then(|groups| each(face, person, vector, &groups)))
        })
    }

    /// Every person that is in a gallery of a space, with its vectors (oldest face first) and these groups, in order of
    /// persons.
    pub fn each_person<E: From<StoreError>>(
        &self,
        space: SpaceKey,
        mut each: impl FnMut(PersonKey, Vec<(FaceKey, Vector)>, &[GroupKey]) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT id FROM persons ORDER BY id";
        self.each("reading persons", sql, [], |row| {
            let person = row.get(0)?;
            let groups = self.groups_in_space(person, space);
            let parts = groups.and_then(|groups| match groups.is_empty() {
                true => Ok(None),
                false => Ok(Some((self.person_vectors(person, space)?, groups))),
            });
            Ok(parts.map_err(E::from).and_then(|parts| match parts {
                Some((vectors, groups)) => each(person, vectors, &groups),
                None => Ok(()),
            }))
        })
    }

    fn groups_in_space(&self, person: PersonKey, space: SpaceKey) -> Result<Vec<GroupKey>, StoreError> {
        let sql = "SELECT g.id FROM members m JOIN groups g ON g.id = m.grp \
                   WHERE m.person = ?1 AND (g.space = ?2 OR (g.moving_to = ?2 AND m.moved = g.job)) ORDER BY m.id";
        self.all("reading groups of a person", sql, params![person, space], |row| {
            row.get(0)
        })
    }
}
