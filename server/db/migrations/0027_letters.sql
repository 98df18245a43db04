-- Letters of signers to those who decide. The words and addresses of their signers go 28 days after a
-- letter's end, or when its signer takes the signature back; what became of it stays.
CREATE TABLE letters (
    id INTEGER PRIMARY KEY,
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER,                  -- NULL once the signature was taken back
    sender_key BLOB NOT NULL,              -- of its signer, as in `signatures.person_key`
    office TEXT NOT NULL,                  -- the key of the mailbox
    office_name TEXT NOT NULL,
    office_address TEXT NOT NULL,          -- as the channel needs it; '' where it needs none
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',          -- a code, never an office's words
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    words TEXT,                            -- the whole letter, personal
    reply_to TEXT,                         -- personal
    own_words INTEGER NOT NULL,            -- how many characters of it are the signer's own
    bounce_key BLOB,                       -- by which a mail that comes back names it
    tries INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    queued_at INTEGER,
    due_at INTEGER NOT NULL,
    leased_until INTEGER,
    accepted_at INTEGER,
    ended_at INTEGER,
    UNIQUE (petition_id, signature_id, office)
);
CREATE INDEX letters_due ON letters (due_at) WHERE state IN ('queued', 'retry');
CREATE INDEX letters_under_way ON letters (leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX letters_drafts ON letters (petition_id, signature_id) WHERE state = 'draft';
CREATE INDEX letters_sent ON letters (petition_id, sender_key) WHERE signature_id IS NULL;
CREATE INDEX letters_paced ON letters (office, accepted_at) WHERE accepted_at IS NOT NULL;
CREATE INDEX letters_bounced ON letters (bounce_key) WHERE bounce_key IS NOT NULL;
CREATE INDEX letters_ended ON letters (ended_at) WHERE words IS NOT NULL;
-- Offices to which an organizer lets nothing go for now.
CREATE TABLE paused_offices (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    office TEXT NOT NULL,
    paused_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, office)
);
