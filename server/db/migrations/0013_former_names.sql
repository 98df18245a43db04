-- Addresses and keywords that a petition has had since it was public. They lead to it for ever, and
-- no other petition gets them.
CREATE TABLE former_names (
    kind TEXT NOT NULL,                    -- slug or keyword
    name TEXT NOT NULL,
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    PRIMARY KEY (kind, name)
);
