-- SMS segments by UTC day and petition (0: about none), as they are billed.
CREATE TABLE sms_usage (
    day INTEGER NOT NULL,
    petition_id INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    received INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (day, petition_id, shard)
);
-- `sms_spend` stays until no server of the version before this one can be running beside.
INSERT INTO sms_usage (day, petition_id, shard, received, sent)
    SELECT day, 0, shard, 0, segments FROM sms_spend;

ALTER TABLE inbound ADD COLUMN language TEXT;      -- of the reply; the phone's next one takes it
ALTER TABLE inbound ADD COLUMN ask TEXT;           -- what a session or call goes on with
ALTER TABLE conversations ADD COLUMN class TEXT NOT NULL DEFAULT 'sms';  -- the door it began at

ALTER TABLE outbox ADD COLUMN body TEXT;           -- of a reply; null after 30 days
ALTER TABLE outbox ADD COLUMN gateway TEXT;        -- that must carry it; null: the sending one
ALTER TABLE outbox ADD COLUMN carrier TEXT;        -- the gateway that did carry it
ALTER TABLE outbox ADD COLUMN segments INTEGER;    -- that it took
CREATE INDEX outbox_stuck ON outbox (petition_id, created_at);

-- High-water marks of background jobs: how far each has got.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    at INTEGER NOT NULL
);

-- Texts that we did not understand, newest first, without reading the others.
CREATE INDEX inbound_unknown ON inbound (received_at) WHERE kind = 'unknown';
