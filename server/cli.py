"""The command `undersigned`."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from server import __version__, demo, logs
from server.config import Settings, load
from server.core import check, organizers, petitions
from server.core.keys import Keys
from server.db import Database, open_database
from server.errors import InvalidInput, Misconfigured, NotFound, StoreUnavailable, UndersignedError
from sms.gateways.console import signed_form
from sms.segments import measure


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. What went wrong is said in one line, without a trace."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options) or 0)
    except UndersignedError as error:
        print(f"undersigned: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="undersigned", description="The petition server.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--data", type=Path, default=Path("data"), help="the demo's folder (default: ./data)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serving = commands.add_parser("serve", help="serve the site")
    _listen(serving)
    serving.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere")
    serving.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes on one port (default: 1)"
    )
    serving.add_argument("--supervised", type=int, nargs=2, help=argparse.SUPPRESS)
    serving.set_defaults(run=_serve)

    working = commands.add_parser("worker", help="run the worker alone")
    working.set_defaults(run=_worker)

    trying = commands.add_parser("demo", help="serve a sample petition from a folder of its own")
    # The folder may stand on either side of the command; SUPPRESS keeps the first one then.
    trying.add_argument("--data", type=Path, default=argparse.SUPPRESS)
    _listen(trying)
    trying.set_defaults(run=_demo)

    init = commands.add_parser("init", help="create the database, or bring it up to date")
    init.set_defaults(run=_init)

    checking = commands.add_parser("check", help="compare the counters with the signatures")
    checking.add_argument("--json", action="store_true", help="print the exact figures as JSON")
    checking.set_defaults(run=_check)

    copying = commands.add_parser("backup", help="copy the SQLite database, also while it is used")
    copying.add_argument("--to", type=Path, metavar="FOLDER", help="default: backups beside it")
    copying.add_argument("--keep", type=int, default=14, metavar="N", help="newest copies")
    copying.add_argument(
        "--litestream", metavar="URL", help="print a configuration for Litestream instead"
    )
    copying.set_defaults(run=_backup)

    restoring = commands.add_parser("restore", help="put a backup in the database's place")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--force", action="store_true", help="put what is there aside")
    restoring.set_defaults(run=_restore)

    moving = commands.add_parser("migrate-to", help="move everything from SQLite to PostgreSQL")
    moving.add_argument("url", metavar="POSTGRES_URL")
    moving.set_defaults(run=_migrate)

    petition = commands.add_parser("petition", help="list, open or close petitions")
    petition.add_argument("action", choices=["list", *_CHANGES])
    petition.add_argument("slug", nargs="?")
    petition.set_defaults(run=_petition)

    organizer = commands.add_parser("organizer", help="add an organizer")
    organizer.add_argument("action", choices=["add"])
    organizer.add_argument("name")
    organizer.add_argument(
        "--petition", action="append", default=[], metavar="SLUG", help="put in charge of it"
    )
    organizer.set_defaults(run=_organizer)

    sms = commands.add_parser("sms", help="play a phone against the running server")
    sms.add_argument("action", choices=["simulate"])
    sms.add_argument("text", help="what the phone sends, such as 'SIGN FACE Ana Diaz 59801'")
    sms.add_argument("--from", dest="sender", default="+14065550123", metavar="NUMBER")
    sms.add_argument("--id", help="the message's id; the same id is the same text again")
    sms.set_defaults(run=_simulate)

    key = commands.add_parser("key", help="print a new UNDERSIGNED_SECRET_KEY")
    key.add_argument("action", choices=["new"])
    key.set_defaults(run=lambda _: print(secrets.token_urlsafe(48)))
    return parser


def _listen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def _settings(options: argparse.Namespace) -> Settings:
    """The environment's settings; where it names no database, those of the demo's folder."""
    environ: Mapping[str, str] = os.environ
    if "UNDERSIGNED_DATABASE_URL" not in environ:
        environ = demo.environment_of(options.data) | dict(environ)
    return load(environ)


def _serve(options: argparse.Namespace) -> int:
    settings = _settings(options)
    if options.supervised:
        return _serve_supervised(options, settings)
    if options.workers > 1:
        return _supervise(options, settings)
    with _listening(options) as socket:
        asyncio.run(_prepare(settings.database_url))
        return _serve_on(socket, settings, with_worker=not options.no_worker)


def _supervise(options: argparse.Namespace, settings: Settings) -> int:
    """Several processes on one port, the first of which also does the worker's work."""
    from server.serving import listeners  # (other commands start without the server)
    from server.supervisor import Supervisor

    def command(number: int, port: int, line: int) -> list[str]:
        base = [sys.executable, "-m", "server", "--data", str(options.data), "serve"]
        work = ["--no-worker"] if number or options.no_worker else []
        return [*base, *work, "--supervised", str(port), str(line)]

    ports = listeners(options.host, options.port, options.workers)
    asyncio.run(_prepare(settings.database_url))
    logs.set_up(settings.log_level)
    return Supervisor(ports, command).run()


