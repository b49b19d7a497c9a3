-- Groups move from one space to another while they go on answering (jobs), and accounts may have limits of their own.

-- A person may be in groups of several spaces now: its own is that of the newest of them.
ALTER TABLE persons DROP COLUMN space;

-- Target of the job that is moving the group, and that job.
ALTER TABLE groups ADD COLUMN moving_to INTEGER REFERENCES spaces (id);
ALTER TABLE groups ADD COLUMN job INTEGER;

-- The job that has put the faces of this membership into the gallery of its target space. Counts only while that job is
-- the one of the group.
ALTER TABLE members ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;

-- Never had a row.
DROP TABLE jobs;
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      INTEGER NOT NULL REFERENCES accounts (id),
    job_id       TEXT    NOT NULL UNIQUE,
    -- Key of the group, which may be deleted by now, and the id it had.
    grp          INTEGER NOT NULL,
    group_id     TEXT    NOT NULL,
    from_space   INTEGER NOT NULL REFERENCES spaces (id),
    to_space     INTEGER NOT NULL REFERENCES spaces (id),
    status       INTEGER NOT NULL,              -- 0 moving, 1 moved, 2 rolled back, 3 failed
    rolling_back INTEGER NOT NULL DEFAULT 0,
    -- Memberships up to this one have been looked at.
    cursor       INTEGER NOT NULL DEFAULT 0,
    done         INTEGER NOT NULL DEFAULT 0,    -- faces
    total        INTEGER NOT NULL DEFAULT 0,
    started_ms   INTEGER NOT NULL,
    ended_ms     INTEGER,
    failure      TEXT    NOT NULL DEFAULT '',
    failed_faces TEXT    NOT NULL DEFAULT '[]'  -- JSON list of ids
) STRICT;
CREATE INDEX jobs_by_account ON jobs (account);
CREATE INDEX jobs_by_group ON jobs (grp);
CREATE INDEX jobs_running ON jobs (id) WHERE status = 0 OR rolling_back = 1;
