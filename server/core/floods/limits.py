"""What signers share with others: a network address, a mail domain, a range of phone numbers."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from server.core.floods.holds import Hold
from server.core.values.keys import Keys, mac
from server.core.values.mail_domains import LARGE, owned_domain
from server.db import Row, Transaction, pack

HOUSEHOLD = 4  # verified signers that one phone or address may stand for
#: Verified signatures of one petition from one mail domain that is none of the large providers'.
DOMAIN_CAP = 50
#: From one range of 10,000 phone numbers: every twentieth of them.
NUMBERS_CAP = 500
_RANGE_DIGITS = 4  # the last digits, in which the numbers of a range differ

PREFIX_KEPT_DAYS = 7


# Addresses.


Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_OWN_BITS = {4: 8, 6: 72}  # of an address, beyond its network's


def prefix_of(address: Address | None) -> str | None:
    """The network of an address: IPv4 /24, IPv6 /56. None where it tells nothing of the signer: a
    proxy on our own side, or no address at all. IPv4 written as IPv6 must be IPv4 already."""
    if address is None:
        return None
    return _prefix(address.version, int(address) >> _OWN_BITS[address.version])


@lru_cache(maxsize=4096)
def _prefix(version: int, network: int) -> str | None:
    first: Address
    if version == 4:
        first = ipaddress.IPv4Address(network << _OWN_BITS[4])
    else:
        first = ipaddress.IPv6Address(network << _OWN_BITS[6])
    if first.is_loopback or first.is_unspecified or first.is_link_local:
        return None
    return f"{first}/{first.max_prefixlen - _OWN_BITS[version]}"


def prefix_tag(key: bytes, prefix: str) -> bytes:
    """What a signature keeps of its address for a week: nobody can read it once the day's key is
    gone."""
    return mac(key, "prefix", prefix)


def network_tag(key: bytes, address: Address | None) -> bytes | None:
    """The tag of an address's network; None where that tells nothing of the signer."""
    prefix = prefix_of(address)
    return prefix_tag(key, prefix) if prefix else None


# Groups of contacts.


@dataclass(frozen=True, slots=True)
class Group:
    """A mail domain or range of numbers within one petition: `hold` is for what is too many in it,
    `key` stands for it in the store."""

    petition_id: int
    hold: Hold
    key: bytes

    @property
    def cap(self) -> int:
        """How many verified signatures of it are nothing odd."""
        return NUMBERS_CAP if self.hold.kind == "numbers" else DOMAIN_CAP


def shared(contact: str) -> Hold | None:
    """What a contact shares with others, as the hold for too many; None for a large provider."""
    if "@" not in contact:
        return Hold("numbers", contact[:-_RANGE_DIGITS])
    domain = owned_domain(contact)
    return None if domain in LARGE else Hold("domain", domain)


def group_of(petition_id: int, salt: bytes, contact: str | None, keys: Keys) -> Group | None:
    """The group of a contact, None for one that shares nothing odd."""
    hold = shared(contact) if contact else None
    return Group(petition_id, hold, keys.group(salt, str(hold))) if hold else None


class Groups:
    """How many have verified in each group, while a transaction decides."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._known = {(r["petition_id"], bytes(r["group_key"])): r for r in rows}
        self._changes: Counter[tuple[int, bytes]] = Counter()

    @classmethod
    async def load(cls, tx: Transaction, groups: Iterable[Group]) -> Groups:
        wanted = {(g.petition_id, g.key) for g in groups}
        if not wanted:
            return cls()
        batch = tx.rows("batch", petition_id="int", group_key="blob")
        return cls(
            await tx.fetch(
                "SELECT g.petition_id, g.group_key, g.verified, g.trusted_at"
                f" FROM {batch} b JOIN groups_of_contacts g"
                " ON g.petition_id = b.petition_id AND g.group_key = b.group_key",
                batch=pack(sorted(wanted)),
            )
        )

    def admits(self, group: Group) -> bool:
        """Whether one more may count, who then is counted.

        Two servers at the same moment may each admit the last one: a cap is no exact figure.
        """
        key = (group.petition_id, group.key)
        known = self._known.get(key)
        n = (known["verified"] if known else 0) + self._changes[key]
        if n >= group.cap and not (known and known["trusted_at"]):
            return False
        self._changes[key] += 1
        return True

    def leaves(self, petition_id: int, group_key: bytes) -> None:
        """One of them has taken the signature back."""
        self._changes[petition_id, group_key] -= 1

    async def write(self, tx: Transaction) -> None:
        changes = [(*key, n) for key, n in sorted(self._changes.items()) if n]
        if not changes:
            return
        rows = tx.rows("batch", petition_id="int", group_key="blob", n="int")
        await tx.execute(
            "INSERT INTO groups_of_contacts (petition_id, group_key, verified)"
            f" SELECT petition_id, group_key, n FROM {rows} b WHERE true"
            " ON CONFLICT (petition_id, group_key)"
            " DO UPDATE SET verified = groups_of_contacts.verified + excluded.verified",
            batch=pack(changes),
        )
