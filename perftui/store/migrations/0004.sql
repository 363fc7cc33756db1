-- What a list needs of each problem that has ended, as JSON, so that a long run opens at once. A database that
-- was made before has none of problems that had ended by then: they are made from the log each time.
CREATE TABLE outline (
    run     TEXT NOT NULL REFERENCES run (id),
    problem TEXT NOT NULL,
    -- The last event about the problem that it holds.
    seq     INTEGER NOT NULL,
    body    TEXT NOT NULL
);

CREATE UNIQUE INDEX outline_of_problem ON outline (run, problem);
