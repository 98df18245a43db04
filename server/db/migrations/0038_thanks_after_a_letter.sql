-- Whoever has written to an office can thank it once it has agreed: one letter and one thank-you to each.
CREATE TABLE letters_and_thanks (
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
    office_role TEXT NOT NULL DEFAULT '',
    office_division TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT 'letter',   -- letter or thanks
    UNIQUE (petition_id, signature_id, office, kind)
);
INSERT INTO letters_and_thanks (id, petition_id, signature_id, sender_key, office, office_name, office_address,
    channel, state, why, language, subject, words, reply_to, own_words, bounce_key, tries, created_at, queued_at,
    due_at, leased_until, accepted_at, ended_at, office_role, office_division)
    SELECT id, petition_id, signature_id, sender_key, office, office_name, office_address,
    channel, state, why, language, subject, words, reply_to, own_words, bounce_key, tries, created_at, queued_at,
    due_at, leased_until, accepted_at, ended_at, office_role, office_division FROM letters;
DROP TABLE letters;
ALTER TABLE letters_and_thanks RENAME TO letters;
CREATE INDEX letters_due ON letters (due_at) WHERE state IN ('queued', 'retry');
CREATE INDEX letters_under_way ON letters (leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX letters_drafts ON letters (petition_id, signature_id) WHERE state = 'draft';
CREATE INDEX letters_sent ON letters (petition_id, sender_key) WHERE signature_id IS NULL;
CREATE INDEX letters_paced ON letters (office, accepted_at) WHERE accepted_at IS NOT NULL;
CREATE INDEX letters_bounced ON letters (bounce_key) WHERE bounce_key IS NOT NULL;
CREATE INDEX letters_ended ON letters (ended_at) WHERE words IS NOT NULL;
CREATE INDEX letters_held ON letters (due_at) WHERE state = 'held';
