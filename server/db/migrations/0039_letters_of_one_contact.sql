-- What a signer has put right about where their postcode lies goes with the signature. Whose the rows before
-- were nobody can tell any more; whoever comes back says it again.
DROP TABLE place_corrections;
CREATE TABLE place_corrections (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    postcode TEXT NOT NULL,
    division TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, signature_id)
);
CREATE INDEX place_corrections_of_postcode ON place_corrections (petition_id, postcode);
-- To an office go a few letters of one contact, whatever names are on it; as `signatures.contact_key`.
ALTER TABLE letters ADD COLUMN contact_key BLOB;
CREATE INDEX letters_of_contact ON letters (petition_id, contact_key) WHERE contact_key IS NOT NULL;
