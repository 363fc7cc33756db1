-- The tables of a perftui database. The version is `PRAGMA user_version`; see migrations.py.
-- The truth is `event`, an append-only log. What does not fit a log lies beside it, written in the
-- same transaction: long texts by their hash, raw trials by their event.

CREATE TABLE run (
    id                TEXT PRIMARY KEY,
    purpose           TEXT NOT NULL,
    benchmark         TEXT NOT NULL,
    model             TEXT NOT NULL,
    strategy          TEXT NOT NULL,
    chains            INTEGER NOT NULL,
    problems          INTEGER NOT NULL,
    started_at        REAL NOT NULL,
    ended_at          REAL,
    status            TEXT NOT NULL,
    calls             INTEGER NOT NULL DEFAULT 0,
    prompt_tokens     INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    -- The lease: which process runs it now. All null where none does.
    owner_token       TEXT,
    owner_pid         INTEGER,
    owner_host        TEXT,
    owner_boot        TEXT,
    owner_space       TEXT,
    owner_started     TEXT,
    heartbeat_at      REAL
);

CREATE INDEX run_by_start ON run (started_at);

-- The body is the whole event as JSON; the other columns are read out of it, so they cannot differ.
-- Two things are taken out of the body: the code of `candidate-found` (in `candidate`), and the
-- trials of `candidate-measured` (in `trial`).
CREATE TABLE event (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    body    TEXT NOT NULL CHECK (json_extract(body, '$.seq') = seq),
    run     TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.run')) STORED REFERENCES run (id),
    at      REAL NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.at')) STORED,
    kind    TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.kind')) STORED,
    problem TEXT GENERATED ALWAYS AS (json_extract(body, '$.problem')) STORED,
    attempt INTEGER GENERATED ALWAYS AS (json_extract(body, '$.attempt')) STORED,
    chain   INTEGER GENERATED ALWAYS AS (json_extract(body, '$.chain')) STORED,
    round   INTEGER GENERATED ALWAYS AS (json_extract(body, '$.round')) STORED
);

CREATE INDEX event_by_run ON event (run, seq);
CREATE INDEX event_by_problem ON event (run, problem, attempt, chain, round, kind);
CREATE INDEX event_by_kind ON event (run, kind);

-- Problems as they were, with their tests, so that a run can be resumed with nothing else.
CREATE TABLE problem_text (
    digest TEXT PRIMARY KEY,
    body   TEXT NOT NULL
) WITHOUT ROWID;

-- Programs by the hash of their text.
CREATE TABLE candidate (
    hash TEXT PRIMARY KEY,
    code TEXT NOT NULL
) WITHOUT ROWID;

-- The raw samples of a measurement: ns of process CPU time unless named wall.
CREATE TABLE trial (
    seq        INTEGER NOT NULL REFERENCES event (seq),
    position   INTEGER NOT NULL,
    arm        TEXT NOT NULL,
    block      INTEGER NOT NULL,
    cost_ns    INTEGER NOT NULL,
    load_ns    INTEGER NOT NULL,
    decode_ns  INTEGER NOT NULL,
    work_ns    INTEGER NOT NULL,
    first_ns   INTEGER NOT NULL,
    encode_ns  INTEGER NOT NULL,
    wall_ns    INTEGER NOT NULL,
    peak_bytes INTEGER NOT NULL,
    zygote     INTEGER NOT NULL,
    PRIMARY KEY (seq, position)
) WITHOUT ROWID;

-- What became of each problem in its latest attempt: a digest of its events for the list of runs.
CREATE TABLE problem_result (
    run         TEXT NOT NULL REFERENCES run (id),
    problem     TEXT NOT NULL,
    attempt     INTEGER NOT NULL,
    how         TEXT NOT NULL,
    candidate   TEXT,
    speedup     REAL,
    log_speedup REAL,
    optimised   INTEGER NOT NULL,
    PRIMARY KEY (run, problem)
) WITHOUT ROWID;

-- What a list needs of each problem that has ended, as JSON, so that a long run opens at once.
CREATE TABLE outline (
    run     TEXT NOT NULL REFERENCES run (id),
    problem TEXT NOT NULL,
    -- The last event about the problem that it holds.
    seq     INTEGER NOT NULL,
    body    TEXT NOT NULL
);

CREATE UNIQUE INDEX outline_of_problem ON outline (run, problem);

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
