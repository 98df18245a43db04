-- Letters that are being written by text (core/conversations/gathering.py), one for each phone. It goes when
-- it is sent, after a week, or with its signature.
CREATE TABLE texted_letters (
    phone_key BLOB PRIMARY KEY,
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    purpose TEXT NOT NULL,                 -- letter or call
    step TEXT NOT NULL,                    -- place, words or called: what is waited for
    chosen TEXT NOT NULL,                  -- what was answered about the place, as JSON; personal
    shown_from INTEGER NOT NULL,           -- of a menu, what was shown first
    texts TEXT NOT NULL,                   -- the words so far, text by text, as JSON; personal
    read_at INTEGER,                       -- when the whole was read back; NULL once it changes
    begun_at INTEGER NOT NULL
);
CREATE INDEX texted_letters_of_signature ON texted_letters (petition_id, signature_id);
-- What came of a signer's last call to those who decide. It goes with the signature.
CREATE TABLE calls (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,                 -- reached or no_answer
    called_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, signature_id)
);
