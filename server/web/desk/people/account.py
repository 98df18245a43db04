"""An organizer's own account: the password, the second step, where they are signed in, and what
happened."""

from __future__ import annotations

import re
import secrets
from typing import Any

from server.core.desk import notices
from server.core.desk.notices import NOTICES
from server.core.desk.people import accounts, forgotten, happenings, organizers, second_step
from server.core.desk.people.happenings import happened
from server.core.desk.people.second_step import RECOVERY_BYTES, RECOVERY_CODES
from server.core.values import passwords, totp
from server.core.values.keys import mac
from server.core.values.postcodes import digits_of
from server.errors import BadRequest, InvalidInput
from server.web.desk.people.account_words import (
    ACCOUNT_DONE,
    HAPPENED,
    NOTICE_WORDS,
    PASSWORD_PROBLEMS,
    WRONG_CODE,
)
from server.web.desk.people.team_words import LIMITS
from server.web.desk.resuming import HOME
from server.web.desk.visit import Visit
from server.web.public.sheets import qr_code

FACTOR_SALT_BYTES = 16


async def show(visit: Visit) -> None:
    """GET: all of it, with the buttons that end sessions."""
    services, me, word = visit.services, visit.organizer, visit.query("done")
    async with services.database.read() as tx:
        found = await accounts.sessions(tx, me, services.now())
        lines = await happenings.happenings(tx, me.id)
        has_second_step = await second_step.is_on(tx, me)
        wanted = await notices.wanted(tx, me)
        address = (await forgotten.account_of(tx, me)).email
    await visit.send_page(
        "people/account",
        address=address,
        notices={kind: (NOTICE_WORDS[kind], kind in wanted) for kind in NOTICES},
        sessions=found,
        here=organizers.token_key(visit.token).hex(),
        happenings=lines,
        happened=HAPPENED,
        has_second_step=has_second_step,
        say=visit.sentence,
        time=visit.moment,
        done=visit.sentence(ACCOUNT_DONE, word) if word in ACCOUNT_DONE else "",
    )


async def _go_back(visit: Visit, done: str) -> None:
    await visit.go_to(f"{HOME}account?done={done}")


async def set_notices(visit: Visit) -> None:
    """POST: what they want mails about."""
    async with visit.services.database.write() as tx:
        await notices.want(tx, visit.organizer, {kind for kind in NOTICES if kind in visit.form})
    await _go_back(visit, "notices")


# The password.


async def password(visit: Visit) -> None:
    """GET the form; POST changes it, once the old one is right. All other sessions end."""
    if not visit.posts:
        await visit.send_page("people/password", error="", field="", least=LIMITS["password_least"])
        return
    services, me, form = visit.services, visit.organizer, visit.form
    key, salt = services.keys.server("sign-in"), secrets.token_bytes(passwords.PASSWORD_SALT_BYTES)
    async with services.database.write() as tx:
        await organizers.take_second_try(tx, key, me, services.now())
        stored = await accounts.hash_of(tx, me)
    if not await passwords.is_right(stored, form.get("old", "")):
        await _send_password_fault(visit, "old", "old")
        return
    try:
        new, leaked = form.get("password", ""), services.settings.leaked_file
        hash_ = await organizers.new_hash(new, salt, me.name, leaked)
    except InvalidInput as error:
        await _send_password_fault(visit, "password", error.problems[0].code)
        return
    async with services.database.write() as tx:
        await accounts.set_password(tx, me, hash_, visit.token)
        await happened(tx, me.id, "password", services.now(), visit.pages.network(visit.scope))
    await _go_back(visit, "password")


async def _send_password_fault(visit: Visit, field: str, code: str) -> None:
    error = visit.sentence(PASSWORD_PROBLEMS, code, **LIMITS)
    least = LIMITS["password_least"]
    await visit.send_page("people/password", error=error, field=field, least=least)


# Sessions.


async def end_session(visit: Visit) -> None:
    """POST: sign another browser out."""
    async with visit.services.database.write() as tx:
        await accounts.end_session(tx, visit.organizer, visit.part("id"))
    await _go_back(visit, "ended")


