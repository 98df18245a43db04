"""Forms as browsers old and new send them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import BadRequest, TooLarge, WrongContentType
from server.web.http.forms import PUBLIC_FORM, fields_of, read_form
from server.web.http.multipart import parts_of
from server.web.http.requests import BODY_BYTES

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
    assert fields_of(body, f"application/x-www-form-urlencoded;charset={charset}") == fields


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=20))
def test_what_a_modern_browser_sends_is_read_as_the_library_reads_it(form: dict[str, str]) -> None:
    body = urlencode(form, errors="ignore").encode()
    assert fields_of(body) == dict(parse_qsl(body.decode(), keep_blank_values=True))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    try:
        fields = fields_of(body)
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
    assert len(await submit(b"&".join(b"f%d=" % i + b"x" * 2000 for i in range(30)))) == 30


@pytest.mark.parametrize("length", [True, False])
async def test_a_body_that_is_too_large_is_refused_declared_or_not(length: bool) -> None:
    with pytest.raises(TooLarge):
        await submit(b"comment=" + b"x" * BODY_BYTES, length=length)


async def test_too_many_fields_are_refused() -> None:
    with pytest.raises(BadRequest):
        await submit(b"&".join(b"f%d=1" % i for i in range(PUBLIC_FORM.fields + 1)))
    assert await submit(b"&" * 100 + b"name=Ana") == {"name": "Ana"}


async def test_a_field_that_is_too_long_is_refused() -> None:
    assert await submit(b"comment=" + b"%41" * PUBLIC_FORM.value)
    with pytest.raises(TooLarge):
        await submit(b"comment=" + b"x" * (PUBLIC_FORM.value + 1))


@pytest.mark.parametrize("kind", [b"application/json", b"text/plain", b"multipart/mixed"])
async def test_a_body_of_another_kind_is_refused(kind: bytes) -> None:
    with pytest.raises(WrongContentType):
        await submit(b"name=Ana", kind)


async def test_a_form_without_a_content_type_is_read() -> None:
    assert await submit(b"name=Ana", b"") == {"name": "Ana"}


MULTIPART = b"multipart/form-data; boundary=-b"


def parts(*each: bytes, end: bytes = b"--") -> bytes:
    """A body of these parts, each with its headers."""
    return b"".join(b"---b\r\n" + part + b"\r\n" for part in each) + b"---b" + end + b"\r\n"


def part(name: str, value: bytes, more: bytes = b"") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"'.encode()
    return head + more + b"\r\n\r\n" + value


NAME = part("name", b"Ana")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (parts(NAME, part("postcode", b"59801")), {"name": "Ana", "postcode": "59801"}),
        (parts(part("name", "José".encode())), {"name": "José"}),
        (
            parts(part("name", b"Jos\xe9"), part("_charset_", b"")),
            {"name": "José", "_charset_": ""},
        ),
        (
            parts(part("_charset_", b"iso-8859-15"), part("name", b"\xa4")),
            {"_charset_": "iso-8859-15", "name": "€"},
        ),
        (parts(part("name", b"\xe9 &#273;")), {"name": "é đ"}),
        (parts(part("comment", b"one\r\n--two\r\n")), {"comment": "one\r\n--two\r\n"}),
        (parts(part("name", b"a+b%20c")), {"name": "a+b%20c"}),
        (parts(part("a", b"1"), part("a", b"2")), {"a": "2"}),
        (parts(part("a", b"", b"\r\nContent-Type: text/plain; charset=utf-8")), {"a": ""}),
        (
            parts(NAME, part("f", b"", b'; filename=""\r\nContent-Type: application/octet-stream')),
            {"name": "Ana"},  # a file box that was left empty
        ),
        (b"\r\n" + parts(NAME), {"name": "Ana"}),
    ],
)
async def test_a_multipart_form_reads_like_the_other(body: bytes, fields: dict[str, str]) -> None:
    assert await submit(body, MULTIPART) == fields


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (parts(part("f", b"x", b'; filename="x.txt"')), MULTIPART, WrongContentType),
        (parts(part("f", b"", b'; filename="x.txt"')), MULTIPART, WrongContentType),
        (parts(part("f", b"x", b'; filename=""')), MULTIPART, WrongContentType),
        (parts(part("f", b"x", b"\r\nContent-Type: multipart/mixed")), MULTIPART, WrongContentType),
        (
            parts(part("f", b"eA==", b"\r\nContent-Transfer-Encoding: base64")),
            MULTIPART,
            WrongContentType,
        ),
        (parts(NAME, end=b""), MULTIPART, BadRequest),  # cut short
        (parts(NAME)[:-9], MULTIPART, BadRequest),
        (parts(NAME), b"multipart/form-data", BadRequest),
        (parts(NAME), b"multipart/form-data; boundary=" + b"b" * 300, BadRequest),
        (parts(NAME), b"multipart/form-data; boundary=other", BadRequest),
        (parts(b"Content-Disposition: form-data\r\n\r\nx"), MULTIPART, BadRequest),
        (parts(b'Content-Disposition: attachment; name="a"\r\n\r\nx'), MULTIPART, BadRequest),
        (parts(b"\r\nx"), MULTIPART, BadRequest),
        (parts(b"X: y\r\n" * 99 + NAME), MULTIPART, BadRequest),
        (parts(b"X: " + b"y" * 9000 + b"\r\n" + NAME), MULTIPART, BadRequest),
        (parts(*[NAME] * (PUBLIC_FORM.fields + 1)), MULTIPART, BadRequest),
        (parts(part("a", b"x" * (PUBLIC_FORM.value + 1))), MULTIPART, TooLarge),
        (b"", MULTIPART, BadRequest),
    ],
)
async def test_a_multipart_form_with_a_file_or_a_fault_is_refused(
    body: bytes, kind: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        await submit(body, kind)
    assert raised.type is error


@given(st.lists(st.sampled_from([b"---b", b"--", b"\r\n", b"\r", b"x", b": ", NAME]), max_size=40))
def test_no_multipart_bytes_break_the_reader(pieces: list[bytes]) -> None:
    try:
        found = parts_of(b"---b\r\n" + b"".join(pieces), MULTIPART.decode(), 10)
    except (BadRequest, WrongContentType):
        return
    assert len(found) <= 10
