-- Why a signature is held: a row for each reason. `label` says which mail domain or range of
-- numbers has too many; for other reasons it is empty.
CREATE TABLE holds (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (petition_id, signature_id, kind, label)
);
-- Until now they were words in `held_why`, such as `names domain:example.org`. The column stays
-- until no server of the version before this one can be running beside.
INSERT INTO holds (petition_id, signature_id, kind, label)
    SELECT DISTINCT s.petition_id, s.id,
    substr(w.value, 1, instr(w.value || ':', ':') - 1),                      -- sqlite
    substr(w.value, instr(w.value || ':', ':') + 1)                          -- sqlite
    FROM signatures s,                                                       -- sqlite
    json_each('["' || replace(s.held_why, ' ', '","') || '"]') w             -- sqlite
    split_part(w.value, ':', 1), split_part(w.value, ':', 2)                 -- postgres
    FROM signatures s,                                                       -- postgres
    LATERAL unnest(string_to_array(s.held_why, ' ')) AS w (value)            -- postgres
    WHERE s.held_at IS NOT NULL AND s.withdrawn_at IS NULL;
UPDATE signatures SET held_why = NULL WHERE held_why IS NOT NULL;
DROP INDEX signatures_held;
CREATE INDEX signatures_held ON signatures (petition_id, id) WHERE held_at IS NOT NULL;