async def end_others(visit: Visit) -> None:
    """POST: sign all other browsers out."""
    async with visit.services.database.write() as tx:
        if await accounts.end_sessions(tx, visit.organizer, visit.token):
            now = visit.services.now()
            await happened(tx, visit.organizer.id, "others", now, visit.pages.network(visit.scope))
    await _go_back(visit, "others")


# The second step.


async def second(visit: Visit) -> None:
    """GET the picture and the secret for a phone, or how it stands; POST turns it on."""
    if visit.posts:
        await _turn_on(visit)
    else:
        await _send_second(visit, secrets.token_bytes(FACTOR_SALT_BYTES))


def _key(visit: Visit) -> bytes:
    return visit.services.keys.server("second step")


async def _send_second(visit: Visit, salt: bytes, error: str = "", **context: Any) -> None:
    services, me = visit.services, visit.organizer
    secret = totp.secret_of(_key(visit), salt)
    async with services.database.read() as tx:
        is_on, left = await second_step.is_on(tx, me), await second_step.codes_left(tx, me)
    issuer = services.settings.name or services.settings.public_url.partition("://")[2]
    await visit.send_page(
        "people/second_step",
        is_on=is_on,
        left=left,
        salt=salt.hex(),
        secret=totp.written_secret(secret),
        address=totp.address_of(secret, me.name, issuer),
        qr=qr_code,
        error=error and visit.pages.sentence(error),
        **{"codes": []} | context,
    )


async def _turn_on(visit: Visit) -> None:
    """Once a code of the phone shows that it has the secret. The same form once more shows the same
    recovery codes, as long as nobody has turned it off."""
    typed_salt = visit.form.get("salt", "")
    if not re.fullmatch(rf"(?:[0-9a-f]{{2}}){{{FACTOR_SALT_BYTES}}}", typed_salt):
        raise BadRequest("no salt")
    salt, me, now = bytes.fromhex(typed_salt), visit.organizer, visit.services.now()
    codes = _recovery_codes(visit, salt)
    secret = totp.secret_of(_key(visit), salt)
    if not await _is_theirs(visit):
        await _send_second(visit, salt, PASSWORD_PROBLEMS["own"])
        return
    step = totp.step_of(secret, digits_of(visit.form.get("code", "")), now)
    async with visit.services.database.write() as tx:
        if await second_step.has(tx, me, salt):
            step = None  # pressed twice
        elif step is None or await second_step.is_on(tx, me):
            codes = []
        else:
            await second_step.turn_on(tx, me, salt, step, codes)
            await second_step.prove(tx, visit.token, now)
            await happened(tx, me.id, "on", now, visit.pages.network(visit.scope))
    await _send_second(visit, salt, "" if codes else WRONG_CODE, codes=[_shown(c) for c in codes])


async def _is_theirs(visit: Visit) -> bool:
    """Whether the password is right: whoever finds a browser signed in must not shut its owner out.
    Raises `Throttled`."""
    key, now = visit.services.keys.server("sign-in"), visit.services.now()
    async with visit.services.database.write() as tx:
        await organizers.take_second_try(tx, key, visit.organizer, now)
        stored = await accounts.hash_of(tx, visit.organizer)
    return await passwords.is_right(stored, visit.form.get("old", ""))


def _recovery_codes(visit: Visit, salt: bytes) -> list[str]:
    key, who = _key(visit), str(visit.organizer.id)
    return [
        mac(key, "recovery", who, salt.hex(), str(n))[:RECOVERY_BYTES].hex()
        for n in range(RECOVERY_CODES)
    ]


def _shown(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"


async def turn_off(visit: Visit) -> None:
    """POST: ask for it no more, once a code was right."""
    services, me, now = visit.services, visit.organizer, visit.services.now()
    async with services.database.write() as tx:
        await organizers.take_second_try(tx, services.keys.server("sign-in"), me, now)
        is_on = await second_step.is_on(tx, me)
        right = await second_step.takes(tx, me, _key(visit), visit.form.get("code", ""), now)
        if right:
            await second_step.turn_off(tx, me)
            await happened(tx, me.id, "off", now, visit.pages.network(visit.scope))
    if right or not is_on:
        await _go_back(visit, "off")
    else:
        await _send_second(visit, secrets.token_bytes(FACTOR_SALT_BYTES), WRONG_CODE)
