"""Words and pages: Jinja templates, gettext catalogues, and the texts that we send.

Each catalogue is read once, when the first of its words is wanted. A page that is the same for
everybody is rendered once for each version and language by its caller; nothing here remembers one.
"""

from __future__ import annotations

import datetime
import gettext
import html
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from unicodedata import bidirectional
from urllib.parse import quote
from zoneinfo import ZoneInfo

import phonenumbers
from babel.messages.pofile import read_po
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket
from markupsafe import Markup

import server
from server.config import LANGUAGES

RIGHT_TO_LEFT = frozenset({"ar"})
_REVIEWER = re.compile(r"^# reviewed-by: *(.*)$", re.MULTILINE)
_NOBODY = "nobody yet"
#: Of signers' pages, pieces before the pages that have them, and the first pages first.
_SIGNERS_TEMPLATES = (
    *("base", "_counts", "_languages", "_entry", "index", "_fields", "_asked", "_form", "_state"),
    *("_answer", "petition", "thanks", "errors", "message", "_code", "code", "names"),
    *("organizations", "mine", "news", "news_piece", "news_off", "answers", "answered"),
)
#: Of the desk, those that are asked for first and take long to compile.
_DESK_TEMPLATES = (
    *("base", "_back", "figures/_alarms", "life/_review", "form/_similar", "figures/index"),
    *("figures/petition", "figures/figures", "signers/moderation", "figures/share"),
)
SUMMARY_LETTERS = 150  # about what lists of pages show
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAIL = re.compile(r"[^\s@?&#%<>\"]+@[^\s@?&#%<>\"]+\.[^\s@?&#%<>\"]+")
_PHONE_NUMBER = re.compile(r"\+?[0-9 ()./-]{5,30}")
_ADDRESS = re.compile(
    r"\b((?:https?://[^\s<>\"]+|mailto:[^\s<>\"?@]+@[^\s<>\"?&#%]+|tel:\+?[0-9-]+)(?<![.,;:!?)'\]]))"
)


def N_(message: str) -> str:  # noqa: N802 (gettext's name for it)
    """Marks a sentence for the catalogues; `Renderer.say` translates it later."""
    return message


