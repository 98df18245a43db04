"""What the demo makes for itself survives what may happen to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.cli import demo
from server.db import files


def test_the_secret_key_has_its_name_only_once_it_is_whole_and_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception):
        pass

    def cut(path: Path) -> None:
        raise PowerCut

    monkeypatch.setattr(files, "sync", cut)
    with pytest.raises(PowerCut):
        demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    assert not (tmp_path / "secret.key").exists()
    monkeypatch.undo()

    synced: list[str] = []
    real = os.fsync

    def fsync(opened: int) -> None:
        synced.append(Path(f"/proc/self/fd/{opened}").readlink().name)
        real(opened)

    monkeypatch.setattr(os, "fsync", fsync)
    demo.prepare(tmp_path, {}, "127.0.0.1", 8000)
    assert synced[:2] == ["secret.key.part", tmp_path.name]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert len((tmp_path / "secret.key").read_text().strip()) >= 32
