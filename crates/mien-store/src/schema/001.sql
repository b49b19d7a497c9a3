-- Times are milliseconds since the Unix epoch. Texts are UTF-8. Vectors are f16, little-endian.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT    NOT NULL,
    created_ms  INTEGER NOT NULL,
    group_count INTEGER NOT NULL DEFAULT 0 CHECK (group_count >= 0),
    face_count  INTEGER NOT NULL DEFAULT 0 CHECK (face_count >= 0)
) STRICT;

CREATE TABLE api_keys (
    id         INTEGER PRIMARY KEY,
    secret_id  TEXT    NOT NULL UNIQUE,
    secret     TEXT    NOT NULL,
    account    INTEGER NOT NULL REFERENCES accounts (id),
    note       TEXT    NOT NULL,
    enabled    INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX api_keys_by_account ON api_keys (account);

CREATE TABLE spaces (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    dim         INTEGER NOT NULL,
    -- One embedder may serve both versions; their groups stay apart.
    UNIQUE (fingerprint, version)
) STRICT;

-- Keys of groups and persons name galleries and rows of the indexes, so they are never reused.
CREATE TABLE groups (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      INTEGER NOT NULL REFERENCES accounts (id),
    group_id     TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    tag          TEXT    NOT NULL,
    fields       TEXT    NOT NULL,              -- JSON list of names
    space        INTEGER NOT NULL REFERENCES spaces (id),
    created_ms   INTEGER NOT NULL,
    updated_ms   INTEGER NOT NULL,
    person_count INTEGER NOT NULL DEFAULT 0 CHECK (person_count >= 0),
    face_count   INTEGER NOT NULL DEFAULT 0 CHECK (face_count >= 0),
    UNIQUE (account, group_id),
    UNIQUE (account, name)
) STRICT;
CREATE INDEX groups_by_account ON groups (account);

CREATE TABLE persons (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    INTEGER NOT NULL REFERENCES accounts (id),
    person_id  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    gender     INTEGER NOT NULL,
    space      INTEGER NOT NULL REFERENCES spaces (id),
    created_ms INTEGER NOT NULL,
    face_count INTEGER NOT NULL DEFAULT 0 CHECK (face_count >= 0),
    UNIQUE (account, person_id)
) STRICT;

-- Rowid order is the order of joining.
CREATE TABLE members (
    id     INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES persons (id),
    grp    INTEGER NOT NULL REFERENCES groups (id),
    texts  TEXT    NOT NULL,                    -- JSON list by field position, may be shorter than the fields
    UNIQUE (person, grp)
) STRICT;
CREATE INDEX members_by_group ON members (grp);

-- AUTOINCREMENT remembers the largest id ever used, also after its face is deleted.
CREATE TABLE faces (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person     INTEGER NOT NULL REFERENCES persons (id),
    x          INTEGER NOT NULL,
    y          INTEGER NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX faces_by_person ON faces (person);

-- Apart from the faces, so that reading faces does not read vectors.
CREATE TABLE vectors (
    face  INTEGER NOT NULL REFERENCES faces (id),
    space INTEGER NOT NULL REFERENCES spaces (id),
    value BLOB    NOT NULL,
    UNIQUE (face, space)
) STRICT;

CREATE TABLE crops (
    face  INTEGER PRIMARY KEY REFERENCES faces (id),
    image BLOB    NOT NULL
) STRICT;

-- What the indexes of the spaces follow. Trimmed behind what they hold durably.
CREATE TABLE changes (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    space     INTEGER NOT NULL,
    stream    INTEGER NOT NULL,                 -- 0 faces, 1 persons
    operation INTEGER NOT NULL,                 -- 0 insert, 1 remove, 2 drop the gallery
    gallery   INTEGER NOT NULL,
    key       INTEGER NOT NULL
) STRICT;

-- Up to where the log of a stream has been trimmed: an index behind it must be rebuilt.
CREATE TABLE streams (
    space   INTEGER NOT NULL,
    stream  INTEGER NOT NULL,
    trimmed INTEGER NOT NULL,
    PRIMARY KEY (space, stream)
) STRICT, WITHOUT ROWID;

-- Upgrades of a group to another space, and their roll-back.
CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    INTEGER NOT NULL REFERENCES accounts (id),
    job_id     TEXT    NOT NULL UNIQUE,
    group_id   TEXT    NOT NULL,
    from_space INTEGER NOT NULL REFERENCES spaces (id),
    to_space   INTEGER NOT NULL REFERENCES spaces (id),
    status     INTEGER NOT NULL,
    done       INTEGER NOT NULL DEFAULT 0,
    total      INTEGER NOT NULL DEFAULT 0,
    started_ms INTEGER NOT NULL,
    ended_ms   INTEGER
) STRICT;
CREATE INDEX jobs_by_account ON jobs (account);
