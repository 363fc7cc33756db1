-- Several runs that are one undertaking; the ids of runs and of sweeps never meet.
CREATE TABLE sweep (
    id       TEXT PRIMARY KEY,
    made_at  REAL NOT NULL,
    -- The digests of the problems, in order, as JSON.
    problems TEXT NOT NULL,
    -- Whether its runs share no replies.
    fresh    INTEGER NOT NULL
) WITHOUT ROWID;

-- The runs of a sweep, in order; a run that has not begun is a plan only.
CREATE TABLE sweep_cell (
    sweep TEXT NOT NULL REFERENCES sweep (id),
    cell  INTEGER NOT NULL,
    plan  TEXT NOT NULL,
    run   TEXT REFERENCES run (id),
    PRIMARY KEY (sweep, cell)
) WITHOUT ROWID;