def _serve_supervised(options: argparse.Namespace, settings: Settings) -> int:
    port, line = options.supervised
    with socket.socket(fileno=port) as listening:
        return _serve_on(listening, settings, with_worker=not options.no_worker, supervisor=line)


def _listening(options: argparse.Namespace) -> socket.socket:
    """The port, before anything else: one that is taken must be said first."""
    from server.serving import listener  # (other commands start without the server)

    return listener(options.host, options.port)


def _serve_on(
    socket: socket.socket,
    settings: Settings,
    *,
    with_worker: bool,
    supervisor: int | None = None,
) -> int:
    from server.app import create_app  # (as above)
    from server.serving import serve

    logs.set_up(settings.log_level)
    return serve(create_app(settings, with_worker=with_worker), socket, supervisor)


def _worker(options: argparse.Namespace) -> None:
    from server.app import running

    async def work() -> None:
        async with running(settings, with_worker=True):
            await asyncio.Event().wait()

    settings = _settings(options)
    logs.set_up(settings.log_level)
    asyncio.run(work())


def _demo(options: argparse.Namespace) -> int:
    with _listening(options) as socket:
        ready = demo.prepare(options.data, os.environ, options.host, options.port)
        _say_where(options, ready)
        return _serve_on(socket, ready.settings, with_worker=True)


def _say_where(options: argparse.Namespace, ready: demo.Demo) -> None:
    url = ready.settings.public_url
    data = "" if options.data == Path("data") else f" --data {options.data}"
    print(
        f"""
Undersigned is running. Its data is in {options.data}

  The petition   {url}/p/{demo.SLUG}
                 {url}/es/p/{demo.SLUG}
  Sign by text   {Path(sys.argv[0])}{data} sms simulate "SIGN FACE Ana Diaz 59801"
  Organizer      {url}/organizer/
                 name {demo.ORGANIZER}, password {ready.password}

Stop with Ctrl-C.
""",
        flush=True,
    )


async def _opened(options: argparse.Namespace) -> Database:
    database = await open_database(_settings(options).database_url)
    await database.migrate(int(time.time()))
    return database


async def _prepare(database_url: str) -> None:
    """Bring the database up to date; what is wrong with it is said here, without a trace."""
    database = await open_database(database_url)
    try:
        await database.migrate(int(time.time()))
    finally:
        await database.close()


def _init(options: argparse.Namespace) -> None:
    asyncio.run(_prepare(_settings(options).database_url))
    print("The database is up to date.")


def _check(options: argparse.Namespace) -> int:
    async def run() -> check.Report:
        database = await _opened(options)
        try:
            async with database.read() as tx:
                return await check.check(tx)
        finally:
            await database.close()

    report = asyncio.run(run())
    if options.json:
        print(json.dumps(check.as_json(report), indent=2))
    else:
        _say_figures(report)
    if not report.faults and not options.json:
        print("The counters equal the signatures, and the database is sound.")
    return _say_faults(report)


def _say_faults(report: check.Report) -> int:
    for fault in report.faults:
        print(f"undersigned: {fault}", file=sys.stderr)
    return 1 if report.faults else 0


def _say_figures(report: check.Report) -> None:
    for slug, f in report.figures.items():
        print(
            f"{slug}: {f.verified} verified, {f.unverified} unverified,"
            f" {f.held} held, {f.total} in all"
        )


def _backup(options: argparse.Namespace) -> None:
    from server import backup  # (a server on PostgreSQL loads nothing of SQLite)
    from server.db.files import path_of

    source = path_of(_settings(options).database_url)
    if options.litestream:
        print(backup.litestream(source, options.litestream), end="")
        return
    folder = options.to or source.parent / "backups"
    print(f"Copying {source} ...", flush=True)
    made = backup.backup(
        source, folder, keep=options.keep, now=int(time.time()), progress=_say_share
    )
    _say_figures(made.report)
    print(f"Verified: {made.path} ({made.path.stat().st_size:,} bytes)")
    for old in made.removed:
        print(f"Removed the old copy {old.name}")
    print("The secret key is not in it. Keep a copy of the key somewhere else.")


def _say_share(share: float) -> None:
    """On a terminal alone: a log of cron's should hold no such lines."""
    if sys.stderr.isatty():
        print(
            f"\r{share:4.0%} written", end="\n" if share == 1 else "", file=sys.stderr, flush=True
        )


def _restore(options: argparse.Namespace) -> None:
    from server import backup  # (as above)
    from server.db.files import path_of

    target = path_of(_settings(options).database_url)
    say = partial(print, flush=True)
    report = backup.restore(
        options.file, target, force=options.force, now=int(time.time()), say=say
    )
    _say_figures(report)
    print(f"Restored to {target}. It needs the secret key that it was made with.")


