"""What a form says of its signer beside the contact: a code proves the contact, and chooses none of
it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import NamedTuple

from server.core.petitions.extras import Extras
from server.core.values.keys import Keys

_SHOWN_BYTES = 9  # of the key: nobody can make a second form with the same


class Besides(NamedTuple):
    """What a form says where its petition asks for more. `eligible`: whoever signs states that they
    may, in the petition's words. `organization`: for which one they sign. `reply`: to the
    petition's question. `shares`: partners who may have the name and the `email`."""

    eligible: bool = False
    organization: str | None = None
    reply: str | None = None
    shares: tuple[str, ...] = ()
    email: str | None = None

    def packed(self) -> str | None:
        """As text, which stays the same when more can be asked; None where nothing is said."""
        said = {name: value for name, value in self._asdict().items() if value}
        return json.dumps(said, ensure_ascii=False) if said else None

    @classmethod
    def unpacked(cls, packed: str | None) -> Besides:
        said = json.loads(packed or "{}")
        return cls(**said)._replace(shares=tuple(said.get("shares", ())))


NOTHING = Besides()


class Entries(NamedTuple):
    """`name` as it was spelt; `public` and `news` are the ticks; `wording` is the number of what
    was read, `collector` that of who brought them."""

    name: str
    postcode: str | None
    comment: str | None
    public: bool
    news: bool
    wording: int = 1
    collector: int | None = None
    besides: Besides = NOTHING

    def shown_without(self, extras: Extras) -> tuple[Entries, ...]:
        """What a page may have shown of them: since they came in, the petition may have been
        changed to ask for nothing besides."""
        return (self,) if extras.asks else (self, self._replace(besides=NOTHING))

    def value(self, keys: Keys, salt: bytes) -> str:
        """What a page carries for them: of fixed length, and equal for equal forms alone."""
        ticks = f"{self.public:d}{self.news:d}"
        said = [self.name, self.postcode or "", self.comment or "", ticks]
        if self.wording > 1:  # pages of before there were others are still open somewhere
            said.append(str(self.wording))
        if self.collector:
            said.append(f"by {self.collector}")
        key = keys.entries(salt, *said, *filter(None, [self.besides.packed()]))
        return urlsafe_b64encode(key[:_SHOWN_BYTES]).decode()
