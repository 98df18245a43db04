"""Words and pages: Jinja templates, gettext catalogues, and the texts that we send.

Catalogues are read once at start. A page that is the same for everybody is rendered once for each
version and language by its caller; nothing here remembers a page.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

import server
from server.config import LANGUAGES

RIGHT_TO_LEFT = frozenset({"ar"})


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
        folder = template_folder()
        self._catalogues = {
            language: _catalogue(folder / "locale" / f"{language}.po") for language in LANGUAGES
        }
        self._environments = {
            language: _environment(folder, language, catalogue)
            for language, catalogue in self._catalogues.items()
        }

    def page(self, template: str, language: str, **context: Any) -> str:
        """A template below `templates/`, with `_`, `language` and the context."""
        environment = self._environments[language]
        return environment.get_template(template).render(language=language, **context)

    def say(self, language: str, message: str, **fields: object) -> str:
        """One sentence, marked `N_` where it is written, with its `{fields}` filled."""
        return self._catalogues[language].gettext(message).format(**fields)

    def text(self, language: str, reply: str) -> str:
        """One of the texts of `templates/sms/replies.txt`, its `{fields}` still open."""
        return self._reply(language, reply)

    @lru_cache(maxsize=256)  # noqa: B019 (one Renderer lives as long as the process)
    def _reply(self, language: str, reply: str) -> str:
        module: Any = self._environments[language].get_template("sms/replies.txt").module
        return " ".join(str(getattr(module, reply)()).split())


def _environment(folder: Path, language: str, catalogue: gettext.NullTranslations) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(("html", "svg")),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["paragraphs"] = paragraphs
    environment.filters["number"] = lambda n: group_digits(n, language)
    environment.globals["direction"] = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    environment.globals["languages"] = LANGUAGES
    return environment


class _Catalogue(gettext.NullTranslations):
    """A `.po` file as gettext: what it does not translate stays English."""

    def __init__(self, messages: dict[str, str], plurals: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._messages = messages
        self._plurals = plurals
        self._plural_form: Callable[[int], int] = lambda n: int(n != 1)

    def gettext(self, message: str) -> str:
        return self._messages.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self._plurals.get(msgid1)
        return forms[self._plural_form(n)] if forms else (msgid1 if n == 1 else msgid2)


def _catalogue(path: Path) -> _Catalogue:
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    if not path.exists():
        return _Catalogue(messages, plurals)
    with path.open("rb") as file:
        found = read_po(file)
    for message in found:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            messages[message.id] = str(message.string or message.id)
        elif message.string and all(message.string):
            plurals[message.id[0]] = tuple(message.string)
    catalogue = _Catalogue(messages, plurals)
    # gettext compiles the header's C expression itself, and refuses anything but arithmetic.
    catalogue._plural_form = gettext.c2py(found.plural_expr)
    return catalogue


_SEPARATORS = {"en": ",", "es": "\u00a0"}


def group_digits(number: int, language: str) -> str:
    """The number as that language groups it; Spanish leaves four digits together (RAE)."""
    if language == "es" and abs(number) < 10_000:
        return str(number)
    return f"{number:,}".replace(",", _SEPARATORS[language])


def paragraphs(text: str) -> Markup:
    """Plain text as HTML: blank lines part paragraphs, lines that begin with "- " are a list."""
    blocks = (block for block in re.split(r"\n\s*\n", text) if block.strip())
    return Markup("\n").join(_block(block.split("\n")) for block in blocks)


def _block(lines: Iterable[str]) -> Markup:
    lines = list(lines)
    if all(line.startswith("- ") for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines)
        return Markup("<ul>{}</ul>").format(items)
    return Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in lines))