def template_folder() -> Path:
    """Where the templates are: inside an installed package, beside it in a checkout."""
    package = Path(server.__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Renderer:
    """Renders every template in every shipped language. Safe to share."""

    def __init__(self) -> None:
        self._folder = template_folder()
        self._catalogue = cache(lambda code: _catalogue(self._folder / "locale" / f"{code}.po"))
        self._environment = cache(self._make_environment)

    def _make_environment(self, language: str) -> Environment:
        catalogue = self._catalogue(language)
        environment = _environment(self._folder, language, catalogue)
        environment.globals["unreviewed"] = lambda: self.unreviewed
        return environment

    @cached_property
    def unreviewed(self) -> dict[str, str]:
        """Languages whose texts nobody who speaks them from birth has reviewed, by code."""
        return {code: n for code, n in LANGUAGES.items() if not self._catalogue(code).reviewer}

    def compile_pages(self, language: str) -> Iterator[None]:
        """Compile what signers' pages are made of, then the desk's, a template at each step: else
        the first who asks for a page waits for it. Its code serves every language."""
        environment = self._environment(language)
        for name in (*_SIGNERS_TEMPLATES, *(f"organizer/{name}" for name in _DESK_TEMPLATES)):
            environment.get_template(f"web/{name}.html")
            yield

    def page(self, template: str, language: str, **context: Any) -> str:
        """A template below `templates/`, with `_`, `language` and the context."""
        environment = self._environment(language)
        return environment.get_template(template).render(language=language, **context)

    def say(self, language: str, message: str, **fields: object) -> str:
        """One sentence, marked `N_` where it is written, with its `{fields}` filled."""
        return self._catalogue(language).gettext(message).format(**fields)

    def text(self, language: str, reply: str) -> str:
        """One of the texts of `templates/sms/replies.txt`, its `{fields}` still open."""
        return self._reply(language, reply)

    @cached_property
    def replies(self) -> list[str]:
        """The names of all texts of `templates/sms/replies.txt`."""
        return re.findall(
            r"macro (\w+)\(", (self._folder / "sms" / "replies.txt").read_text("utf-8")
        )

    @lru_cache(maxsize=64)  # noqa: B019 (one Renderer lives as long as the process)
    def mail(self, language: str, kind: str) -> str:
        """One of the mails of `templates/email/messages.txt`: its subject, and below it its body,
        with its `{fields}` still open."""
        module: Any = self._environment(language).get_template("email/messages.txt").module
        return str(getattr(module, kind)()).strip()

    @lru_cache(maxsize=256)  # noqa: B019 (one Renderer lives as long as the process)
    def _reply(self, language: str, reply: str) -> str:
        module: Any = self._environment(language).get_template("sms/replies.txt").module
        return " ".join(str(getattr(module, reply)()).split())


class _Compiled(BytecodeCache):
    """Each template's code once in the process, for the environments of all languages."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()


def _environment(folder: Path, language: str, catalogue: gettext.NullTranslations) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        bytecode_cache=_COMPILED,
        autoescape=select_autoescape(("html", "svg", "atom")),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["paragraphs"] = paragraphs
    environment.filters["summary"] = summary
    environment.filters["number"] = lambda n: group_digits(n, language)
    environment.filters["in_link"] = in_link
    environment.filters["isolated"] = lambda text: isolated(text, language)
    environment.filters["reachable"] = lambda contact: reachable(contact, language)
    environment.filters["day"] = lambda seconds: day_words(seconds, language)
    environment.filters["date"] = lambda day: date_words(datetime.date.fromisoformat(day), language)
    environment.filters["clock"] = lambda seconds, zone: clock_words(seconds, zone, language)
    environment.filters["left_to_right"] = lambda text: left_to_right(text, language)
    environment.globals["direction"] = direction(language)
    environment.globals["speaks"] = lambda other: speaks(other, language)
    environment.globals["languages"] = LANGUAGES
    return environment


class _Catalogue(gettext.NullTranslations):
    """A `.po` file as gettext: what it does not translate stays English."""

    def __init__(
        self, messages: dict[str, str], plurals: dict[str, tuple[str, ...]], reviewer: str
    ) -> None:
        super().__init__()
        self.reviewer = reviewer
        self._messages = messages
        self._plurals = plurals
        self._plural_form: Callable[[int], int] = lambda n: int(n != 1)

    def gettext(self, message: str) -> str:
        return self._messages.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self._plurals.get(msgid1)
        return forms[self._plural_form(n)] if forms else (msgid1 if n == 1 else msgid2)


@cache
def _catalogue(path: Path) -> _Catalogue:
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    if path.stem == "en":  # what the templates say
        return _Catalogue(messages, plurals, "its authors")
    with path.open("rb") as file:
        found = read_po(file)
    for message in found:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            messages[message.id] = str(message.string or message.id)
        elif message.string and all(message.string):
            plurals[message.id[0]] = tuple(message.string)
    reviewed = _REVIEWER.search(found.header_comment)
    reviewer = "" if reviewed is None or reviewed[1] == _NOBODY else reviewed[1]
    catalogue = _Catalogue(messages, plurals, reviewer)
    # gettext compiles the header's C expression itself, and refuses anything but arithmetic.
    catalogue._plural_form = gettext.c2py(found.plural_expr)
    return catalogue


# As CLDR has it for these languages, but for two: Spanish follows the RAE, since its countries do
# not agree on a mark, and French has the wide space, since old phones lack the narrow one.
_SEPARATORS = {"en": ",", "ar": ",", "hi": ",", "pt": ".", "vi": "."}
_SPACE = "\u00a0"


def group_digits(number: int, language: str) -> str:
    """The number as that language groups it; Spanish leaves four digits together (RAE), and
    Hindi counts in lakhs and crores: 12,34,567."""
    if language == "es" and abs(number) < 10_000:
        return str(number)
    grouped = f"{number:,}"
    if language == "hi" and abs(number) >= 100_000:
        head = str(number)[:-3]
        grouped = re.sub(r"(?<=\d)(?=(?:\d\d)+$)", ",", head) + grouped[-4:]
    return grouped.replace(",", _SEPARATORS.get(language, _SPACE))


@lru_cache(maxsize=1024)
def date_words(day: datetime.date, language: str) -> str:
    """The day as that language writes it, in its middle length: 23 nov 2026."""
    from babel.dates import format_date  # few pages have dates

    return format_date(day, format="medium", locale=language)


def day_words(seconds: int, language: str) -> str:
    """The day of that moment, in UTC."""
    return date_words(datetime.datetime.fromtimestamp(seconds, datetime.UTC).date(), language)


@lru_cache(maxsize=1024)
def clock_words(seconds: int, zone: str, language: str) -> str:
    """Day and time on the clock of an IANA zone, and whose clock that is: 24 Dec 2026, 18:00
    (Central European Time)."""
    from babel.dates import format_time, get_timezone_name

    moment = datetime.datetime.fromtimestamp(seconds, ZoneInfo(zone))
    time = format_time(moment, format="short", locale=language)
    time = time.replace("\u202f", _SPACE)  # which old phones lack
    name = get_timezone_name(zone, locale=language)
    return f"{date_words(moment.date(), language)}, {time} ({name})"


def in_link(text: str) -> str:
    """`text` as a value in an address: only ASCII is escaped, as HTML allows (RFC 3987).

    Browsers escape the rest themselves, and letters that stay as they are compress to nothing
    where they stand on the page already: escaped, each of Arabic or Hindi is six bytes or nine.
    """
    return re.sub(r"[\x00-\x7f]", lambda match: quote(match[0], safe="/:@"), text)


def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir` has it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def speaks(other: str, language: str) -> Markup:
    """The attributes of a part of a page that is in another language; none for its own."""
    if other == language:
        return Markup("")
    turned = direction(other) != direction(language)
    return Markup(' lang="{}"').format(other) + (
        Markup(' dir="{}"').format(direction(other)) if turned else ""
    )


def left_to_right(text: str, language: str) -> Markup:
    """A phone number to read: with gaps where its country has them, and from left to right where
    the page runs the other way, since its + would go to the wrong end."""
    marked = Markup('<bdi dir="ltr">{}</bdi>') if language in RIGHT_TO_LEFT else Markup("{}")
    return marked.format(grouped(text) if _E164.fullmatch(text) else text)


def isolated(text: str, language: str) -> Markup:
    """What somebody else wrote, marked where its letters may run another way than the page's."""
    turned = direction(language) == "rtl" or any(bidirectional(c) in {"R", "AL"} for c in text)
    return (Markup("<bdi>{}</bdi>") if turned else Markup("{}")).format(text)


def reachable(contact: str, language: str) -> Markup:
    """An e-mail or a phone that somebody wrote, as a link; anything else as it stands."""
    if _MAIL.fullmatch(contact):
        return Markup('<a href="mailto:{0}">{0}</a>').format(contact)
    if _PHONE_NUMBER.fullmatch(contact):
        number = re.sub(r"[^+0-9]", "", contact)
        shown = left_to_right(contact, language)
        return Markup('<a href="tel:{}">{}</a>').format(number, shown)
    return isolated(contact, language)


@cache
def grouped(number: str) -> str:
    """A phone number in E.164 with a space between its groups, at which no line breaks."""
    found = phonenumbers.parse(number)
    shown = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return re.sub("[ -]", _SPACE, shown)


def summary(body: str) -> str:
    """How a petition's text begins, for those who list pages: whole words of its first lines."""
    words = " ".join(body.split())
    return words if len(words) <= SUMMARY_LETTERS else words[:SUMMARY_LETTERS].rpartition(" ")[0]


def paragraphs(text: str) -> Markup:
    """Plain text as HTML: blank lines part paragraphs, lines that begin with "- " are a list, and
    addresses of pages, of mail and of phones are links that are shown in full."""
    blocks = (block for block in re.split(r"\n\s*\n", text) if block.strip())
    runs = (run for block in blocks for run in groupby(block.split("\n"), key=_is_item))
    return Markup("\n").join(_listed(lines) if items else _spoken(lines) for items, lines in runs)


def _is_item(line: str) -> bool:
    return line.startswith("- ")


def _listed(lines: Iterable[str]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(linked(line[2:])) for line in lines)
    return Markup("<ul>{}</ul>").format(items)


def _spoken(lines: Iterable[str]) -> Markup:
    return Markup("<p>{}</p>").format(Markup("<br>").join(linked(line) for line in lines))


def linked(line: str) -> Markup:
    """The line with its addresses as links: of no other kind, and without the sign that ends the
    sentence around them."""
    parts = _ADDRESS.split(line)  # words and addresses in turn
    return Markup("").join(_link(part) if i % 2 else _text(part) for i, part in enumerate(parts))


def _text(words: str) -> Markup:
    """Words between tags, where quotation marks may stand as they are: French has one in every
    line, and MarkupSafe makes five bytes of each."""
    return Markup(html.escape(words, quote=False))  # noqa: S704 (escaped as text has to be)


def _link(address: str) -> Markup:
    # Within a sentence the line keeps its height.
    link = Markup('<a href="{}" class="i">{}</a>')
    return link.format(address, address.removeprefix("mailto:").removeprefix("tel:"))
