"""The demo: a data folder with a secret, a sample petition and an organizer, ready to serve."""

from __future__ import annotations

import asyncio
import fcntl
import secrets
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.config import Settings, joined, load
from server.core.upkeep import fingerprint, tombstones
from server.core.values.keys import Keys
from server.db import open_database, sqlite_path
from server.errors import Misconfigured

DEMO_NUMBER = "+14065550100"  # 555-01xx is kept free for examples in North America
ORGANIZER = "organizer"
DEMO_SLUG = "face"
LIVELY_SLUG = "library"  # of the petition with invented people
_MAIL = {"UNDERSIGNED_SMTP_HOST", "UNDERSIGNED_SMTP_HOST_FILE", "UNDERSIGNED_MAIL_FILE"}


@dataclass(frozen=True, slots=True)
class Demo:
    """What `make run` prints."""

    settings: Settings
    password: str


def prepare(
    folder: Path, environ: Mapping[str, str], host: str, port: int, *, lively: bool = False
) -> Demo:
    """Make the folder ready, keeping whatever it already holds. Variables that are set win.

    `lively`: with a second petition that has signatures, in a folder that has none yet.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _private_file(folder / "secret.key", secrets.token_urlsafe(48))
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 (asked for by the operator)
    defaults = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{(folder / 'undersigned.db').resolve()}",
        "UNDERSIGNED_PUBLIC_URL": f"http://{shown}:{port}",
        "UNDERSIGNED_SMS_NUMBER": DEMO_NUMBER,
        "UNDERSIGNED_SMS_CONSOLE": "1",
        "UNDERSIGNED_SMS_PRICE": "0.0083 USD",  # a long code in the US, without carriers' fees
    }
    defaults["UNDERSIGNED_SECRET_KEY_FILE"] = str((folder / "secret.key").resolve())
    # The other commands (`sms simulate`, `check`) find the demo by this file.
    kept = {*defaults, "UNDERSIGNED_TOMBSTONES"}
    kept |= {f"{variable}_FILE" for variable in kept}
    values = joined(defaults, {k: v for k, v in environ.items() if k in kept})
    # A demo's codes are there to be read; whoever serves its folder for real says so again.
    mail = {} if environ.keys() & _MAIL else {"UNDERSIGNED_MAIL": "console"}
    settings = load(joined(defaults | mail, environ))
    sqlite_path(settings.database_url)  # before anything keeps it
    _write_private(folder / "demo.env", "".join(f"{k}={v}\n" for k, v in values.items()))
    password = _private_file(folder / "organizer-password", secrets.token_urlsafe(12))
    asyncio.run(_fill(settings, password, lively))
    return Demo(settings, password)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While no other demo serves that folder: they would take each other's texts and mails.

    Raises `Misconfigured` if one does.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            where = environment_of(folder).get("UNDERSIGNED_PUBLIC_URL", "another address")
            raise Misconfigured(
                f"a demo of {shown(folder)} is running at {where}; stop it, or take another folder"
            ) from error
        yield


def environment_of(folder: Path) -> dict[str, str]:
    """The variables of the demo in that folder; empty where there is none."""
    file = folder / "demo.env"
    if not file.is_file():
        return {}
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def shown(folder: Path) -> str:
    """The folder as people would type it: `./data`."""
    return shlex.quote(f"{folder}" if folder.is_absolute() else f"./{folder}")


def _private_file(path: Path, content: str) -> str:
    """Create the file unless it is there; its content."""
    if not path.exists():
        _write_private(path, content + "\n")
    return path.read_text("utf-8").strip()


def _write_private(path: Path, content: str) -> None:
    """Write the file anew, with mode 600; it survives a power cut.

    It has its name only once it is whole: with an empty key the demo could never start again.
    """
    from server.db import files  # (loads SQLite, which other stores do without)

    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    files.create_private(part)
    part.write_text(content, "utf-8")
    files.sync(part)
    part.rename(path)
    files.sync(path.parent)


async def _fill(settings: Settings, password: str, lively: bool) -> None:
    database = await open_database(settings.database_url)
    try:
        now = int(time.time())
        await database.migrate(now)
        await fingerprint.check(database, Keys(settings.secret_key))
        place, keys = settings.tombstones_place, Keys(settings.secret_key)
        kept = tombstones.kept_at(place, keys, time.time, secrets.token_bytes)
        database.outside = kept
        await tombstones.check(database, kept)  # while a new one is still empty
        async with database.read() as tx:
            if await tx.fetch("SELECT 1 AS one FROM petitions LIMIT 1"):
                return
        from server.cli import sample  # (a demo that is there already needs none of it)

        organization = await sample.seed(database, password, now)
        if lively:
            from server.cli import lively as life  # (likewise)

            await life.enliven(database, keys, organization, now)
    finally:
        await database.close()
