//! Whether the data is sound: SQLite's own checks, and the rules between the tables that this crate keeps.

use crate::error::StoreError;
use crate::view::View;

/// Each query gives one text per violation.
const RULES: &[&str] = &[
    "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    "SELECT format('row %d of %s refers to a missing row of %s', rowid, \"table\", parent) \
     FROM pragma_foreign_key_check",
    "SELECT format('account %d counts %d groups and %d faces, it has %d and %d', id, group_count, face_count, groups, faces) \
     FROM (SELECT id, group_count, face_count, \
                  (SELECT count(*) FROM groups g WHERE g.account = a.id) AS groups, \
                  (SELECT count(*) FROM persons p JOIN faces f ON f.person = p.id WHERE p.account = a.id) AS faces \
           FROM accounts a) \
     WHERE (group_count, face_count) <> (groups, faces)",
    "SELECT format('group %d counts %d persons and %d faces, it has %d and %d', \
                   g.id, g.person_count, g.face_count, n.persons, n.faces) \
     FROM groups g JOIN \
          (SELECT g.id, count(m.id) AS persons, coalesce(sum(p.face_count), 0) AS faces FROM groups g \
           LEFT JOIN members m ON m.grp = g.id LEFT JOIN persons p ON p.id = m.person GROUP BY g.id) n ON n.id = g.id \
     WHERE (g.person_count, g.face_count) <> (n.persons, n.faces)",
    "SELECT format('person %d counts %d faces, it has %d', p.id, p.face_count, count(f.id)) \
     FROM persons p LEFT JOIN faces f ON f.person = p.id GROUP BY p.id HAVING p.face_count <> count(f.id)",
    "SELECT format('person %d has no face', id) FROM persons WHERE face_count = 0",
    "SELECT format('person %d is in no group', p.id) FROM persons p \
     WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.person = p.id)",
    "SELECT format('person %d and group %d are of different accounts', p.id, g.id) \
     FROM members m JOIN persons p ON p.id = m.person JOIN groups g ON g.id = m.grp WHERE p.account <> g.account",
    "SELECT format('face %d of group %d has no vector in the space of the group', f.id, g.id) \
     FROM faces f JOIN members m ON m.person = f.person JOIN groups g ON g.id = m.grp \
     WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.face = f.id AND v.space = g.space)",
    "SELECT format('face %d of group %d was moved without a vector', f.id, g.id) \
     FROM faces f JOIN members m ON m.person = f.person JOIN groups g ON g.id = m.grp AND m.moved = g.job \
     WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.face = f.id AND v.space = g.moving_to)",
    "SELECT format('group %d is moved by job %d, which does not do it', g.id, g.job) \
     FROM groups g LEFT JOIN jobs j ON j.id = g.job AND j.grp = g.id AND (j.status = 0 OR j.rolling_back = 1) \
     WHERE (g.job IS NOT NULL OR g.moving_to IS NOT NULL) AND j.id IS NULL",
    "SELECT format('job %d works on group %d, which does not know', j.id, j.grp) FROM jobs j \
     WHERE (j.status = 0 OR j.rolling_back = 1) AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.id = j.grp AND g.job = j.id)",
    "SELECT format('a vector of face %d has %d bytes, the space has %d dimensions', v.face, length(v.value), s.dim) \
     FROM vectors v JOIN spaces s ON s.id = v.space WHERE length(v.value) <> 2 * s.dim",
    "SELECT format('the fields of group %d are not a list', id) FROM groups \
     WHERE NOT json_valid(fields) OR json_type(fields) <> 'array'",
    "SELECT format('the texts of membership %d are not a list', id) FROM members \
     WHERE NOT json_valid(texts) OR json_type(texts) <> 'array'",
];

impl View<'_> {
    /// Looks for damage; gives one text per finding, so an empty list means that all is well. Reads everything.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut findings = Vec::new();
        for rule in RULES {
            findings.extend(self.all("checking the data", rule, [], |row| row.get(0))?);
        }
        Ok(findings)
    }
}
