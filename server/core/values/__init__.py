"""Names, contacts, keys, ids and passwords: plain values, most without a database."""
