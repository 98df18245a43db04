-- Partners with whom somebody shares name and e-mail, each with the time of that, as JSON; and the
-- e-mail, which outlives the signature's own for them.
ALTER TABLE besides ADD COLUMN shares TEXT;
ALTER TABLE besides ADD COLUMN email TEXT;
