-- What organizers made of texts that were not understood, each once. What a phone is to be asked
-- stands here until it has been asked, then in its conversation.
CREATE TABLE judged_texts (
    gateway TEXT NOT NULL,
    message_id TEXT NOT NULL,
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    phone_key BLOB NOT NULL,
    judged_at INTEGER NOT NULL,
    judgement TEXT NOT NULL,               -- asked, stopped, seen
    language TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    postcode TEXT NOT NULL DEFAULT '',
    wording INTEGER NOT NULL DEFAULT 1,
    collector TEXT NOT NULL DEFAULT '',
    sent_at INTEGER,
    answered_at INTEGER,
    answer TEXT,                           -- signed, no; wrote: something else, before it was asked
    PRIMARY KEY (gateway, message_id)
);
CREATE INDEX judged_phones ON judged_texts (phone_key, judged_at);
CREATE INDEX judged_when ON judged_texts (judged_at);
-- When an organizer's question went out to which only YES signs; null for what a phone has told us.
ALTER TABLE conversations ADD COLUMN offered_at INTEGER;
-- Texts that we are unsure about, newest first, without reading the others.
CREATE INDEX inbound_unsure ON inbound (received_at) WHERE kind IN ('which', 'stop_how', 'late');
-- The question goes with all else that has answered a phone.
DROP INDEX outbox_answers;
CREATE INDEX outbox_answers ON outbox (recipient)
    WHERE kind IN ('reply', 'farewell', 'call_name', 'offer') AND recipient IS NOT NULL;
