"""`serve`, `worker`, `demo`: what goes on until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

from server.cli import demo
from server.cli.shared import Commands, prepare, settings_of
from server.config import Settings, check_mail
from server.core.values.keys import Keys
from server.mail.smtp import signer
from server.serve import logs
from server.texting.gateways import gateways

MOST_PROCESSES = 256


def add(commands: Commands) -> None:
    serving = commands.add_parser("serve", help="serve the site")
    _listen(serving)
    serving.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere")
    serving.add_argument(
        "--workers",
        type=_processes,
        default=1,
        metavar="N",
        help="processes on one port (default: 1)",
    )
    serving.add_argument("--supervised", type=int, nargs=2, help=argparse.SUPPRESS)
    serving.set_defaults(run=_serve)

    working = commands.add_parser("worker", help="run the worker alone")
    working.set_defaults(run=_worker)

    trying = commands.add_parser("demo", help="serve a sample petition from a folder of its own")
    _listen(trying)
    trying.add_argument(
        "--empty", action="store_true", help="the sample petition alone, without invented people"
    )
    trying.set_defaults(run=_demo)


def _listen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen; 0.0.0.0: everywhere (default: here)"
    )
    parser.add_argument("--port", type=_port, default=8000, help="(default: 8000)")


def _port(typed: str) -> int:
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 5 or int(typed) > 65_535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(typed)


def _processes(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:9]) <= MOST_PROCESSES):
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_PROCESSES}")
    return int(typed)


def _check(settings: Settings) -> None:
    """What a server needs besides its settings. Raises `Misconfigured`, before anything begins."""
    check_mail(settings)
    signer(settings)
    gateways(settings, Keys(settings.secret_key))


def _serve(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    _check(settings)
    if options.supervised:
        return _serve_supervised(options, settings)
    if options.workers > 1:
        return _supervise(options, settings)
    with _listening(options) as socket:
        asyncio.run(prepare(settings))
        return _serve_on(socket, settings, with_worker=not options.no_worker)


def _supervise(options: argparse.Namespace, settings: Settings) -> int:
    """Several processes on one port, the first of which also does the worker's work."""
    from server.serve.run import listeners  # (other commands start without the server)
    from server.serve.supervisor import Supervisor

    def command(number: int, port: int, line: int) -> list[str]:
        base = [sys.executable, "-m", "server", "--data", str(options.data), "serve"]
        work = ["--no-worker"] if number or options.no_worker else []
        return [*base, *work, "--supervised", str(port), str(line)]

    with ExitStack() as opened:
        ports = listeners(options.host, options.port, options.workers)
        for port in ports:
            opened.enter_context(port)
        asyncio.run(prepare(settings))
        logs.set_up(settings.log_level)
        return Supervisor(ports, command).run()


def _serve_supervised(options: argparse.Namespace, settings: Settings) -> int:
    port, line = options.supervised
    with socket.socket(fileno=port) as listening:
        return _serve_on(listening, settings, with_worker=not options.no_worker, supervisor=line)


def _listening(options: argparse.Namespace) -> socket.socket:
    """The port, before anything else: one that is taken must be said first."""
    from server.serve.run import listener  # (other commands start without the server)

    return listener(options.host, options.port)


def _serve_on(
    socket: socket.socket,
    settings: Settings,
    *,
    with_worker: bool,
    supervisor: int | None = None,
) -> int:
    from server.app import create_app  # (as above)
    from server.serve.run import serve

    logs.set_up(settings.log_level)
    return serve(create_app(settings, with_worker=with_worker), socket, supervisor)


def _worker(options: argparse.Namespace) -> None:
    from server.app import running

    async def work() -> None:
        asked, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, asked.set)
        async with running(settings, with_worker=True):
            await asked.wait()

    settings = settings_of(options)
    _check(settings)
    logs.set_up(settings.log_level)
    asyncio.run(work())


def _demo(options: argparse.Namespace) -> int:
    with _listening(options) as socket, demo.alone(options.data):
        ready = demo.prepare(
            options.data, os.environ, options.host, options.port, lively=not options.empty
        )
        _check(ready.settings)
        _say_where(options, ready)
        return _serve_on(socket, ready.settings, with_worker=True)


def _say_where(options: argparse.Namespace, ready: demo.Demo) -> None:
    url = ready.settings.public_url
    data = "" if options.data == Path("data") else f" --data {demo.shown(options.data)}"
    more = "" if options.empty else f"\n  With people    {url}/p/{demo.LIVELY_SLUG} (all invented)"
    print(
        f"""
Undersigned is running. Its data is in {demo.shown(options.data)}

  The petition   {url}/p/{demo.DEMO_SLUG}
                 {url}/es/p/{demo.DEMO_SLUG}{more}
  Sign by text   {Path(sys.argv[0])}{data} sms simulate "SIGN FACE Ana Diaz 59801"
  Organizer      {url}/organizer/
                 name {demo.ORGANIZER}, password {ready.password}

Stop with Ctrl-C.
""",
        flush=True,
    )
