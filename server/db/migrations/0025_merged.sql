-- Signatures that another stands for, by whose id they are taken back in older copies, too, when its
-- signer takes that one back.
CREATE TABLE merged (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    id INTEGER NOT NULL,
    into_id INTEGER NOT NULL,
    PRIMARY KEY (petition_id, id)
);
CREATE INDEX merged_into ON merged (petition_id, into_id);
