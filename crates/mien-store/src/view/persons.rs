//! Persons and their memberships.

use super::{View, json_list, number, texts};
use crate::error::StoreError;
use crate::row::{AccountKey, FaceKey, GroupKey, MemberRow, NamedPersonRow, PersonGroupRow, PersonKey, PersonRow};
use rusqlite::types::FromSql;
use rusqlite::{Row, params};
use std::collections::{BTreeSet, HashMap};

/// The newest space among those of the person's groups.
const SPACE: &str = "(SELECT g.space FROM members own JOIN groups g ON g.id = own.grp JOIN spaces s ON s.id = g.space \
                      WHERE own.person = p.id ORDER BY s.version DESC, s.id DESC LIMIT 1)";

impl View<'_> {
    /// One person by the client's id.
    pub fn person(&self, account: AccountKey, id: &str) -> Result<Option<PersonRow>, StoreError> {
        let sql = format!("{} WHERE p.account = ?1 AND p.person_id = ?2", person_sql());
        self.one("reading a person", &sql, params![account, id], person_row)
    }

    /// One person by key.
    pub fn person_by_key(&self, key: PersonKey) -> Result<Option<PersonRow>, StoreError> {
        self.one(
            "reading a person",
            &format!("{} WHERE p.id = ?1", person_sql()),
            [key],
            person_row,
        )
    }

    /// The persons of these keys, in one query; keys of nobody are left out.
    pub fn named_persons(&self, keys: &[PersonKey]) -> Result<HashMap<PersonKey, NamedPersonRow>, StoreError> {
        let sql = "SELECT p.id, p.id, p.person_id, p.name, p.gender FROM json_each(?1) AS wanted \
                   CROSS JOIN persons p ON p.id = wanted.value";
        let rows = self.all(
            "reading persons",
            sql,
            [json_list(keys.iter().map(|key| key.0))],
            named_row,
        )?;
        Ok(rows.into_iter().collect())
    }

    /// The persons that these faces belong to, by face, in one query; faces that are not there are left out.
    pub fn named_persons_of_faces(&self, faces: &[FaceKey]) -> Result<HashMap<FaceKey, NamedPersonRow>, StoreError> {
        let sql = "SELECT f.id, p.id, p.person_id, p.name, p.gender FROM json_each(?1) AS wanted \
                   CROSS JOIN faces f ON f.id = wanted.value CROSS JOIN persons p ON p.id = f.person";
        let rows = self.all(
            "reading persons of faces",
            sql,
            [json_list(faces.iter().map(|key| key.0))],
            named_row,
        )?;
        Ok(rows.into_iter().collect())
    }

    /// The groups of each of these persons in order of joining, in one query; persons in no group are left out.
    pub fn groups_of_persons(&self, keys: &[PersonKey]) -> Result<HashMap<PersonKey, Vec<MemberRow>>, StoreError> {
        let sql = "SELECT g.id, g.group_id, json_array_length(g.fields), m.texts, m.person FROM json_each(?1) AS wanted \
                   CROSS JOIN members m ON m.person = wanted.value CROSS JOIN groups g ON g.id = m.grp ORDER BY m.id";
        let mut groups: HashMap<PersonKey, Vec<MemberRow>> = HashMap::new();
        // A key that is named twice must not double its groups.
        let distinct: BTreeSet<u64> = keys.iter().map(|key| key.0).collect();
        let rows = self.all("listing groups of persons", sql, [json_list(distinct)], |row| {
            Ok((row.get(4)?, member_row(row)?))
        })?;
        for (person, row) in rows {
            groups.entry(person).or_default().push(row);
        }
        Ok(groups)
    }

    /// Persons of an account with keys above `after`, in order of creation, at most `limit`: for exports.
    pub fn persons(&self, account: AccountKey, after: PersonKey, limit: u64) -> Result<Vec<PersonRow>, StoreError> {
        let sql = format!(
            "{} WHERE p.account = ?1 AND p.id > ?2 ORDER BY p.id LIMIT ?3",
            person_sql()
        );
        self.all(
            "listing persons",
            &sql,
            params![account, after, limit as i64],
            person_row,
        )
    }

    /// A person's texts in one group; `None` when the person is not in it.
    pub fn member_texts(&self, person: PersonKey, group: GroupKey) -> Result<Option<Vec<String>>, StoreError> {
        let sql = "SELECT texts FROM members WHERE person = ?1 AND grp = ?2";
        self.one("reading a membership", sql, params![person, group], |row| texts(row, 0))
    }

    /// Number of groups that a person is in.
    pub fn group_count(&self, person: PersonKey) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM members WHERE person = ?1";
        Ok(self
            .one("counting groups of a person", sql, [person], |row| number(row, 0))?
            .unwrap_or(0))
    }

    /// Groups of a person in order of joining.
    pub fn person_groups(&self, person: PersonKey, offset: u64, limit: u64) -> Result<Vec<MemberRow>, StoreError> {
        let sql = "SELECT g.id, g.group_id, json_array_length(g.fields), m.texts FROM members m \
                   JOIN groups g ON g.id = m.grp WHERE m.person = ?1 ORDER BY m.id LIMIT ?3 OFFSET ?2";
        self.all(
            "listing groups of a person",
            sql,
            params![person, offset as i64, limit as i64],
            member_row,
        )
    }

    /// Galleries of a person: its groups in order of joining, with the spaces they are in.
    pub fn groups_of_person(&self, person: PersonKey) -> Result<Vec<PersonGroupRow>, StoreError> {
        let sql = "SELECT g.id, g.group_id, g.face_count, g.space, g.moving_to, coalesce(m.moved = g.job, 0) \
                   FROM members m JOIN groups g ON g.id = m.grp WHERE m.person = ?1 ORDER BY m.id";
        self.all("reading groups of a person", sql, [person], |row| {
            Ok(PersonGroupRow {
                key: row.get(0)?,
                id: row.get(1)?,
                faces: number(row, 2)?,
                space: row.get(3)?,
                moving_to: row.get(4)?,
                moved: row.get(5)?,
            })
        })
    }

    /// Persons of a group in order of joining, with their texts in it.
    pub fn group_persons(
        &self,
        group: GroupKey,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<(PersonRow, Vec<String>)>, StoreError> {
        // The page is cut from the narrow index first; only its rows are then joined.
        let sql = format!(
            "SELECT p.id, {SPACE}, p.person_id, p.name, p.gender, p.created_ms, p.face_count, m.texts \
             FROM (SELECT id FROM members WHERE grp = ?1 ORDER BY id LIMIT ?3 OFFSET ?2) page \
             JOIN members m ON m.id = page.id JOIN persons p ON p.id = m.person ORDER BY m.id"
        );
        self.all(
            "listing persons of a group",
            &sql,
            params![group, offset as i64, limit as i64],
            |row| Ok((person_row(row)?, texts(row, 7)?)),
        )
    }
}

fn member_row(row: &Row<'_>) -> rusqlite::Result<MemberRow> {
    Ok(MemberRow {
        group: row.get(0)?,
        group_id: row.get(1)?,
        fields: number(row, 2)? as usize,
        texts: texts(row, 3)?,
    })
}

/// A person after the key that it was asked for by.
fn named_row<K: FromSql>(row: &Row<'_>) -> rusqlite::Result<(K, NamedPersonRow)> {
    let person = NamedPersonRow {
        key: row.get(1)?,
        id: row.get(2)?,
        name: row.get(3)?,
        gender: row.get(4)?,
    };
    Ok((row.get(0)?, person))
}

fn person_sql() -> String {
    format!("SELECT p.id, {SPACE}, p.person_id, p.name, p.gender, p.created_ms, p.face_count FROM persons p")
}

fn person_row(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    Ok(PersonRow {
        key: row.get(0)?,
        space: row.get(1)?,
        id: row.get(2)?,
        name: row.get(3)?,
        gender: row.get(4)?,
        created_ms: number(row, 5)?,
        faces: number(row, 6)?,
    })
}
