-- How often something was tried: a code, a sign-in, a code by text.
CREATE TABLE tries (
    kind TEXT NOT NULL,
    petition_id INTEGER NOT NULL,          -- 0: of none
    key BLOB NOT NULL,                     -- whose tries these are; it tells nothing of them
    since INTEGER NOT NULL,                -- from when they are counted
    n INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (kind, petition_id, key)
);
-- Each kind had a table of its own, which stays until no server of the version before this one can
-- be running beside. Sign-ins were counted for a quarter of an hour, by keys that are made
-- otherwise now.
INSERT INTO tries (kind, petition_id, key, since, n, last_at)
    SELECT 'code', petition_id, try_key, since, n, since FROM code_tries;
INSERT INTO tries (kind, petition_id, key, since, n, last_at)
    SELECT 'text_code', 0, range_key, day * 86400, n, day * 86400 FROM text_codes
    WHERE day = (SELECT max(day) FROM text_codes);
DELETE FROM code_tries;
DELETE FROM sign_in_tries;
DELETE FROM text_codes;
