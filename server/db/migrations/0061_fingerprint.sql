-- What tells whether the server has the secret key that all keys in here were made with.
CREATE TABLE secret_keys (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    fingerprint BLOB NOT NULL
);
