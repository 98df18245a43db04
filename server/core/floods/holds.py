"""Why a signature is held until somebody has looked.

Two signals or more hold a signature. None of them refuses anybody: the signer sees the ordinary
page and can verify as usual, and verifying lifts all that came from address, burst or pattern.
What stays for an organizer to decide are households, mail domains and ranges of phone numbers in
which more have verified than is likely, and who signs by a contact after a signature of it was
taken out.

Hundreds of honest signers share one address (a carrier's, a school's, a proxy browser's), and with
it a postcode or a mail domain. That a community signs at once is what petitions are for: all that
says so counts as one signal, and never holds anybody by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, cast

Reason = Literal[
    "burst",
    "postcode",
    "mails",
    "people",
    "names",
    "disposable",
    "crowd",
    "trap",
    "household",
    "taken_out",
    "domain",
    "numbers",
]
#: Each says that a community signs at once; together they are one signal.
COMMUNITY = frozenset({"burst", "postcode", "mails"})
#: Verifying does not lift these.
STAYING = frozenset({"household", "taken_out", "domain", "numbers"})
SIGNALS_TO_HOLD = 2


class Hold(NamedTuple):
    """One reason. `label` is the mail domain or range of numbers that has too many, else ''."""

    kind: Reason
    label: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.label}" if self.label else self.kind

    @classmethod
    def read(cls, word: str) -> Hold:
        """What `str` has written."""
        kind, _, label = word.partition(":")
        return cls(cast(Reason, kind), label)


Holds = frozenset[Hold]


def for_signals(signals: Iterable[Reason]) -> Holds:
    """One for each of these signals; none if they are too few."""
    found = set(signals)
    counted = len(found - COMMUNITY) + bool(found & COMMUNITY)
    return frozenset(map(Hold, found)) if counted >= SIGNALS_TO_HOLD else frozenset()


def left_after_verifying(holds: Holds) -> Holds:
    """Those that an organizer has to decide about."""
    return frozenset(hold for hold in holds if hold.kind in STAYING)
