"""Forms as browsers old and new send them."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import BadRequest, TooLarge, WrongContentType
from server.web import forms
from server.web.forms import BODY_LIMIT, decode, read_form

FORM = b"application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "charset", "fields"),
    [
        (b"name=Ana+Diaz&postcode=59801", "", {"name": "Ana Diaz", "postcode": "59801"}),
        ("name=José".encode(), "", {"name": "José"}),
        (b"name=Jos%C3%A9", "", {"name": "José"}),
        (b"name=Jos%E9", "", {"name": "José"}),
        (b"_charset_=&name=Jos%E9&x=%93q%94", "", {"_charset_": "", "name": "José", "x": "“q”"}),
        (b"_charset_=iso-8859-15&name=%A4%E9", "", {"_charset_": "iso-8859-15", "name": "€é"}),
        (b"name=%A4%E9", "iso-8859-15", {"name": "€é"}),
        (b"_charset_=ebcdic&name=%E9", "", {"_charset_": "ebcdic", "name": "é"}),
        (b"name=%E9+%26%23273%3B", "", {"name": "é đ"}),  # an entity for what the charset lacks
        (b"name=%26%23273%3B", "", {"name": "&#273;"}),  # in UTF-8 it was typed
        (b"a=1&a=2&&b&=c", "", {"a": "2", "b": "", "": "c"}),
        (b"name=100%25+%zz%4", "", {"name": "100% %zz%4"}),
        (b"", "", {}),
    ],
)
def test_letters_survive_every_charset(body: bytes, charset: str, fields: dict[str, str]) -> None:
    assert decode(body, charset) == fields


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=20))
def test_what_a_modern_browser_sends_is_read_as_the_library_reads_it(form: dict[str, str]) -> None:
    body = urlencode(form, errors="ignore").encode()
    assert decode(body) == dict(parse_qsl(body.decode(), keep_blank_values=True))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    try:
        fields = decode(body)
    except BadRequest:
        return
    assert all(isinstance(v, str) for v in fields.values())


async def submit(body: bytes, content_type: bytes = FORM, length: bool = True) -> dict[str, str]:
    headers = [(b"content-type", content_type)]
    if length:
        headers.append((b"content-length", b"%d" % len(body)))
    pieces = [body[i : i + 1000] for i in range(0, len(body), 1000)] or [b""]
    messages = iter(
        {"type": "http.request", "body": piece, "more_body": i + 1 < len(pieces)}
        for i, piece in enumerate(pieces)
    )

    async def receive() -> dict[str, object]:
        return next(messages)

    return await read_form({"type": "http", "headers": headers}, receive)


async def test_a_body_in_pieces_is_put_together() -> None:
    assert (await submit(b"comment=" + b"x" * 5000))["comment"] == "x" * 5000


@pytest.mark.parametrize("length", [True, False])
async def test_a_body_that_is_too_large_is_refused_declared_or_not(length: bool) -> None:
    with pytest.raises(TooLarge):
        await submit(b"comment=" + b"x" * BODY_LIMIT, length=length)


async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "BODY_SECONDS", 0.05)
    pieces = iter([{"type": "http.request", "body": b"name=A", "more_body": True}])

    async def receive() -> dict[str, object]:
        for piece in pieces:
            return piece
        await asyncio.Event().wait()
        return {}

    with pytest.raises(BadRequest, match="no end"):
        await read_form({"type": "http", "headers": [(b"content-type", FORM)]}, receive)


async def test_too_many_fields_are_refused() -> None:
    with pytest.raises(BadRequest):
        await submit(b"&".join(b"f%d=1" % i for i in range(forms.FIELD_LIMIT + 1)))


@pytest.mark.parametrize("kind", [b"application/json", b"multipart/form-data; boundary=x"])
async def test_a_body_of_another_kind_is_refused(kind: bytes) -> None:
    with pytest.raises(WrongContentType):
        await submit(b"name=Ana", kind)


async def test_a_form_without_a_content_type_is_read() -> None:
    assert await submit(b"name=Ana", b"") == {"name": "Ana"}
