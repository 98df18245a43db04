-- Written now and then, to learn whether anything can be stored.
CREATE TABLE probes (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL
);
