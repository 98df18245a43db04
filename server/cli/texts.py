"""`sms`: play a phone against the running server, and ask providers for lost texts."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field

from server.cli.shared import Commands, settings_of
from server.config import Settings
from server.core.values.keys import Keys
from server.errors import StoreUnavailable
from sms.gateways.console import signed_form
from sms.segments import measure


def add(commands: Commands) -> None:
    sms = commands.add_parser("sms", help="play a phone, or fetch texts that never arrived")
    actions = sms.add_subparsers(required=True, metavar="ACTION")

    playing = actions.add_parser("simulate", help="play a phone against the running server")
    playing.add_argument(
        "text",
        nargs="?",
        help="what the phone sends, such as 'SIGN FACE Ana Diaz 59801'; left out: a conversation,"
        " one text a line",
    )
    playing.add_argument(
        "--from",
        dest="sender",
        default="+14065550123",
        metavar="NUMBER",
        help="the phone (default: %(default)s)",
    )
    playing.add_argument("--to", default="", metavar="NUMBER", help="default: the server's number")
    playing.add_argument("--id", help="the message's id; the same id is the same text again")
    playing.add_argument(
        "--ussd", action="store_true", help="a menu on the screen; keys, not texts"
    )
    playing.set_defaults(run=_simulate)

    reading = actions.add_parser("read", help="show how a text is read, piece by piece")
    reading.add_argument("text")
    reading.add_argument(
        "--asked",
        choices=("name", "postcode", "both"),
        help="the question that is open; default: none",
    )
    reading.add_argument("--word", action="append", metavar="WORD", help="a petition's; FACE")
    reading.add_argument("--country", default="US", help="of that petition; default: US")
    reading.set_defaults(run=_read)

    asking = actions.add_parser("reconcile", help="act on texts whose webhooks never arrived")
    asking.set_defaults(run=_reconcile)


def _simulate(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    phone = _Phone(settings, options.sender, options.to or settings.sms_number, options.ussd)
    if options.text is not None:
        phone.send(options.text, options.id or "")
        return 0
    phone.greet()
    for line in _lines():
        phone.send(line)
    phone.say_costs()
    return 0


def _lines() -> Iterable[str]:
    """What is typed, a line at a time, until its end or an empty line on a terminal."""
    while True:
        if sys.stdin.isatty():
            print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line or (sys.stdin.isatty() and not line.strip()):
            return
        yield line.rstrip("\n")


@dataclass(slots=True)
class _Phone:
    """A phone that texts by the console gateway, and shows what its screen would."""

    settings: Settings
    sender: str
    to: str
    ussd: bool
    session: str = field(default_factory=lambda: secrets.token_hex(8))
    keyed: list[str] = field(default_factory=list)
    segments_in: int = 0
    segments_out: int = 0

    def greet(self) -> None:
        what = "keys, one line each" if self.ussd else "texts, one line each"
        print(f"You are {self.sender}. Type {what}; an empty line ends it.")
        if self.ussd:
            self.send("")

    def send(self, text: str, message_id: str = "") -> None:
        """Send it as the console gateway does, and print the answer."""
        if self.ussd:
            self.keyed += [text] if text else []
            text = "*".join(self.keyed)
            message_id = f"{self.session}:{len(self.keyed)}"
        reply, goes_on = self._exchange(text, message_id or f"SIM{secrets.token_hex(8)}")
        if self.ussd:
            print(reply if goes_on else f"{reply}\n(the session ends)")
            if not goes_on:
                self.session, self.keyed = secrets.token_hex(8), []
            return
        received = measure(text).segments
        self.segments_in += received
        print(f"{self.sender} > {text}")
        if not reply:
            print(f"(no reply; {_counted(received)} in{self._cost(received)})")
            print("(the same text again, many in a short time, or a phone that wants none?)")
            return
        size = measure(reply)
        self.segments_out += size.segments
        print(f"{self.to} < {reply}")
        cost = self._cost(received + size.segments)
        print(f"({_counted(size.segments)}, {size.encoding}, {size.units} units{cost})")

    def _exchange(self, text: str, message_id: str) -> tuple[str, bool]:
        """The reply, and whether the session goes on. Raises `StoreUnavailable`."""
        settings = self.settings
        key = Keys(settings.secret_key).server("console")
        channel = {"channel": "ussd"} if self.ussd else {}
        headers, body = signed_form(key, message_id, self.sender, self.to, text, **channel)
        request = urllib.request.Request(  # noqa: S310 (our own public URL)
            f"{settings.public_url}/sms/console", data=body, headers=dict(headers), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 (as above)
                goes_on = bool(json.loads(response.headers.get("x-undersigned-ask", "null")))
                return response.read().decode(), goes_on
        except urllib.error.HTTPError as error:
            raise StoreUnavailable(f"the server answered {error.code}: {error.reason}") from error
        except OSError as error:
            raise StoreUnavailable(
                f"no server answers at {settings.public_url} ({error}); start it with `make run`"
            ) from error

    def say_costs(self) -> None:
        """What the conversation would have cost."""
        if self.ussd:
            return
        cost = self._cost(self.segments_in + self.segments_out)
        print(f"In: {_counted(self.segments_in)}. Out: {_counted(self.segments_out)}{cost}")

    def _cost(self, segments: int) -> str:
        """What these segments cost, in and out together; nothing where no price is set."""
        price, _, currency = self.settings.sms_price.partition(" ")
        return f"; in and out {float(price) * segments:.4f} {currency}" if currency else ""


def _counted(segments: int) -> str:
    return "1 segment" if segments == 1 else f"{segments} segments"


def _read(options: argparse.Namespace) -> None:
    """A text with what explains each part of it, for whoever writes a language's table."""
    from server.core.values.postcodes import normal_postcode  # (a phone that is played needs none)
    from sms.reading import Context, OpenQuestion, PetitionWord, PetitionWords, read

    words = [word.upper() for word in options.word or ["FACE"]]
    known = {"name": ("", "59801"), "postcode": ("Ana Diaz", ""), "both": ("", "")}
    asked = OpenQuestion(words[0], *known[options.asked]) if options.asked else None
    petitions = PetitionWords(PetitionWord(word, options.country) for word in words)
    context = Context(petitions, asked, country=options.country, postcode=normal_postcode)
    reading = read(options.text, context)
    for span in reading.spans:
        print(f"{options.text[span.start : span.end]!r:40} {span.what}")
    for what in ("intent", "petitions", "names", "postcode", "wrong", "language", "doubt", "left"):
        value = getattr(reading, what)
        if value:
            print(f"{what + ':':10} {', '.join(value) if isinstance(value, tuple) else value}")
    print(f"{'sure:':10} {'yes' if reading.sure else 'no'}")


def _reconcile(options: argparse.Namespace) -> None:
    from server.outgoing import reconcile  # (a phone that is played needs none of it)
    from server.services import open_services
    from server.texting.gateways import gateways

    async def run(settings: Settings) -> dict[str, int]:
        services = await open_services(settings, gateways)
        try:
            return await reconcile.reconcile(services)
        finally:
            await services.close()

    found = asyncio.run(run(settings_of(options)))
    if not found:
        print("No gateway that is set up can be asked for its texts; Twilio can.")
    for gateway, n in found.items():
        texts = "1 text that was" if n == 1 else f"{n} texts that were"
        print(f"{gateway}: {texts} missing here.")
