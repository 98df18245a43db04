-- For which organization somebody signs, and since when that may be shown; what they reply to the
-- petition's own question.
ALTER TABLE besides ADD COLUMN organization TEXT;
ALTER TABLE besides ADD COLUMN approved_at INTEGER;
ALTER TABLE besides ADD COLUMN reply TEXT;
