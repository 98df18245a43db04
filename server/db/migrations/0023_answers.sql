-- What answers a phone says to whom, sent or not: whoever takes a signature back stands in none.
DROP INDEX outbox_replies;
CREATE INDEX outbox_answers ON outbox (recipient)
    WHERE kind IN ('reply', 'farewell', 'call_name') AND recipient IS NOT NULL;
