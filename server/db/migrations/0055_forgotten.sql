-- Where a code goes when its password is forgotten: shown to be its owner's, in normal form.
ALTER TABLE organizers ADD COLUMN email TEXT;
