-- When a worker last knew what time it was.
CREATE TABLE heartbeats (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL
);
