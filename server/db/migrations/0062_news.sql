-- News: what organizers write to those who asked for it. What was sent stays as it was.
CREATE TABLE news (
    id INTEGER PRIMARY KEY,                -- from Ids
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    number INTEGER NOT NULL,               -- within the petition, as in its public address
    kind TEXT NOT NULL,                    -- news, or answer: of those who decide
    place TEXT NOT NULL DEFAULT '',        -- '': to all; else how a postcode begins, or a division
    version INTEGER NOT NULL DEFAULT 1,    -- grows with every edit
    changed_by TEXT NOT NULL,              -- the organizer
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    queued_at INTEGER,                     -- it began to go out
    stopped_at INTEGER,                    -- an organizer has halted it
    finished_at INTEGER,                   -- nothing of it waits any more
    UNIQUE (petition_id, number)
);
CREATE INDEX news_going ON news (queued_at) WHERE queued_at IS NOT NULL AND finished_at IS NULL;
CREATE TABLE news_wordings (
    news_id INTEGER NOT NULL REFERENCES news (id),
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',         -- what a text says; '': none goes out in this language
    PRIMARY KEY (news_id, language)
);
-- How far it has got by mail and by text: up to which signature it was put in the outbox.
CREATE TABLE news_runs (
    news_id INTEGER NOT NULL REFERENCES news (id),
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    channel TEXT NOT NULL,
    through_id INTEGER NOT NULL DEFAULT 0,
    people INTEGER NOT NULL,               -- to how many it was to go when it began
    finished_at INTEGER,
    PRIMARY KEY (news_id, channel)
);
-- Whose turn has come. Of several names behind one contact one alone has its key: that one is told.
CREATE TABLE news_told (
    news_id INTEGER NOT NULL,
    signature_id INTEGER NOT NULL,
    petition_id INTEGER NOT NULL,
    contact_key BLOB,
    PRIMARY KEY (news_id, signature_id)
);
CREATE UNIQUE INDEX news_told_once ON news_told (news_id, contact_key)
    WHERE contact_key IS NOT NULL;
CREATE INDEX news_told_whom ON news_told (petition_id, signature_id);
-- Those who want news, without reading the others.
CREATE INDEX signatures_news ON signatures (petition_id, id)
    WHERE news_at IS NOT NULL AND verified_at IS NOT NULL AND held_at IS NULL
    AND rejected_at IS NULL AND withdrawn_at IS NULL;

ALTER TABLE outbox ADD COLUMN news_id INTEGER;
-- It is being handed over since then. If that stays, nobody knows whether it arrived: it is not sent
-- again.
ALTER TABLE outbox ADD COLUMN handed_at INTEGER;
CREATE INDEX outbox_news ON outbox (news_id, channel, sent_at, failed_at, error, status)
    WHERE news_id IS NOT NULL;
CREATE INDEX outbox_handed ON outbox (channel, leased_until)
    WHERE handed_at IS NOT NULL AND sent_at IS NULL AND failed_at IS NULL;
