"""One open petition in a store, and short ways to sign it without any door around it."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.core.counting import counts
from server.core.outbox.outbox import Announcement
from server.core.petitions import petitions
from server.core.petitions.petitions import Petition
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording
from server.core.signing import codes, messages, signatures, stored
from server.core.signing.decide import Outcome
from server.core.signing.messages import Message
from server.core.signing.signature import Signing
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Database, Transaction
from server.db.group import GroupCommit

NOW = 1_800_000_000
PHONE = "+14065550123"


@dataclass
class World:
    """One open petition, and short ways to sign it."""

    database: Database
    group: GroupCommit
    petition: Petition
    keys: Keys = field(default_factory=lambda: Keys("k" * 40))
    ids: Ids = field(default_factory=lambda: Ids(1))
    now: int = NOW

    def signing(self, name: str = "Ana Diaz", postcode: str = "59801", **values: str) -> Signing:
        """What the web door makes of such a form."""
        return signatures.web_signing(
            self.petition,
            {"name": name, "postcode": postcode, **values},
            keys=self.keys,
            country="US",
            language="en",
            id_=self.ids.next(self.now),
            now=self.now,
        )

    def digits(self, signing: Signing) -> str:
        """What the page shows to whoever has signed so with a phone."""
        assert signing.contact
        return codes.text_digits(self.keys, self.petition, signing.contact, signing.entries)

    async def sign(self, signing: Signing) -> Outcome:
        return await signatures.sign(self.group, signing)

    async def web(self, name: str = "Ana Diaz", postcode: str = "59801", **values: str) -> Outcome:
        return await self.sign(self.signing(name, postcode, **values))

    async def text(
        self, name: str = "Ana Diaz", postcode: str = "59801", phone: str = PHONE
    ) -> Outcome:
        signing = signatures.text_signing(
            self.petition,
            name=name,
            postcode=postcode,
            phone=phone,
            keys=self.keys,
            language="en",
            id_=self.ids.next(self.now),
            now=self.now,
        )
        return await signatures.sign(self.group, signing)

    async def says(self, tx: Transaction, item: Announcement, now: int) -> Message | None:
        """What a message about signatures says if it goes out now."""
        about = self.keys, self.petition, item
        plan = await messages.plan_for(tx, *about, now)
        return await messages.message_for(tx, *about, plan, now) if plan else None

    async def figures(self) -> counts.Figures:
        async with self.database.read() as tx:
            return await counts.figures(tx, self.petition.id)

    async def rows(self, columns: str = "*") -> list[dict[str, object]]:
        async with self.database.read() as tx:
            rows = await tx.fetch(f"SELECT {columns} FROM signatures ORDER BY id")
        return [dict(row) for row in rows]

    async def signature_ids(self) -> list[int]:
        async with self.database.read() as tx:
            return [row["id"] for row in await tx.fetch("SELECT id FROM signatures ORDER BY id")]

    async def holds(self) -> list[str]:
        """Of each signature in the order of their ids, why it is held: '' if it is not."""
        ids = await self.signature_ids()
        async with self.database.read() as tx:
            found = {s.id: s for s in await stored.by_ids(tx, self.petition.id, ids)}
        return [" ".join(sorted(map(str, found[id_].holds))) for id_ in ids]


def draft(**changes: object) -> Draft:
    """A petition that is well formed, with changes."""
    values: dict[str, object] = {
        "slug": "lake",
        "keyword": "LAKE",
        "language": "en",
        "country": "US",
        "wordings": {"en": Wording("Keep the lake clean", "Please.\n\nKeep it clean.")},
        "started_by": "Friends of the lake",
        "decision_makers": (DecisionMaker("Jo Marsh", "Mayor", "+1 406 555 0140"),),
    }
    return Draft(**(values | changes))  # type: ignore[arg-type]


async def world_in(database: Database, node: int = 1) -> World:
    """The petition in that store, made and opened if there is none; its writer is started.

    Worlds of different nodes draw different ids. Whoever asks stops the writer: `group.stop()`.
    """
    async with database.write() as tx:
        known = await petitions.all_petitions(tx)
        if not known:
            salt = b"s" * 32
            id_ = await petitions.create(
                tx, draft(), reserved=frozenset(), salt=salt, now=NOW - 100
            )
            await petitions.open_(tx, id_, NOW - 90)
            known = await petitions.all_petitions(tx)
    (petition,) = known.values()
    group = GroupCommit(database)
    group.start()
    return World(database, group, petition, ids=Ids(node))
