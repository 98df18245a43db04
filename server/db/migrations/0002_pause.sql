-- A petition that takes no signatures for a while; its page says so.
ALTER TABLE petitions ADD COLUMN paused_at INTEGER;
