"""Letters to members of the US House, by Communicating With Congress (CWC 2.0): one XML each.

Whoever delivers has an agreement with the House, a key, and a name that stands on each letter. What
the schema demands is asked of signers, or the letter does not go this way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from server.channels import CongressParts, Handover, Result, Sheet

_SECONDS = (10.0, 30.0)  # to connect, and to be answered
LONGEST_PART = 10_000  # characters that an office takes of either part
_NOT_BEGUN: tuple[Result, str] = ("retry", "connection")
_BROKEN: tuple[Result, str] = ("uncertain", "connection")
_SHORTEST_SUBJECT, _LONGEST_SUBJECT = 6, 500


@dataclass(frozen=True, slots=True)
class DeliveryAgent:
    """Who delivers, as the House knows them; `url` takes letters for whoever has that `key`."""

    url: str
    key: str = field(repr=False)
    name: str
    contact: str
    email: str
    phone: str


class CongressChannel:
    """By the delivery agent's door."""

    def __init__(self, agent: DeliveryAgent, seconds: tuple[float, float] = _SECONDS) -> None:
        self._agent, self._seconds = agent, seconds

    async def deliver(self, batch: Sequence[Sheet]) -> list[Handover]:
        return [await self._deliver(sheet) for sheet in batch]

    async def _deliver(self, sheet: Sheet) -> Handover:
        if sheet.congress is None:
            return Handover("rejected", "no_address")
        message = message_of(self._agent, sheet, sheet.congress)
        return await asyncio.to_thread(self._post, message)

    def _post(self, message: bytes) -> Handover:
        """What the door said. Where it took all of it and said nothing, nobody knows."""
        import requests  # loaded with the first letter

        try:
            answer = requests.post(
                self._agent.url,
                data=message,
                params={"apikey": self._agent.key},
                headers={"Content-Type": "application/xml; charset=utf-8"},
                timeout=self._seconds,
                allow_redirects=False,
            )
        except requests.ConnectionError as error:
            return Handover(*(_NOT_BEGUN if _not_begun(error) else _BROKEN))
        except requests.Timeout:
            return Handover("uncertain", "timeout")
        except requests.RequestException:  # the answer cannot be read
            return Handover(*_BROKEN)
        return _handover(answer.status_code, answer.headers.get("Retry-After", ""))


def _not_begun(error: Exception) -> bool:
    """Whether nobody was there: then nothing of the letter has left."""
    import requests
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError) or isinstance(
        reason, NewConnectionError
    )


def _handover(status: int, wait: str) -> Handover:
    code = str(status)
    if 200 <= status < 300:
        return Handover("accepted", "congress")
    if status in {400, 413, 422}:
        return Handover("rejected", code)
    after = min(int(wait), 86_400) if wait.isascii() and wait.isdigit() else 0
    return Handover("retry", code, after)


def message_of(agent: DeliveryAgent, sheet: Sheet, parts: CongressParts) -> bytes:
    """The letter as the schema has it."""
    root = ET.Element("CWC")
    _add(root, "CWCVersion", "2.0")
    _delivery(ET.SubElement(root, "Delivery"), agent, sheet, parts)
    office = ET.SubElement(root, "Recipient")
    _add(office, "MemberOffice", sheet.address)
    _add(office, "IsResponseRequested", "Y")
    _add(office, "NewsletterOptIn", "N")
    writer = ET.SubElement(root, "Constituent")
    for tag, said in (
        ("Prefix", parts.prefix),
        ("FirstName", parts.first),
        ("LastName", parts.last),
        ("Address1", parts.street),
        ("City", parts.city),
        ("StateAbbreviation", sheet.address[1:3]),
        ("Zip", parts.zip),
        ("Email", sheet.reply_to),
    ):
        _add(writer, tag, said)
    message = ET.SubElement(root, "Message")
    _add(message, "Subject", _subject(sheet.subject))
    topics = ET.SubElement(message, "LibraryOfCongressTopics")
    _add(topics, "LibraryOfCongressTopic", parts.topic)
    _add(message, "OrganizationStatement", cut(parts.statement))
    _add(message, "ConstituentMessage", cut(parts.own))
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _delivery(
    delivery: ET.Element, agent: DeliveryAgent, sheet: Sheet, parts: CongressParts
) -> None:
    day = datetime.fromtimestamp(sheet.written_at, UTC)
    _add(delivery, "DeliveryId", parts.delivery_id)
    _add(delivery, "DeliveryDate", f"{day:%Y%m%d}")
    _add(delivery, "DeliveryAgent", agent.name)
    _add(delivery, "DeliveryAgentAckEmailAddress", agent.email)
    contact = ET.SubElement(delivery, "DeliveryAgentContact")
    _add(contact, "DeliveryAgentContactName", agent.contact)
    _add(contact, "DeliveryAgentContactEmail", agent.email)
    _add(contact, "DeliveryAgentContactPhone", agent.phone)
    _add(delivery, "CampaignId", parts.campaign)


def _add(parent: ET.Element, tag: str, said: str) -> None:
    ET.SubElement(parent, tag).text = said


def _subject(title: str) -> str:
    said = title if len(title) >= _SHORTEST_SUBJECT else f"Petition: {title}"
    return said[:_LONGEST_SUBJECT]


def cut(said: str) -> str:
    """What an office takes of it: whole paragraphs, as many as it has room for."""
    if len(said) <= LONGEST_PART:
        return said
    head = said[: LONGEST_PART - 2]
    return (head.rpartition("\n\n")[0] or head) + " …"
