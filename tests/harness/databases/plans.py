"""How SQLite goes about what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.db import Row, Transaction, Value


class Plans:
    """A transaction that notes, of each statement that reads, how its rows are found."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.seen: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def fetch(self, sql: str, /, **values: Value) -> Sequence[Row]:
        plan = await self._tx.fetch(f"EXPLAIN QUERY PLAN {sql}", **values)
        self.seen += [row["detail"] for row in plan]
        return await self._tx.fetch(sql, **values)
