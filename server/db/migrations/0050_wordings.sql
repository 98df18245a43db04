-- Which wording a signer has read: numbered for signers, from the one with which a petition opens.
ALTER TABLE petitions ADD COLUMN wording_number INTEGER NOT NULL DEFAULT 1;   -- of what it says now
ALTER TABLE petitions ADD COLUMN first_signed INTEGER NOT NULL DEFAULT 1;     -- nobody signed one before it
ALTER TABLE petitions ADD COLUMN reworded_at INTEGER;                         -- when that began to be said
ALTER TABLE petition_versions ADD COLUMN wording INTEGER NOT NULL DEFAULT 1;
ALTER TABLE signatures ADD COLUMN wording INTEGER NOT NULL DEFAULT 1;
ALTER TABLE pending_forms ADD COLUMN wording INTEGER NOT NULL DEFAULT 1;
ALTER TABLE conversations ADD COLUMN wording INTEGER NOT NULL DEFAULT 1;
-- How many have signed each later one. It costs nothing where a wording was never changed.
CREATE INDEX signatures_wording ON signatures (petition_id, wording)
    WHERE wording > 1 AND verified_at IS NOT NULL AND withdrawn_at IS NULL AND rejected_at IS NULL
        AND absorbed_by IS NULL AND held_at IS NULL;
