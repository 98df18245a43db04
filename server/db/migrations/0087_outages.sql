-- When a way to send (mail, or a gateway by its name) was shut, for whatever reason of ours.
CREATE TABLE outages (
    way TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    why TEXT NOT NULL,
    PRIMARY KEY (way, began_at)
);
CREATE UNIQUE INDEX outages_open ON outages (way) WHERE ended_at IS NULL;
