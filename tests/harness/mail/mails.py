"""A server in this process that sends mail, and people who sign with an address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.core.floods.holds import Reason
from server.core.signing import signatures
from server.mail.smtp import Smtp
from server.outgoing.mails import Postman
from server.services import Services
from tests.harness.mail.smtp import PostOffice
from tests.harness.texts.phones import text_door

ANA = "ana@gmail.com"


def with_mail(url: str, office: PostOffice, **settings: str):  # type: ignore[no-untyped-def]
    """A server in this process whose mail goes to that office."""
    return text_door(url, **(office.settings | settings))


async def signs(
    services: Services,
    name: str = "Ana Diaz",
    email: str = ANA,
    slug: str = "lake",
    *,
    network: bytes | None = None,
    signals: tuple[Reason, ...] = (),
    **values: str,
) -> None:
    """`network` stands for the address that the form comes from."""
    values = {"email": email} | values
    signing = signatures.web_signing(
        services.directory.by_slug[slug],
        {"name": name, "postcode": "59801", **values},
        keys=services.keys,
        country="US",
        language="en",
        id_=services.new_id(),
        now=services.now(),
    )
    signing.prefix_tag, signing.signals = network, signals
    await signatures.sign(services.group, signing)


async def drain(services: Services, mailer: object = None) -> bool:
    """One round of the postman, who then goes home."""
    carrier = mailer or Smtp(services.settings)
    try:
        return await Postman(services, carrier).drain()  # type: ignore[arg-type]
    finally:
        await carrier.rest()  # type: ignore[attr-defined]


@asynccontextmanager
async def at_work(services: Services) -> AsyncIterator[Postman]:
    """A postman with his own connections, who goes home in the end."""
    carrier = Smtp(services.settings)
    try:
        yield Postman(services, carrier)
    finally:
        await carrier.rest()
