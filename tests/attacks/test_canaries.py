"""Whoever takes a signature back is in no file any more: searched for byte by byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.core.conversations import inbound
from server.core.signing.signature import Signature
from server.outgoing import loops
from tests.harness.phones import Phones, text_door

PHONE = "+14065550177"
CANARIES = ("Zebulon", "Quillfeather", PHONE.lstrip("+"), "14065550177")


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[Phones]:
    async with text_door(f"sqlite:///{tmp_path / 'canaries.db'}") as phones:
        yield phones


def found(folder: Path) -> set[str]:
    """Which canaries stand in any file of the store."""
    files = [path.read_bytes() for path in folder.glob("canaries.db*")]
    return {canary for canary in CANARIES if any(canary.encode() in raw for raw in files)}


async def life(phones: Phones, *ends: str) -> list[str | None]:
    """Signs in two texts, asks about it, and takes it back."""
    texts = ["SIGN LAKE Zebulon Quillfeather", "59801", "STATUS Zebulon", *ends]
    return [await phones.text(text, PHONE, f"canary{n}") for n, text in enumerate(texts)]


@pytest.mark.parametrize("ends", [["UNDO"], ["UNDO Zebulon Quillfeather"], ["REMOVE ME"]])
async def test_nothing_is_left_of_whoever_takes_it_back_by_text(
    phones: Phones, tmp_path: Path, ends: list[str]
) -> None:
    *_, reply = await life(phones, *ends)
    assert "Quillfeather" in str(reply)  # the last time that we say it
    # Delivered again it does nothing, and is answered the same, for some minutes.
    assert await phones.text(ends[-1], PHONE, "canary3") == reply
    assert (await phones.figures()).total == 0
    phones.now += inbound.REPEATED_SECONDS + 1
    await loops.do_chores(phones.services)
    assert await phones.services.database.sweep()
    assert found(tmp_path) == set()
    assert await phones.text(ends[-1], PHONE, "canary3") is None


async def test_before_that_they_are_there(phones: Phones, tmp_path: Path) -> None:
    await life(phones)
    await phones.services.database.sweep()
    assert found(tmp_path) == set(CANARIES)


@pytest.mark.parametrize("part", ["texts", "signature"])
async def test_what_is_not_erased_is_found(
    phones: Phones, tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        pass

    if part == "texts":
        monkeypatch.setattr(inbound, "forget_phones", nothing)
    else:
        monkeypatch.setattr(Signature, "withdraw", lambda self, now: setattr(self, "changed", True))
    await life(phones, "UNDO")
    phones.now += inbound.REPEATED_SECONDS + 1
    await loops.do_chores(phones.services)
    await phones.services.database.sweep()
    assert "Quillfeather" in found(tmp_path)
