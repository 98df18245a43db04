-- How far the log of tombstones (core/upkeep/tombstones.py) is done in this database.
CREATE TABLE tombstones_done (
    one INTEGER PRIMARY KEY,
    log TEXT NOT NULL,
    n INTEGER NOT NULL                     -- its last record that is done here
);