def _migrate(options: argparse.Namespace) -> int:
    from server.db.files import path_of
    from server.db.moving import move

    async def run() -> tuple[list[str], check.Report]:
        source = await open_database(f"sqlite:///{path}")
        try:
            target = await open_database(options.url)
            try:
                await source.migrate(int(time.time()))
                say = partial(print, flush=True)
                moved = await move(source, target, int(time.time()), say)
                async with target.read() as tx:
                    return moved, await check.check(tx)
            finally:
                await target.close()
        finally:
            await source.close()

    path = path_of(_settings(options).database_url)
    if not options.url.startswith(("postgresql://", "postgres://")):
        raise Misconfigured("the new place must be postgresql://user:password@host/name")
    if not path.is_file():
        raise Misconfigured(f"there is no database {path}")
    moved, report = asyncio.run(run())
    print("\n".join(moved))
    _say_figures(report)
    print(f"All of it is in PostgreSQL now, and {path} takes no more signatures.")
    print("Set UNDERSIGNED_DATABASE_URL to the new place and start the servers again, right now.")
    return _say_faults(report)


_CHANGES = {
    "open": (petitions.open_, "open"),
    "pause": (petitions.pause, "paused"),
    "close": (petitions.close, "closed"),
}


def _petition(options: argparse.Namespace) -> None:
    async def run() -> None:
        database = await _opened(options)
        try:
            async with database.write() as tx:
                known = await petitions.all_petitions(tx)
                if options.action == "list":
                    for p in known.values():
                        print(f"{p.slug}\t{p.keyword}\t{p.state}\t{p.text(p.language).title}")
                    return
                petition = next((p for p in known.values() if p.slug == options.slug), None)
                if petition is None:
                    raise NotFound(f"no petition {options.slug!r}; `petition list` shows them")
                change, state = _CHANGES[options.action]
                await change(tx, petition.id, int(time.time()))
        finally:
            await database.close()
        print(f"{options.slug} is now {state}.")

    asyncio.run(run())


def _organizer(options: argparse.Namespace) -> None:
    async def run(password: str) -> None:
        database = await _opened(options)
        try:
            async with database.write() as tx:
                known = {p.slug: p for p in (await petitions.all_petitions(tx)).values()}
                if unknown := [s for s in options.petition if s not in known]:
                    raise NotFound(f"no petition {unknown[0]!r}; `petition list` shows them")
                added = await organizers.add(
                    tx,
                    options.name,
                    password,
                    salt=secrets.token_bytes(16),
                    now=int(time.time()),
                )
                for slug in options.petition:
                    await organizers.assign(tx, known[slug].id, added.id)
        except InvalidInput as error:
            raise UndersignedError(_organizer_fault(error)) from error
        finally:
            await database.close()

    given = _read_password()
    password = given or secrets.token_urlsafe(12)
    asyncio.run(run(password))
    print(f"{options.name} can sign in now." + ("" if given else f" Password: {password}"))


def _organizer_fault(error: InvalidInput) -> str:
    words = {
        "in_use": "there is an organizer of that name already",
        "short": f"the password is too short: {organizers.PASSWORD_LEAST} characters at least",
        "missing": "a name and a password are needed",
        "malformed": "a name has 2 to 64 letters, digits or . _ - @",
    }
    return "; ".join(words.get(p.code, f"{p.field}: {p.code}") for p in error.problems)


def _read_password() -> str:
    """The password typed twice on a terminal, or the first line of the input; '' to make one."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    first = getpass.getpass("Password (empty: one is made): ")
    if first and getpass.getpass("Once more: ") != first:
        raise UndersignedError("the two passwords differ; nothing was changed")
    return first


def _simulate(options: argparse.Namespace) -> int:
    """Send a text as the console gateway does, and print the reply as the phone would show it."""
    settings = _settings(options)
    headers, body = signed_form(
        Keys(settings.secret_key).server("console"),
        options.id or f"SIM{secrets.token_hex(8)}",
        options.sender,
        settings.sms_number,
        options.text,
    )
    request = urllib.request.Request(  # noqa: S310 (our own public URL)
        f"{settings.public_url}/sms/console", data=body, headers=dict(headers), method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 (as above)
            reply = response.read().decode()
    except urllib.error.HTTPError as error:
        raise StoreUnavailable(f"the server answered {error.code}: {error.reason}") from error
    except OSError as error:
        raise StoreUnavailable(
            f"no server answers at {settings.public_url} ({error}); start it with `make run`"
        ) from error
    print(f"{options.sender} > {options.text}")
    if not reply:
        print("(no reply)")
        return 0
    size = measure(reply)
    print(f"{settings.sms_number} < {reply}")
    segments = "1 segment" if size.segments == 1 else f"{size.segments} segments"
    print(f"({segments}, {size.encoding}, {size.units} units)")
    return 0
