-- The names that may be shown, newest first, without reading the others.
CREATE INDEX signatures_public ON signatures (petition_id, id)
    WHERE public_at IS NOT NULL AND verified_at IS NOT NULL AND held_at IS NULL
    AND rejected_at IS NULL AND withdrawn_at IS NULL;
