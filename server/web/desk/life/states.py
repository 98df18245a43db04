"""A petition is opened, paused and closed; its mail is stopped; its signatures are downloaded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

from server.core.desk.signers import exports
from server.core.petitions import petitions, sending
from server.db import Transaction
from server.errors import InvalidInput
from server.web.desk.form import petition_form
from server.web.desk.visit import Visit

#: The states in which each question has an answer; elsewhere the dashboard says how it stands.
_ASKED = {"pause": {"open"}, "close": {"open", "paused"}}


async def open_(visit: Visit) -> None:
    """POST: the petition takes signatures from now on; its form, if something is in the way."""
    needs_review = visit.services.settings.review
    try:
        await _change(visit, partial(petitions.open_, needs_review=needs_review), "opened")
    except InvalidInput as error:
        petition = await visit.petition()
        if error.problems[0].field == "review":
            await visit.go_to_petition(petition, "?done=not_accepted")
        else:
            await petition_form.ask_first(visit, petition, error)


async def pause(visit: Visit) -> None:
    """GET asks; POST: the petition takes no signatures for a while."""
    if visit.posts:
        await _change(visit, petitions.pause, "paused")
    else:
        await _ask(visit, "pause")


async def close(visit: Visit) -> None:
    """GET asks; POST: the petition takes no more signatures."""
    if visit.posts:
        await _change(visit, petitions.close, "closed")
    else:
        await _ask(visit, "close")


async def _ask(visit: Visit, action: str) -> None:
    petition = await visit.petition()
    if petition.state in _ASKED[action]:
        await visit.send_petition_page("life/stop", petition, {}, action=action)
    else:
        await visit.go_to_petition(petition)


async def _change(
    visit: Visit, change: Callable[[Transaction, int, int], Awaitable[bool]], done: str
) -> None:
    petition = await visit.petition()
    async with visit.services.database.write() as tx:
        if await change(tx, petition.id, visit.services.now()):
            await visit.note(tx, done, petition.id)
    await visit.services.directory.refresh()
    await visit.go_to_petition(petition, f"?done={done}")


async def stop_mail(visit: Visit) -> None:
    """POST: no mail of the petition goes out from now on; it waits."""
    await _change(visit, sending.stop_mail, "mail_stopped")


async def resume_mail(visit: Visit) -> None:
    """POST: mail of the petition goes out again."""
    await _change(visit, sending.resume_mail, "mail_resumed")


async def export(visit: Visit) -> None:
    """The signatures as CSV, a block at a time."""
    petition = await visit.petition()
    services = visit.services
    blocks = exports.csv_blocks(services.database, petition.id)
    first = b""
    if visit.scope["method"] != "HEAD":
        async with services.database.write() as tx:
            await visit.note(tx, "exported", petition.id)
        # Read before the answer begins: a store that fails now is still a plain page.
        first = await anext(blocks) + await anext(blocks, b"")

    async def joined() -> AsyncGenerator[bytes]:
        yield first
        async for block in blocks:
            yield block

    await visit.send_file(f"{petition.slug}-signatures.csv", b"text/csv;charset=utf-8", joined())
