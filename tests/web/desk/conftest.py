"""The room of each test of the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from server.core.values import passwords
from tests.harness.databases.stores import Blanks
from tests.web.desk.room import Room, opened


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 64, 1))


@pytest.fixture
async def place(blanks: Blanks, tmp_path: Path) -> AsyncIterator[Room]:
    await blanks.sqlite(tmp_path / "room.db")
    async with opened(tmp_path) as room:
        yield room
