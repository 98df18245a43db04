"""What a form says of its signer beside the contact: a code proves the contact, and chooses none of
it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import NamedTuple

from server.core.values.keys import Keys

_SHOWN_BYTES = 9  # of the key: nobody can make a second form with the same


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

    def value(self, keys: Keys, salt: bytes) -> str:
        """What a page carries for them: of fixed length, and equal for equal forms alone."""
        ticks = f"{self.public:d}{self.news:d}"
        said = [self.name, self.postcode or "", self.comment or "", ticks]
        if self.wording > 1:  # pages of before there were others are still open somewhere
            said.append(str(self.wording))
        if self.collector:
            said.append(f"by {self.collector}")
        key = keys.entries(salt, *said)
        return urlsafe_b64encode(key[:_SHOWN_BYTES]).decode()
