"""Pages as a browser without script uses them: links, forms, buttons; and all that was met on them.

A form is sent with what its page holds, changed only where somebody could change it: a field that
is hidden, is missing, or does not offer that choice raises `KeyError` or `ValueError`.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import NamedTuple
from unittest.mock import Mock
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from starlette.routing import Route

from server.app import routes
from server.config import LANGUAGES
from tests.harness.product import Server

FOLLOWED = 5  # redirects in a row
_PREFIX = re.compile(rf"/(?:{'|'.join(LANGUAGES)})(?=/|$)")
_LANGUAGE = re.compile(rf"(?<=_)(?:{'|'.join(LANGUAGES)})$")
#: Buttons that carry what was seen: it has to be the same when it is done.
_FIGURES = {"sure", "before", "withdraw", "news_off"}
ROUTES = [
    route
    for route in routes(*(Mock() for _ in inspect.signature(routes).parameters))
    if isinstance(route, Route)
]


def pattern(path: str) -> str:
    """The address as the site map has it, without language and query: `/p/{slug}`."""
    plain = urlsplit(path).path
    plain = _PREFIX.sub("", plain, count=1) or "/"
    found = next((r.path for r in ROUTES if r.path_regex.match(plain)), plain)
    return re.sub(r":\w+(?=})", "", found)


def turning(link: str) -> str:
    """Of a link that leads to another page of a list what it carries: `?after`, or `page` in its
    path; '' of every other link."""
    whole = urlsplit(link)
    if whole.scheme or whole.netloc:
        return ""
    if "{page}" in pattern(link):
        return "page"
    return "".join(f"?{name}" for name in parse_qs(whole.query, keep_blank_values=True))


class Control(NamedTuple):
    """A button: on which page it stands, where it sends its form, and what it says there.

    The page that answers a form is called `POST` and its address. What a button says is its name,
    with `=` and its value, unless that is a figure of the page. A link that turns the pages of a
    list is one too, and says what it carries.
    """

    page: str
    action: str
    button: str = ""

    def __str__(self) -> str:
        return f"{self.page} -> {self.action} [{self.button}]"


@dataclass
class Field:
    """What a form has under one name."""

    name: str
    kind: str
    value: str | None  # what is sent if nobody touches it; None: nothing
    choices: list[str] = field(default_factory=list)

    @property
    def kin(self) -> str:
        """The name without the number of its row and without its language."""
        return _LANGUAGE.sub("{language}", re.sub(r"\d+", "{n}", self.name))


@dataclass
class Button:
    name: str
    value: str

    @property
    def word(self) -> str:
        return f"{self.name}={self.value}" if self.name and self.name not in _FIGURES else self.name


@dataclass
class Form:
    page: str
    method: str
    action: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)

    def control(self, button: Button) -> Control:
        return Control(self.page, pattern(self.action), button.word)

    def button(self, word: str) -> Button:
        return next(b for b in self.buttons if b.word == word)

    def filled(self, button: Button, typed: Mapping[str, str | bool]) -> dict[str, str]:
        """What a browser sends when that button is pressed after this was typed and ticked."""
        values = {f.name: f.value for f in self.fields.values() if f.value is not None}
        for name, value in typed.items():
            found = self.fields[name]
            if found.kind == "hidden":
                raise KeyError(f"nobody can type into {name}")
            if found.kind == "checkbox":
                values.pop(name, None)
                if value:
                    values[name] = found.choices[0]
            elif found.kind in {"select", "radio"} and value not in found.choices:
                raise ValueError(f"{name} offers no {value!r}: {found.choices}")
            else:
                values[name] = str(value)
        if button.name:
            values[button.name] = button.value
        return values


class _Reader(HTMLParser):
    """The forms and links of a page; a control outside of any form is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif tag == "form":
            self._form = Form(self.page, a.get("method", "get").upper(), a["action"])
            self.forms.append(self._form)
        elif tag in {"input", "button", "select", "textarea"}:
            if self._form is None:
                raise AssertionError(f"{tag} {a} of {self.page} stands in no form")
            self._control(self._form, tag, a)
        elif tag == "option" and self._select:
            self._select.choices.append(a["value"])
            if "selected" in a or self._select.value is None:
                self._select.value = a["value"]

    def _control(self, form: Form, tag: str, a: dict[str, str]) -> None:
        kind = a.get("type", "text") if tag == "input" else tag
        if tag == "button" or kind in {"submit", "image"}:
            form.buttons.append(Button(a.get("name", ""), a.get("value", "")))
            return
        if kind == "radio":
            found = form.fields.setdefault(a["name"], Field(a["name"], kind, None))
            found.choices.append(a["value"])
            found.value = a["value"] if "checked" in a else found.value
            return
        found = form.fields[a["name"]] = Field(a["name"], kind, a.get("value", ""))
        if kind == "checkbox":
            found.choices = [a.get("value", "on")]
            found.value = found.choices[0] if "checked" in a else None
        elif tag == "select":
            found.value, self._select = None, found
        elif tag == "textarea":
            self._area = found

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.value = (self._area.value or "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area:
            # The line end right after the tag is no part of the value.
            self._area.value = (self._area.value or "").removeprefix("\n")
            self._area = None


@dataclass(repr=False)
class Page:
    """One answer: where it stands, and what is on it."""

    path: str
    status: int
    headers: dict[str, str]
    body: bytes
    name: str  # as in `Control`
    forms: list[Form]
    links: list[str]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8-sig")

    def form(self, action: str, **holding: str) -> Form:
        """The first form that goes there, with hidden values like these."""
        for form in self.forms:
            if pattern(form.action) == action and all(
                name in form.fields and form.fields[name].value == value
                for name, value in holding.items()
            ):
                return form
        raise AssertionError(f"{self.path} has no form to {action} with {holding}:\n{self.text}")

    def turns(self) -> dict[Control, str]:
        """The links that turn its pages."""
        return {
            Control(self.name, pattern(li), word): li for li in self.links if (word := turning(li))
        }


class Met:
    """All that was met on any page, and all that was pressed and typed."""

    def __init__(self) -> None:
        self.found: dict[Control, set[str]] = defaultdict(set)  # with the fields of their forms
        self.pressed: dict[Control, set[str]] = defaultdict(set)  # with the fields typed into
        self.links: dict[str, tuple[str, Browser]] = {}  # the first page that has it, who met it

    def add(self, other: Met) -> None:
        for control, fields in other.found.items():
            self.found[control] |= fields
        self.links = other.links | self.links

    def read(self, page: Page, browser: Browser) -> None:
        for form in page.forms:
            seen = {f.kin for f in form.fields.values() if f.kind != "hidden"}
            for button in form.buttons:
                self.found[form.control(button)] |= seen
        for turn in page.turns():
            self.found[turn] |= set()
        for link in page.links:
            self.links.setdefault(link, (page.path, browser))

    def press(self, form: Form, button: Button, typed: Iterable[str]) -> None:
        self.pressed[form.control(button)] |= {form.fields[name].kin for name in typed}


@dataclass
class Browser:
    """Somebody at an address of their own: keeps cookies, follows redirects, remembers all met."""

    server: Server
    met: Met
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Page:
        return self._go("GET", path, b"")

    def press(
        self, form: Form, word: str = "", typed: Mapping[str, str | bool] | None = None
    ) -> Page:
        """Fill the form in and press its button of that word; the page that follows."""
        typed = typed or {}
        button = form.button(word)
        values = form.filled(button, typed)
        self.met.press(form, button, typed)
        filled, address = urlencode(values), urlsplit(form.action)._replace(fragment="")
        if form.method == "GET":
            return self.get(address._replace(query=filled).geturl())
        return self._go(form.method, address.geturl(), filled.encode())

    def turn(self, page: Page, word: str) -> Page:
        """Follow the link of that word to another page of a list."""
        [(control, link)] = [(c, li) for c, li in page.turns().items() if c.button == word]
        self.met.pressed[control] |= set()
        return self.get(urljoin(page.path, link))

    def _go(self, method: str, path: str, body: bytes) -> Page:
        for _ in range(FOLLOWED):
            page = self._ask(method, path, body)
            if page.status not in {301, 302, 303}:
                return page
            method, path, body = "GET", urljoin(path, page.headers["location"]), b""
        raise AssertionError(f"{path} leads on and on")

    def _ask(self, method: str, path: str, body: bytes) -> Page:
        headers = {"X-Forwarded-For": self.address}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = self.server.url
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request(method, path, body if method == "POST" else None, headers)
        answer = connection.getresponse()
        received = answer.read()
        connection.close()
        self._keep(answer.headers.get_all("set-cookie") or [])
        named = {k.lower(): v for k, v in answer.getheaders()}
        return self._page(method, path, answer.status, named, received)

    def _keep(self, cookies: Iterable[str]) -> None:
        for cookie in cookies:
            for name, morsel in SimpleCookie(cookie).items():
                self.cookies.pop(name, None)
                if morsel.value:
                    self.cookies[name] = morsel.value

    def _page(
        self, method: str, path: str, status: int, headers: dict[str, str], body: bytes
    ) -> Page:
        reader = _Reader(("POST " if method == "POST" else "") + pattern(path))
        if headers.get("content-type", "").startswith("text/html"):
            reader.feed(body.decode())
        page = Page(path, status, headers, body, reader.page, reader.forms, reader.links)
        self.met.read(page, self)
        return page


def ours(link: str, base: str, server: Server) -> str:
    """Path and query of a link to a page of ours; '' of every other one."""
    whole = urlsplit(urljoin(server.url + base, link))
    if f"{whole.scheme}://{whole.netloc}" != server.url:
        return ""
    return whole._replace(scheme="", netloc="", fragment="").geturl()


def crawl(browser: Browser, *starts: str) -> Iterator[Page]:
    """Every page of ours that links lead to from these."""
    known, waiting = set(starts), list(starts)
    while waiting:
        page = browser.get(waiting.pop())
        yield page
        for link in page.links:
            path = ours(link, page.path, browser.server)
            if path and path not in known:
                known.add(path)
                waiting.append(path)
