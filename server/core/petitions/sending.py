"""What a petition sends: codes by text, and mail."""

from __future__ import annotations

from server.core.petitions.petitions import change_state, check_not_ended
from server.db import Transaction


async def set_sms_codes(tx: Transaction, petition_id: int, since: int | None) -> None:
    """Let codes go out by text from that time on; None ends it."""
    await check_not_ended(tx, petition_id)
    await tx.execute(
        "UPDATE petitions SET sms_codes_at = CAST(:since AS BIGINT), version = version + 1"
        " WHERE id = :id",
        since=since,
        id=petition_id,
    )


async def set_congress_topic(tx: Transaction, petition_id: int, topic: str) -> bool:
    """Let letters go to the US House under that topic, '' for none; whether that is another."""
    await check_not_ended(tx, petition_id)
    rows = await tx.fetch(
        "UPDATE petitions SET congress_topic = :topic, version = version + 1"
        " WHERE id = :id AND congress_topic <> :topic RETURNING id",
        topic=topic,
        id=petition_id,
    )
    return bool(rows)


async def print_places(tx: Transaction, petition_id: int, now: int) -> bool:
    """Let letters to those who decide where a signer lives, and have no e-mail, go on paper."""
    printed = "prints_places_at = :now"
    return await change_state(tx, printed, "prints_places_at IS NULL", petition_id, now)


async def print_no_places(tx: Transaction, petition_id: int, now: int) -> bool:
    """Let no more of them go so; what waits still can be printed."""
    ended = "prints_places_at = NULL"
    return await change_state(tx, ended, "prints_places_at IS NOT NULL", petition_id, now)


async def stop_mail(tx: Transaction, petition_id: int, now: int) -> bool:
    """Send no mail. What there is to send waits."""
    stopped = "mail_stopped_at = :now"
    return await change_state(tx, stopped, "mail_stopped_at IS NULL", petition_id, now)


async def resume_mail(tx: Transaction, petition_id: int, now: int) -> bool:
    """Send mail again, from that time on."""
    resumed = "mail_stopped_at = NULL"
    return await change_state(tx, resumed, "mail_stopped_at IS NOT NULL", petition_id, now)
