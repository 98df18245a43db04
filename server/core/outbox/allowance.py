"""One allowance for all that we send: each message asks here before it goes out.

Whoever signs enters an address, and anybody may enter anybody's. So what goes out is bounded by
whom it goes to, by the network that asked for it, by petition and by time. What is above an
allowance waits until there is room; nothing is dropped here, and what did not go out in the end is
charged to nobody.

What a network asks for is a weapon only if nobody wanted it: each code that comes back gives the
network room for more. The owner of a mailbox must get a code although strangers have used up what
may go to it: the first one that each network asks for goes out besides.

A text costs money as well: its segments are bounded in the same place, by the day of UTC by which
they are paid and shown (`usage`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from server.core.outbox import usage
from server.core.outbox.usage import NO_PETITION
from server.db import Transaction, pack

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400

#: Messages to one mailbox or phone in a day, over all petitions: enough for a household of four
#: with the one that comes first, too few to bury anything under.
RECIPIENT_DAILY = 3
#: First codes to one recipient in a day, each asked for by another network, that go out besides.
FIRSTS_DAILY = 10
#: A network's messages in a day are bounded by so many times those of an hour: a crowd comes in
#: an hour, and a network that sends as much all day is none.
NETWORK_DAILY_TIMES = 5
#: For each code that came back, a network gets room for its own message and for one more: where
#: half of the people verify, as on any honest day, it is never bounded.
WANTED = 2
#: Codes by text to one range of 10,000 numbers in a day: whoever earns from texts owns a range.
RANGE_CODES = 20
#: Between two messages to somebody who has said "that was not me".
STOPPED_SECONDS = WEEK
KEPT_SECONDS = 2 * DAY  # for which is known what went out

Scope = Literal[
    "recipient", "first", "firsts", "network", "petition", "server", "text_codes", "code_range"
]
#: Seconds that are counted together, and leave the count together.
_SPANS: Mapping[Scope, int] = {"network": 600, "petition": HOUR, "server": HOUR}


class Counted(NamedTuple):
    """What is bounded together: one mailbox, one network, one petition."""

    scope: Scope
    key: bytes


@dataclass(frozen=True, slots=True)
class Caps:
    """Segments that may be sent in a day: by the whole server, and for one petition."""

    server: int
    petition: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator decides: mails in a day of UTC's length, and messages that one network may
    ask for in an hour."""

    daily: int
    petition_daily: int
    network_hourly: int
    text_codes_daily: int
    caps: Caps


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A message that wants to go out.

    `recipient` and `network` are keys; `network` is None where nobody on the web asked. `range_key`
    stands for the range of numbers of a text's recipient. A letter goes to an office that no signer
    has typed, and is paced by office elsewhere. `bulk`: it goes to many, and nobody waits for it.
    """

    channel: Literal["sms", "email", "letter"]
    recipient: bytes
    network: bytes | None = None
    petition_id: int | None = None
    range_key: bytes = b""
    bulk: bool = False

    @property
    def first(self) -> Counted:
        return Counted("first", self.recipient + (self.network or b""))

    def counters(self) -> list[Counted]:
        """All that may bound it."""
        found = [Counted("server", b"")]
        found += [Counted("recipient", self.recipient)] if self.channel != "letter" else []
        found.append(Counted("petition", str(self.petition_id).encode()))
        if self.network:
            found += [self.first, Counted("firsts", self.recipient)]
            found.append(Counted("network", self.network))
        if self.channel == "sms":
            found += [Counted("text_codes", b""), Counted("code_range", self.range_key)]
        return found


class Limit(NamedTuple):
    """At most `most` of these in so many seconds."""

    counted: Counted
    most: int
    seconds: int


class Verdict(NamedTuple):
    """Whether a message may go now: it is then charged to `charged`, until that is given back.

    Else in how many seconds it asks again, and why; `wait` None: its recipient wants to hear
    nothing for so long that it is not kept. `rests`: after this one, its recipient hears nothing
    for `STOPPED_SECONDS`.
    """

    charged: tuple[Counted, ...] = ()
    wait: int | None = 0
    why: str = ""
    rests: bool = False

    @property
    def goes(self) -> bool:
        return not self.why


class Budget:
    """What has been sent today, and what may be; charge it with what is about to go out."""

    def __init__(self, sent: Mapping[int, int], caps: Caps) -> None:
        self._sent = Counter(sent)
        self._caps = caps
        self.charged: Counter[int] = Counter()

    def take(self, petition_id: int | None, segments: int, of: int = 1) -> bool:
        """Charge the segments if both caps allow them, or that part of each; whether they did."""
        petition = petition_id or NO_PETITION
        if self._sent.total() + segments > self._caps.server // of:
            return False
        # What is about no petition has the server's cap alone.
        if petition and self._sent[petition] + segments > self._caps.petition // of:
            return False
        self._sent[petition] += segments
        self.charged[petition] += segments
        return True


async def budget(tx: Transaction, day: int, caps: Caps) -> Budget:
    """The budget of segments of a UTC day number."""
    return Budget(await usage.sent_by_petition(tx, day), caps)


@dataclass(slots=True)
class Allowance:
    """What may go out now: loaded for some messages, then asked for each of them in turn."""

    limits: Limits
    now: int
    budget: Budget
    _spent: defaultdict[Counted, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    _free_at: dict[bytes, int] = field(default_factory=dict)  # of those who were stopped
    _charged: Counter[Counted] = field(default_factory=Counter)

    @classmethod
    async def load(
        cls, tx: Transaction, askings: Sequence[Asking], limits: Limits, now: int
    ) -> Allowance:
        # Two workers at the same moment each have a share of a network's or a day's allowance; what
        # goes to one recipient is never more than it says.
        await tx.lock({asking.recipient for asking in askings})
        found = cls(limits, now, await budget(tx, now // DAY, limits.caps))
        wanted = {counted for asking in askings for counted in asking.counters()}
        rows = tx.rows("batch", scope="text", key="blob")
        for row in await tx.fetch(
            f"SELECT s.scope, s.key, s.at, s.n FROM {rows} b"
            " JOIN spent s ON s.scope = b.scope AND s.key = b.key AND s.at > :since",
            batch=pack(sorted(wanted)),
            since=now - KEPT_SECONDS,
        ):
            found._spent[Counted(row["scope"], bytes(row["key"]))][row["at"]] = row["n"]
        keys = tx.rows("batch", key="blob")
        for row in await tx.fetch(
            f"SELECT s.address_key, s.free_at FROM {keys} b"
            " JOIN stopped_recipients s ON s.address_key = b.key",
            batch=pack((key,) for key in sorted({asking.recipient for asking in askings})),
        ):
            found._free_at[bytes(row["address_key"])] = row["free_at"]
        return found

    def ask(self, asking: Asking, *, code: bool, segments: int = 0) -> Verdict:
        """Whether it may go now. `code`: it says one, by which its recipient can act. `segments`
        are what it costs, unless that is charged otherwise."""
        free_at = self._free_at.get(asking.recipient)
        if free_at is not None and free_at > self.now:
            return Verdict(wait=None, why="stopped")
        limits = [*self._of_recipient(asking, code), *self._of_all(asking, code)]
        if waits := [(wait, limit.counted) for limit in limits if (wait := self._wait(limit))]:
            wait, counted = max(waits)
            return Verdict(wait=wait, why=f"{counted.scope}_limit")
        # News leaves half of it to answers.
        of = 2 if asking.bulk else 1
        if segments and not self.budget.take(asking.petition_id, segments, of):
            return Verdict(wait=DAY - self.now % DAY, why="budget")
        charged = tuple(dict.fromkeys(limit.counted for limit in limits))
        for counted in charged:
            self._spent[counted][self._span(counted)] += 1
            self._charged[counted] += 1
        if free_at is not None:
            self._free_at[asking.recipient] = self.now + STOPPED_SECONDS
        return Verdict(charged, rests=free_at is not None)

    def _of_recipient(self, asking: Asking, code: bool) -> list[Limit]:
        if asking.channel == "letter":
            return []
        own = [Limit(Counted("recipient", asking.recipient), RECIPIENT_DAILY, DAY)]
        if not code or not asking.network or asking.recipient in self._free_at:
            return own
        first = [
            Limit(asking.first, 1, DAY),
            Limit(Counted("firsts", asking.recipient), FIRSTS_DAILY, DAY),
        ]
        return own if any(map(self._wait, first)) else first

    def _of_all(self, asking: Asking, code: bool) -> list[Limit]:
        limits, found = self.limits, []
        if asking.network:
            network, hourly = Counted("network", asking.network), limits.network_hourly
            found.append(Limit(network, hourly, HOUR))
            found.append(Limit(network, NETWORK_DAILY_TIMES * hourly, DAY))
        if asking.channel != "sms":
            # Letters and news leave half of it to codes: nobody could verify for all of them.
            of = 2 if asking.channel == "letter" or asking.bulk else 1
            petition = Counted("petition", str(asking.petition_id).encode())
            found.append(Limit(petition, limits.petition_daily // of, DAY))
            found.append(Limit(Counted("server", b""), limits.daily // of, DAY))
        elif code:
            found.append(Limit(Counted("text_codes", b""), limits.text_codes_daily, DAY))
            found.append(Limit(Counted("code_range", asking.range_key), RANGE_CODES, DAY))
        return found

    def _wait(self, limit: Limit) -> int:
        """Seconds until there is room for one more; 0 if there is."""
        spent, span = self._spent[limit.counted], _SPANS.get(limit.counted.scope, 1)
        # A span counts until its last second is as old.
        late = {at: n for at, n in spent.items() if at + span > self.now - limit.seconds + 1}
        over = sum(late.values()) + 1 - limit.most
        if over <= 0:
            return 0
        for at in sorted(late):
            over -= late[at]
            if over <= 0:
                return max(at + span - 1 + limit.seconds - self.now, 1)
        return limit.seconds

    def _span(self, counted: Counted) -> int:
        return _span_of(counted, self.now)

    async def write(self, tx: Transaction) -> None:
        """Store what was charged."""
        await _add(tx, self._charged, self.now)


def _span_of(counted: Counted, now: int) -> int:
    """When the span of time began in which this is counted now."""
    return now - now % _SPANS.get(counted.scope, 1)


async def _add(tx: Transaction, changes: Mapping[Counted, int], now: int) -> None:
    if not changes:
        return
    rows = tx.rows("batch", scope="text", key="blob", at="int", n="int")
    await tx.execute(
        f"INSERT INTO spent (scope, key, at, n) SELECT scope, key, at, n FROM {rows} b WHERE true"
        " ON CONFLICT (scope, key, at) DO UPDATE SET n = spent.n + excluded.n",
        batch=pack((*c, _span_of(c, now), n) for c, n in sorted(changes.items())),
    )


async def give_back(tx: Transaction, verdict: Verdict, charged_at: int) -> None:
    """It did not go out, after all."""
    await _add(tx, dict.fromkeys(verdict.charged, -1), charged_at)


async def rest(tx: Transaction, recipient: bytes, now: int) -> None:
    """Somebody who had said "that was not me" got a message."""
    await tx.execute(
        "UPDATE stopped_recipients SET free_at = :free_at WHERE address_key = :key",
        key=recipient,
        free_at=now + STOPPED_SECONDS,
    )


async def stop(tx: Transaction, recipients: Sequence[bytes], now: int) -> None:
    """Their owners have said "that was not me": the message that each has answered so was the last
    one for `STOPPED_SECONDS`."""
    if not recipients:
        return
    await tx.execute(
        "INSERT INTO stopped_recipients (address_key, stopped_at, free_at)"
        f" SELECT key, :now, :free_at FROM {tx.rows('batch', key='blob')} b WHERE true"
        " ON CONFLICT (address_key)"
        " DO UPDATE SET stopped_at = excluded.stopped_at, free_at = excluded.free_at",
        batch=pack((key,) for key in sorted(set(recipients))),
        now=now,
        free_at=now + STOPPED_SECONDS,
    )
    tx.tombstones += [("mail_stopped", key) for key in recipients]


async def lift(tx: Transaction, recipients: Sequence[bytes]) -> None:
    """They have typed a code: they want our messages after all."""
    if not recipients:
        return
    await tx.execute(
        "DELETE FROM stopped_recipients WHERE address_key IN"
        f" (SELECT key FROM {tx.rows('batch', key='blob')} b)",
        batch=pack((key,) for key in recipients),
    )
    tx.tombstones += [("mail_resumed", key) for key in recipients]


async def give_room(tx: Transaction, networks: Sequence[bytes], now: int) -> None:
    """For each of them a code came back. As many messages as there is room for now ask again."""
    if not networks:
        return
    room = {network: WANTED * n for network, n in Counter(networks).items()}
    await _add(tx, {Counted("network", network): -n for network, n in room.items()}, now)
    await tx.execute(
        "UPDATE outbox SET due_at = :now WHERE id IN (SELECT id FROM"
        " (SELECT o.id, b.n,"
        "   row_number() OVER (PARTITION BY o.network_tag ORDER BY o.id) AS place"
        f"  FROM {tx.rows('batch', network='blob', n='int')} b"
        "  JOIN outbox o ON o.network_tag = b.network AND o.error = 'network_limit'"
        "   AND o.sent_at IS NULL AND o.failed_at IS NULL AND o.due_at > :now) waiting"
        " WHERE place <= n)",
        batch=pack(room.items()),
        now=now,
    )


async def expire(tx: Transaction, now: int) -> None:
    """Forget what bounds nothing any more."""
    await tx.execute("DELETE FROM spent WHERE at <= :before", before=now - KEPT_SECONDS)
