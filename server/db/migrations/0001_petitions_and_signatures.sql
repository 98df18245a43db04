-- Times are UTC seconds. A nullable time stands in place of a boolean.
-- Keys are the first 16 bytes of an HMAC-SHA256 (see core/keys.py).

CREATE TABLE petitions (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    keyword TEXT NOT NULL UNIQUE,          -- folded: upper case, no accents
    language TEXT NOT NULL,                -- the petition's own
    country TEXT NOT NULL,                 -- whose postcodes are asked for
    postcode_rule TEXT NOT NULL,           -- required or optional
    contact_rule TEXT NOT NULL,            -- optional or required
    goal INTEGER,
    origins TEXT NOT NULL DEFAULT '',      -- other sites that may carry the form, by spaces
    salt BLOB NOT NULL,                    -- destroying it destroys the petition's keys
    version INTEGER NOT NULL,              -- grows with every edit; pages are cached by it
    created_at INTEGER NOT NULL,
    opened_at INTEGER,
    closed_at INTEGER,
    shown_unverified INTEGER NOT NULL DEFAULT 0,
    shown_at INTEGER
);

CREATE TABLE petition_texts (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (petition_id, language)
);

CREATE TABLE decision_makers (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    form TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (petition_id, position)
);

CREATE TABLE signatures (
    id INTEGER PRIMARY KEY,                -- sqlite
    id INTEGER NOT NULL,                   -- postgres
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    class TEXT NOT NULL,
    language TEXT NOT NULL,
    name TEXT,                             -- null once withdrawn, as are all personal data
    postcode TEXT,
    contact TEXT,                          -- E.164 or canonical e-mail
    comment TEXT,
    place_key BLOB,
    contact_key BLOB,
    person_key BLOB,
    created_at INTEGER NOT NULL,
    public_at INTEGER,                     -- may show the name
    news_at INTEGER,                       -- wants news
    verified_at INTEGER,
    held_at INTEGER,
    held_why TEXT,
    rejected_at INTEGER,
    withdrawn_at INTEGER,
    approved_at INTEGER,                   -- the comment may be shown
    noted_at INTEGER,                      -- the owner was last told of a repeat
    ref BLOB,                              -- names a pending verification in a mailed link
    code_sent_at INTEGER,
    contact_tries INTEGER,                 -- wrong codes typed with the contact
    ref_tries INTEGER                      -- wrong codes typed with the ref
    , PRIMARY KEY (petition_id, id)        -- postgres
);

CREATE UNIQUE INDEX signatures_person ON signatures (petition_id, person_key)
    WHERE person_key IS NOT NULL;
CREATE UNIQUE INDEX signatures_place ON signatures (petition_id, place_key)
    WHERE contact_key IS NULL AND place_key IS NOT NULL;
CREATE INDEX signatures_place_verified ON signatures (petition_id, place_key)
    WHERE verified_at IS NOT NULL;
CREATE INDEX signatures_contact ON signatures (petition_id, contact_key)
    WHERE contact_key IS NOT NULL;

-- Signatures by class, state and the UTC day on which they were made: the sum over the days is the
-- count, the days are the trend. A shard belongs to one writer, so no two servers wait for one row.
CREATE TABLE counts (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    shard INTEGER NOT NULL,
    day INTEGER NOT NULL,
    class TEXT NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (petition_id, shard, day, class, state)
);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,                -- from Ids, as for signatures
    channel TEXT NOT NULL,                 -- sms or email
    kind TEXT NOT NULL,
    petition_id INTEGER REFERENCES petitions (id),
    language TEXT NOT NULL,                -- the worker words it when it goes out
    recipient TEXT,                        -- null after 30 days
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    leased_until INTEGER,
    sent_at INTEGER,
    failed_at INTEGER,
    error TEXT,
    provider_id TEXT,
    status TEXT                            -- the provider's last word: delivered, failed ...
);
CREATE INDEX outbox_provider ON outbox (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;

CREATE TABLE inbound (
    gateway TEXT NOT NULL,
    message_id TEXT NOT NULL,
    phone_key BLOB NOT NULL,
    petition_id INTEGER REFERENCES petitions (id),
    sender TEXT,                           -- null after 30 days, with body and reply
    body TEXT,
    reply TEXT,                            -- null where we said nothing
    kind TEXT NOT NULL,                    -- what we took the text for
    segments INTEGER NOT NULL,             -- of the reply
    received_at INTEGER NOT NULL,
    PRIMARY KEY (gateway, message_id)
);
CREATE INDEX inbound_phone ON inbound (phone_key, received_at);
CREATE INDEX inbound_recent ON inbound (received_at);

-- What we asked a phone and wait to hear: the next text may answer it.
CREATE TABLE conversations (
    phone_key BLOB PRIMARY KEY,
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    name TEXT NOT NULL DEFAULT '',
    postcode TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL,
    asked_at INTEGER NOT NULL
);

CREATE TABLE opt_outs (
    phone_key BLOB PRIMARY KEY,
    opted_out_at INTEGER NOT NULL
);

CREATE TABLE sms_spend (
    day INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    PRIMARY KEY (day, shard)
);

CREATE TABLE organizers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,             -- what they sign in with, lower case
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE petition_organizers (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    organizer_id INTEGER NOT NULL REFERENCES organizers (id),
    PRIMARY KEY (petition_id, organizer_id)
);

CREATE TABLE organizer_sessions (
    token_key BLOB PRIMARY KEY,            -- a hash: the database does not hold what signs in
    organizer_id INTEGER NOT NULL REFERENCES organizers (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE sign_in_tries (
    key BLOB NOT NULL,
    window_start INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (key, window_start)
);
