-- A person key is of one contact, so the two together are as unique as it is alone. Every signing
-- with a contact writes into one place less.
DROP INDEX signatures_person;
DROP INDEX signatures_contact;
CREATE UNIQUE INDEX signatures_contact ON signatures (petition_id, contact_key, person_key)
    WHERE contact_key IS NOT NULL;
