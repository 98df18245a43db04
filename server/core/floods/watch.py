"""What is remembered of the last web signings, by which floods are told.

Only in memory, and of each petition apart: a flood of one says nothing about another. With several
processes each sees its share of a flood, which grows with the flood.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from server.core.counting.states import where
from server.core.floods import alarms
from server.core.floods.holds import Reason
from server.core.values.contacts import EMAIL_LIMIT
from server.core.values.mail_domains import LARGE, is_disposable, owned_domain
from server.db import Database, Transaction
from server.db.patience import patiently

WINDOW_SECONDS = 600
WINDOW_SIGNINGS = 2000  # of one petition that are remembered one by one at most
#: Of one address prefix, postcode or mail domain within the window: so many are never odd, nor is
#: this share of all; nor, of the last two, so many times the share that they had before.
COMMUNITY_LEAST, COMMUNITY_SHARE, COMMUNITY_TIMES = 20, 0.2, 5
SERIES = 5  # names or addresses that differ in digits alone
#: Signings before the window, by postcode or mail domain: fewer tell nothing, more are not kept.
HISTORY_LEAST, HISTORY_MOST = 200, 20_000
HISTORY_READ = 10_000  # signatures of the store
LEARN_SECONDS = 600

_DIGITS = re.compile(r"\d+")
# Six consonants in a row, or a word of five and more without any other letter.
_UNSAYABLE = re.compile(
    r"[b-df-hj-np-tvxz]{6}|(?<![a-z])[b-df-hj-np-tvxz]{5}(?![a-z])", re.IGNORECASE
)

#: What signings have in common: the signal that it may be, and which.
Mark = tuple[Reason, str]
_COMPARED = frozenset({"postcode", "mails"})  # with how frequent they were before the window


def looks_made(name: str) -> bool:
    """Whether a name looks like a program's: with digits, or words that nobody can say.

    Only words in plain Latin letters are judged; of others we know too little.
    """
    return bool(_DIGITS.search(name) or (name.isascii() and _UNSAYABLE.search(name)))


def skeleton(text: str) -> str:
    """What is left of a name or address without its digits: the same for a whole series."""
    return _DIGITS.sub("#", text[:EMAIL_LIMIT].casefold())


@dataclass(slots=True)
class _Memory:
    """Of one petition: the window, and how often each mark was seen in it and before it."""

    window: deque[tuple[int, Collection[Mark]]] = field(default_factory=deque)
    late: dict[Mark, int] = field(default_factory=dict)
    before: dict[Mark, int] = field(default_factory=dict)
    all_before: dict[str, int] = field(default_factory=dict)  # by kind
    crowded: frozenset[str] = frozenset()  # postcodes with more signers than people

    def take(self, now: int, marks: Collection[Mark]) -> None:
        window, late = self.window, self.late
        window.append((now, marks))
        for mark in marks:
            late[mark] = late.get(mark, 0) + 1
        while len(window) > WINDOW_SIGNINGS or window[0][0] <= now - WINDOW_SECONDS:
            for mark in window.popleft()[1]:
                # A flood must not become what is usual.
                if mark[0] in _COMPARED and not self.is_odd(mark):
                    self.add_before(mark, 1)
                if late[mark] > 1:
                    late[mark] -= 1
                else:
                    del late[mark]

    def add_before(self, mark: Mark, n: int) -> None:
        """So many more before the window. What is older weighs less and less."""
        before, kind = self.before, mark[0]
        before[mark] = before.get(mark, 0) + n
        self.all_before[kind] = every = self.all_before.get(kind, 0) + n
        if every > HISTORY_MOST:
            self.before = {mark: n // 2 for mark, n in before.items() if n > 1}
            self.all_before = {}
            for (kind, _), n in self.before.items():
                self.all_before[kind] = self.all_before.get(kind, 0) + n

    def is_odd(self, mark: Mark) -> bool:
        """Whether far more of the window than is likely have this mark."""
        kind, n = mark[0], self.late[mark]
        if kind == "names":
            return n > SERIES
        share = n / len(self.window)
        if n <= COMMUNITY_LEAST or share <= COMMUNITY_SHARE:
            return False
        if kind not in _COMPARED:
            return True
        every = self.all_before.get(kind, 0)
        return every >= HISTORY_LEAST and share > COMMUNITY_TIMES * self.before.get(mark, 0) / every


@dataclass(frozen=True, slots=True)
class History:
    """What the store knows of a petition: how many of its last signatures are from each postcode,
    and in which postcodes there are more of them than people."""

    postcodes: Mapping[str, int]
    crowded: frozenset[str]


async def history(tx: Transaction, petition_id: int) -> History:
    """Reads the last `HISTORY_READ` signatures, less those that are held, and those of postcodes
    whose number of people is known."""
    rows = await tx.fetch(
        "SELECT postcode, count(*) AS n FROM (SELECT postcode FROM signatures"
        f"  WHERE petition_id = :id AND {where('verified', 'unverified')}"
        "  ORDER BY id DESC LIMIT :most) AS late"
        " WHERE postcode IS NOT NULL GROUP BY postcode",
        id=petition_id,
        most=HISTORY_READ,
    )
    crowded = frozenset(a.label for a in await alarms.people(tx, petition_id))
    return History({row["postcode"]: row["n"] for row in rows}, crowded)


class Watch:
    """The last web signings of each petition in this process."""

    def __init__(self) -> None:
        self._memories: dict[int, _Memory] = {}

    def learn(self, petition_id: int, history: History) -> None:
        """What was there before; told again, only the crowded postcodes are taken anew."""
        memory = self._memories.setdefault(petition_id, _Memory())
        memory.crowded = history.crowded
        if "postcode" not in memory.all_before:
            for code, n in history.postcodes.items():
                memory.add_before(("postcode", code), n)

    def signals(
        self,
        petition_id: int,
        now: int,
        *,
        prefix: str | None,
        name: str,
        postcode: str | None,
        contact: str | None,
        trap: bool,
    ) -> tuple[Reason, ...]:
        """The signals of one web signing, which is remembered for the next ones."""
        memory = self._memories.get(petition_id)
        if memory is None:
            memory = self._memories[petition_id] = _Memory()
        marks: list[Mark] = []
        if prefix:
            marks.append(("burst", prefix))
        if postcode:
            marks.append(("postcode", postcode))
        if _DIGITS.search(name):
            marks.append(("names", skeleton(name)))
        domain = owned_domain(contact) if contact and "@" in contact else ""
        if domain:
            if domain not in LARGE:
                marks.append(("mails", domain))
            if _DIGITS.search(contact or ""):
                marks.append(("names", skeleton(contact or "")))
        memory.take(now, marks)
        found = {mark[0] for mark in marks if memory.is_odd(mark)}
        if trap:
            found.add("trap")
        if postcode in memory.crowded:
            found.add("people")
        if looks_made(name):
            found.add("names")
        if domain and is_disposable(domain):
            found.add("disposable")
        return tuple(found)


class Watching:
    """`await watching(petition_id)` is the watch of this process, which knows what the petition was
    before; that is read anew every `LEARN_SECONDS`."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database, self._now = database, now
        self._watch = Watch()
        self._learnt_at: dict[int, float] = {}

    async def __call__(self, petition_id: int) -> Watch:
        now, learnt_at = self._now(), self._learnt_at.get(petition_id, float("-inf"))
        if not 0 <= now - learnt_at < LEARN_SECONDS:
            self._learnt_at[petition_id] = now  # the others go on with what is known
            async with patiently(), self._database.read() as tx:
                self._watch.learn(petition_id, await history(tx, petition_id))
        return self._watch
