"""Signing by a form of the web, whole: read, looked at for what is suspicious, stored."""

from __future__ import annotations

from collections.abc import Mapping

from server.core.floods import limits
from server.core.floods.limits import Address
from server.core.floods.watch import Watch
from server.core.petitions.petitions import Petition
from server.core.petitions.wording import wordings
from server.core.signing.decide import Outcome
from server.core.signing.signature import Signing
from server.core.signing.signatures import sign, web_signing
from server.core.values.keys import Keys
from server.db.group import GroupCommit

TRAP = "url"  # the field that people leave empty


async def sign_by_form(
    group: GroupCommit,
    petition: Petition,
    values: Mapping[str, str],
    *,
    address: Address | None,
    watch: Watch,
    day_key: bytes,
    keys: Keys,
    country: str,
    language: str,
    id_: int,
    now: int,
    collector: int | None = None,
) -> tuple[Signing, Outcome]:
    """Sign with the values of a form (docs/design.md has its fields); returns after it is durable.

    `watch` remembers it for the next ones. Of the address that it came from is stored a tag under
    the key of the day, and no more. Raises `NotOpen`, `InvalidInput` with every problem of the
    form, or `StoreUnavailable`.
    """
    signing = web_signing(
        petition,
        values,
        keys=keys,
        country=country,
        language=language,
        id_=id_,
        now=now,
        collector=collector,
    )
    prefix = limits.prefix_of(address)
    signing.signals = watch.signals(
        petition.id,
        now,
        prefix=prefix,
        name=signing.name,
        postcode=signing.postcode,
        contact=signing.contact,
        trap=bool(values.get(TRAP)),
    )
    signing.prefix_tag = limits.prefix_tag(day_key, prefix) if prefix else None
    outcome = await sign(group, signing)
    if signing.wording < petition.first_signed:
        await group.submit(wordings.note_signed, (petition.id, signing.wording))
    return signing, outcome
