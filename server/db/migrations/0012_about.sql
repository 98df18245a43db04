-- Messages that have gone out and still say to whom, by what they were about: whoever takes a
-- signature back stands in none of them any more.
CREATE INDEX outbox_about ON outbox (petition_id, signature_id)
    WHERE sent_at IS NOT NULL AND recipient IS NOT NULL;
