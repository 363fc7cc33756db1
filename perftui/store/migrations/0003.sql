-- Commands to a run that is live in another process, in the order in which they were given.
CREATE TABLE command (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    run      TEXT NOT NULL REFERENCES run (id),
    at       REAL NOT NULL,
    body     TEXT NOT NULL,
    -- When the run's owner took it; null before.
    taken_at REAL
);

CREATE INDEX command_waiting ON command (run, id) WHERE taken_at IS NULL;

-- What a live run does at this moment, for viewers in other processes: events that are no facts, as JSON.
CREATE TABLE pulse (
    run  TEXT PRIMARY KEY REFERENCES run (id),
    at   REAL NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;

-- Who looks at a run from another process; one that was not seen for some seconds is gone.
CREATE TABLE viewer (
    run     TEXT NOT NULL REFERENCES run (id),
    token   TEXT NOT NULL,
    seen_at REAL NOT NULL,
    PRIMARY KEY (run, token)
) WITHOUT ROWID;
