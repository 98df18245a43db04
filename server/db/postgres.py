"""PostgreSQL through asyncpg: any number of servers on one database.

Works through pgbouncer in transaction mode: nothing is kept in a session between transactions, and
the statement cache is off where the URL says `?pgbouncer=1`. Counters are kept by shard, so no two
servers wait for one row; what two servers could decide differently is locked by key (`lock`).
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import lru_cache
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from server.db import ColumnType, Row, Value
from server.db.shared import DatabaseBase, TransactionBase, bring_up_to_date
from server.errors import (
    Misconfigured,
    StoreBusy,
    StoreConflict,
    StoreFull,
    StoreUnavailable,
    TombstonesAway,
)

POOL = 8  # connections of one server: one writer, the rest reads
SWEEP_TIMEOUT = 3600  # seconds; it keeps nobody waiting
CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 30.0
SHARDS = 64  # rows of one counter at most; two servers that draw the same one still agree
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


@lru_cache(maxsize=512)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """`:name` parameters as `$1`, and their names in order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return _PARAMETER.sub(number, sql), tuple(names)


class PostgresTransaction(TransactionBase):
    """`Transaction` over one asyncpg connection."""

    _SQL_TYPES: ClassVar[dict[ColumnType, str]] = {
        "int": "CAST(value ->> {i} AS BIGINT) AS {name}",
        "text": "value ->> {i} AS {name}",
        "blob": "decode(value ->> {i}, 'hex') AS {name}",
    }
    _UNPACK = "jsonb_array_elements(CAST(:{name} AS JSONB))"

    def __init__(self, connection: Any, shard: int) -> None:
        super().__init__()
        self._connection = connection
        self.shard = shard

    async def fetch(self, sql: str, /, **values: Value) -> Sequence[Row]:
        statement, names = _numbered(sql)
        with _domain_errors():
            rows: Sequence[Row] = await self._connection.fetch(
                statement, *(values[n] for n in names)
            )
        return rows

    async def lock(self, keys: Iterable[bytes]) -> None:
        numbers = sorted({int.from_bytes(key[:8], "big", signed=True) for key in keys})
        with _domain_errors():
            await self._connection.execute(
                "SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k", numbers
            )

    async def integrity(self) -> list[str]:
        return []  # the server's own checksums and `pg_amcheck` are for that


class Postgres(DatabaseBase):
    """`Database` over a pool of connections, each lent to one transaction at a time."""

    engine: Literal["postgres"] = "postgres"

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._shard = random.randrange(SHARDS)  # noqa: S311 (spreads load, keeps no secret)

    @classmethod
    async def open(cls, url: str) -> Postgres:
        """Connect. Raises `Misconfigured` where the server cannot be reached or refuses us."""
        url, pgbouncer = _read(url)
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=POOL,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                statement_cache_size=0 if pgbouncer else 256,
                init=_set_up,
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise Misconfigured(f"cannot reach PostgreSQL: {error}") from error
        return cls(pool)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PostgresTransaction]:
        async with self._connection() as connection:
            yield PostgresTransaction(connection, self._shard)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[PostgresTransaction]:
        async with self._connection() as connection:
            with _domain_errors():
                async with connection.transaction():
                    tx = PostgresTransaction(connection, self._shard)
                    yield tx
                    await self._note(tx)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        with _domain_errors():
            connection = await self._pool.acquire(timeout=CONNECT_SECONDS)
        try:
            yield connection
        except (asyncio.CancelledError, StoreUnavailable) as error:
            if not isinstance(error, StoreConflict | StoreFull | TombstonesAway):
                # It may be in the middle of something for ever. A dead one has left us already.
                with suppress(asyncpg.InterfaceError):
                    connection.terminate()
            raise
        finally:
            # A connection that dies while it is given back has done its work: what was committed
            # on it is stored, and what failed on it has its own error. The pool lets go of it.
            with suppress(
                OSError,
                TimeoutError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ):
                await asyncio.shield(self._pool.release(connection))

    async def is_made(self) -> bool:
        async with self.read() as tx:
            return (
                await tx.fetch_one("SELECT 1 AS one WHERE to_regclass('migrations') IS NOT NULL")
                is not None
            )

    async def migrate(self, now: int) -> None:
        await bring_up_to_date(self, now)

    async def sweep(self) -> bool:
        # By name: those of the system are not ours to sweep.
        ours = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
        async with self._connection() as connection:
            with _domain_errors():
                tables = await connection.fetchval(f"{ours} WHERE schemaname = current_schema()")
                await connection.execute(f"VACUUM (SKIP_LOCKED) {tables}", timeout=SWEEP_TIMEOUT)
        return True

    async def close(self) -> None:
        await self._close_outside()
        await self._pool.close()


def _read(url: str) -> tuple[str, bool]:
    """The URL without our own parameter `pgbouncer`, and whether it was set."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    pgbouncer = query.pop("pgbouncer", "0") == "1"
    return urlunsplit(parts._replace(query=urlencode(query))), pgbouncer


async def _set_up(connection: Any) -> None:
    # sum() of bigints is numeric; ours are whole numbers.
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=int, format="text"
    )


@contextmanager
def _domain_errors() -> Iterator[None]:
    try:
        yield
    except asyncpg.DiskFullError as error:
        raise StoreFull("no room on the database's disk") from error
    except (
        asyncpg.DeadlockDetectedError,  # texts lock phones before people, so batches can cross
        asyncpg.SerializationError,
        asyncpg.UniqueViolationError,
    ) as error:
        raise StoreConflict(str(error)) from error
    except (
        asyncpg.TooManyConnectionsError,
        asyncpg.LockNotAvailableError,
        TimeoutError,
    ) as error:
        raise StoreBusy(str(error) or "the database does not answer in time") from error
    except (
        OSError,
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # a connection that was given up in the middle of a query
        asyncpg.OperatorInterventionError,  # shut down, or crashed
        asyncpg.ReadOnlySQLTransactionError,  # a replica that is not promoted yet
        asyncpg.InsufficientResourcesError,
    ) as error:
        raise StoreUnavailable(f"the database is away: {error}") from error
