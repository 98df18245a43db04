-- Who has opened the page from which they write by their own mail. Whether they did, nobody knows.
CREATE TABLE own_mails (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, signature_id)
);
