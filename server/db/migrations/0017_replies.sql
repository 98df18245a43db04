-- Replies that have gone out and still say to whom: whoever takes a signature back stands in none.
CREATE INDEX outbox_replies ON outbox (recipient)
    WHERE kind = 'reply' AND sent_at IS NOT NULL AND recipient IS NOT NULL;
-- Those that said so themselves, for the minutes in which they may be asked for again.
CREATE INDEX inbound_farewells ON inbound (received_at)
    WHERE kind IN ('undo', 'remove') AND reply IS NOT NULL;
