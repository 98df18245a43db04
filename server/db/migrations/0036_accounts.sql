-- What an organizer sees of their own account.
ALTER TABLE organizer_sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';  -- coarse
ALTER TABLE organizer_sessions ADD COLUMN proved_at INTEGER;  -- when the second step was last done
-- The second step of signing in: its secret is made of this and the server's own.
ALTER TABLE organizers ADD COLUMN factor_salt BLOB;
ALTER TABLE organizers ADD COLUMN factor_step INTEGER NOT NULL DEFAULT 0;  -- of the last code: each once
CREATE TABLE recovery_codes (
    organizer_id INTEGER NOT NULL REFERENCES organizers (id),
    code_key BLOB NOT NULL,
    PRIMARY KEY (organizer_id, code_key)
);
-- Sign-ins, failures and changes of an account, for some months.
CREATE TABLE account_log (
    id INTEGER PRIMARY KEY,
    organizer_id INTEGER NOT NULL REFERENCES organizers (id),
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    network TEXT NOT NULL                  -- coarse
);
CREATE INDEX account_log_by_organizer ON account_log (organizer_id, id);
CREATE INDEX account_log_by_age ON account_log (at);
