"""What clients, gateways and attackers may really send, byte by byte: each has its right answer.

A row that signs uses a name of its own, so that what was stored can be counted at the end.
"""

# ruff: noqa: E501 (a table is read along its rows)
from __future__ import annotations

import contextlib
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from server.app import create_app
from server.cli import demo
from server.serve import patience, protocol, run
from server.serve.protocol import Protocol
from server.serve.server import Server as OurServer
from tests.harness import product
from tests.harness.attacks.trailers import WITHOUT_END, pour
from tests.harness.product import Server, eventually

FORM = b"application/x-www-form-urlencoded"
MULTI = b"multipart/form-data; boundary=B"
HELLO = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
STORED = b"Thanks for signing the petition!"
RETURNED = b"You have not signed yet"


@dataclass(frozen=True, slots=True)
class Row:
    """One request. `open` says whether the connection serves a next one; None where both will do.
    `signs` is the name under which it must be stored."""

    name: str
    raw: bytes
    status: int
    body: bytes = b""
    open: bool | None = None
    signs: str | None = None


def get(
    target: str | bytes, *lines: bytes, version: bytes = b"1.1", method: bytes = b"GET"
) -> bytes:
    """A request without a body, its header lines after the Host."""
    raw = target.encode() if isinstance(target, str) else target
    head = [b"%s %s HTTP/%s" % (method, raw, version), b"Host: localhost", *lines, b"", b""]
    return b"\r\n".join(head)


def post(
    body: bytes, kind: bytes = FORM, *lines: bytes, target: bytes = b"/p/face", length: int = -1
) -> bytes:
    """A form, with the length that it has or claims."""
    size = len(body) if length < 0 else length
    head = [b"POST %s HTTP/1.1" % target, b"Host: localhost", b"Content-Type: %s" % kind]
    return b"\r\n".join([*head, b"Content-Length: %d" % size, *lines, b"", b""]) + body


def chunked(body: bytes, *lines: bytes) -> bytes:
    """A form whose body is written as chunks, as given."""
    head = [b"POST /p/face HTTP/1.1", b"Host: localhost", b"Content-Type: %s" % FORM]
    return b"\r\n".join([*head, b"Transfer-Encoding: chunked", *lines, b"", b""]) + body


def form(name: str, more: bytes = b"") -> bytes:
    return b"name=%s&postcode=59801%s" % (name.replace(" ", "+").encode(), more)


def part(head: bytes, value: bytes) -> bytes:
    return b"--B\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value + b"\r\n"


def parts(name: str, *more: bytes, end: bytes = b"--B--\r\n") -> bytes:
    values = (part(b'name="name"', name.encode()), part(b'name="postcode"', b"59801"))
    return b"".join((*values, *more)) + end


def answers(
    name: str, raw: bytes, status: int, body: bytes = b"", open_: bool | None = None
) -> Row:
    return Row(name, raw, status, body, open_)


def signs(name: str, raw: bytes, signer: str) -> Row:
    return Row(name, raw, 200, STORED, None, signer)


HEADS = [
    answers("a plain view", get("/p/face"), 200, b"<form", True),
    answers("no Host in 1.1", b"GET /p/face HTTP/1.1\r\n\r\n", 400, b"could not read", False),
    answers("an empty Host in 1.1", b"GET /p/face HTTP/1.1\r\nHost:\r\n\r\n", 400, b"", False),
    answers("no Host in 1.0", b"GET /p/face HTTP/1.0\r\n\r\n", 200, b"<form", False),
    answers("1.0 kept open", get("/p/face", b"Connection: keep-alive", version=b"1.0"), 200, b"", True),
    answers("1.1 closed", get("/p/face", b"Connection: close"), 200, b"<form", False),
    answers("two Hosts", get("/p/face", b"Host: localhost"), 400, b"could not read", False),
    answers("two Hosts, one foreign", get("/p/face", b"Host: evil.example"), 400, b"", False),
    answers("two Hosts in 1.0", get("/p/face", b"Host: x", version=b"1.0"), 400, b"", False),
    answers("a Host with a space", b"GET /p/face HTTP/1.1\r\nHost: a b\r\n\r\n", 400, b"", False),
    answers("a Host with a path", b"GET /p/face HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, b"", False),
    answers("a Host with a user", b"GET /p/face HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, b"", False),
    answers("a Host of many ports", b"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", 400, b"", False),
    answers("a Host that is a list", b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, b"", False),
    answers("a Host of high bytes", b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n", 400, b"", False),
    answers("a foreign Host", b"GET /p/face HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, b"not our", True),
    answers("a foreign Host, form", post(form("Far Host")).replace(b"localhost", b"e.org"), 421, b"not our"),
    answers("a foreign Host, health", HELLO.replace(b"localhost", b"pod.internal"), 200, b"ok", True),
    answers("a foreign Host, 1.0", b"GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n", 421, b"not our"),
    answers("an address as Host", b"GET /p/face HTTP/1.1\r\nHost: 192.0.2.1:81\r\n\r\n", 200, b"<form", True),
    answers("an IPv6 Host", b"GET /p/face HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n\r\n", 200, b"<form"),
    answers("a broken IPv6 Host", b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, b"", False),
    answers("a Host in capitals", b"GET /p/face HTTP/1.1\r\nHOST: LOCALHOST\r\n\r\n", 200, b"<form"),
    answers("a Host that ends in a dot", b"GET /help HTTP/1.1\r\nHost: localhost.\r\n\r\n", 200),
    answers("another proxy's name", get("/p/face", b"X-Forwarded-Host: evil.example"), 200, b"<form"),
    answers("whole address", get("http://localhost/p/face"), 200, b"<form", True),
    answers("whole address, no path", get("http://localhost"), 200, b"Petitions", True),
    answers("whole address, query", get("http://localhost?a=b"), 200, b"Petitions", True),
    answers("whole address elsewhere", get("http://evil.example/p/face"), 421, b"not our"),
    answers("whole address with a user", get("http://a:b@localhost/p/face"), 400, b"", False),
    answers("whole address, other scheme", get("ftp://localhost/p/face"), 400, b"", False),
    answers("asterisk", get("*", method=b"OPTIONS"), 405, b"does not work", True),
    answers("asterisk with GET", get("*"), 400, b"", False),
    answers("CONNECT", get("example.org:443", method=b"CONNECT"), 400, b"", False),
    answers("CONNECT to a page", get("/p/face", method=b"CONNECT"), 400, b"", False),
    answers("no target", b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, b"", False),
    answers("a target without a slash", get("p/face"), 400, b"", False),
    answers("HTTP/0.9", b"GET /p/face\r\n\r\n", 400, b"", False),
    answers("HTTP/2 at once", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, b"", False),
    answers("HTTP/3.7", get("/p/face", version=b"3.7"), 400, b"", False),
    answers("TLS to a plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 40, 400),
    answers("a method in small letters", get("/p/face", method=b"get"), 400, b"", False),
    answers("a method that nobody knows", get("/p/face", method=b"SIGN"), 400, b"", False),
    answers("a line end first", b"\r\n\r\n" + get("/p/face"), 200, b"<form", True),
    answers("bare line feeds", get("/p/face").replace(b"\r\n", b"\n"), 400, b"", False),
    answers("a folded header", get("/p/face", b"X-A: one\r\n two"), 400, b"", False),
    answers("a NUL in a header", get("/p/face", b"X-A: a\x00b"), 400, b"", False),
    answers("a carriage return in a header", get("/p/face", b"X-A: a\rb"), 400, b"", False),
    answers("a space before the colon", get("/p/face", b"X-A : a"), 400, b"", False),
    answers("a header without a name", get("/p/face", b": a"), 400, b"", False),
    answers("a header without a colon", get("/p/face", b"nothing"), 400, b"", False),
    answers("an empty header", get("/p/face", b"X-A:"), 200, b"<form", True),
    answers("high bytes in a header", get("/p/face", b"X-A: \xff\xe9"), 200, b"<form", True),
    answers("a header of 20 KB", get("/p/face", b"X-A: " + b"a" * 20_000), 431, b"too much", False),
    answers("2,000 headers", get("/p/face", *[b"X-A: %d" % i for i in range(2000)]), 431, b"", False),
    answers("100 headers", get("/p/face", *[b"X-A: %d" % i for i in range(100)]), 200, b"<form", True),
    answers("a cookie of 15 KB", get("/p/face", b"Cookie: a=" + b"b" * 15_000), 200, b"<form", True),
    answers("an odd Accept-Language", get("/", b"Accept-Language: ;q=,,\xff;q=9"), 200, b"Petitions"),
    answers("Accept-Language of a locale", get("/", b"Accept-Language: es_ES"), 200, b'lang="es"'),
    answers("Accept-Language with a comma", get("/", b"Accept-Language: en;q=0,5,fr;q=0,8"), 200, b'lang="fr"'),
    answers("an odd Accept-Encoding", get("/p/face", b"Accept-Encoding: ;;q=x,\xff"), 200, b"<form"),
    answers("an odd If-None-Match", get("/p/face", b'If-None-Match: "\xff", W/'), 200, b"<form"),
    answers("an odd Cookie", get("/organizer/", b"Cookie: organizer=\xff\x80; ;=;"), 303),
    answers("an odd Range", get("/p/face", b"Range: bytes=9-1,-"), 200, b"<form"),
    answers("h2c asked for", get("/p/face", b"Connection: Upgrade", b"Upgrade: h2c"), 200, b"<form"),
    answers("websocket asked for", get("/p/face", b"Connection: Upgrade", b"Upgrade: websocket"), 200),
]  # fmt: skip

TARGETS = [
    answers("capitals", get("/p/FACE"), 301, b"", True),
    answers("a slash at the end", get("/p/face/"), 301, b"", True),
    answers("the end of a sentence", get("/p/face."), 301, b"", True),
    answers("an end of a bracket", get("/P/Face)."), 301, b"", True),
    answers("a blank at the end", get("/p/face%20"), 301, b"", True),
    answers("a blank that stays", get("/p/face%C2%A0"), 301, b"", True),
    answers("a blank that nobody sees", get("/p/face%E2%80%8B"), 301, b"", True),
    answers("a blank of an old browser", get("/p/face%A0"), 301, b"", True),
    answers("a mark of a wide script", get("/es/p/face%EF%BC%8E"), 301, b"", True),
    answers("a mark, a slash, a mark", get("/p/face/).?utm=x"), 301, b"", True),
    answers("marks in the middle", get("/p/.face"), 404, b"nothing at this", True),
    answers("two slashes", get("//evil.example/p"), 301, b"", True),
    answers("a question and more", get("/p/face?utm=x&utm=y"), 200, b"<form", True),
    answers("a query of odd bytes", get("/p/face?%00%ff=%zz&&=;"), 200, b"<form", True),
    answers("a fragment", get("/p/face#r"), 200, b"<form", True),
    answers("another kind", get("/p/face.html"), 404, b"nothing at this", True),
    answers("up and away", get("/../../etc/passwd"), 404, b"nothing at this", True),
    answers("up, escaped", get("/p/%2e%2e/%2e%2e/etc/passwd"), 404, b"nothing at this", True),
    answers("up, escaped twice", get("/p/%252e%252e%252fetc"), 404, b"nothing at this", True),
    answers("backslashes", get(r"/p\face"), 404, b"nothing at this", True),
    answers("a NUL", get("/p/face%00"), 404, b"nothing at this", True),
    answers("a line end", get("/p/face%0d%0aX-A:%20b"), 301, b"", True),
    answers("overlong UTF-8", get("/p/%c0%af"), 404, b"nothing at this", True),
    answers("half a surrogate", get("/p/%ed%a0%80"), 404, b"nothing at this", True),
    answers("no UTF-8 at all", get("/p/%ff%fe"), 404, b"nothing at this", True),
    answers("a broken escape", get("/p/%zz%"), 404, b"nothing at this", True),
    answers("letters as they are", get("/p/é"), 400, b"", False),
    answers("a page of names too far", get("/p/face/names/99999999999999999999999"), 404, b"nothing"),
    answers("a page of 5,000 digits", get("/p/x/names/" + "9" * 5000), 404, b"nothing", True),
    answers("a page of names below one", get("/p/face/names/0"), 404, b"nothing at this"),
    answers("15 KB of path", get("/p/" + "a" * 15_000), 404, b"nothing at this", True),
    answers("20 KB of path", get("/p/" + "a" * 20_000), 431, b"too much", False),
    answers("70 KB of query", get("/p/face?" + "a" * 70_000), 431, b"too much", False),
    answers("templates", get("/p/{{7*7}}${7*7}"), 404, b"nothing at this"),
    answers("a secret folder", get("/.git/config"), 404, b"nothing at this"),
    answers("a language that is none", get("/xx/p/face"), 404, b"nothing at this"),
]  # fmt: skip

METHODS = [
    answers("HEAD of a page", get("/p/face", method=b"HEAD"), 200, b"", True),
    answers("PUT", get("/p/face", b"Content-Length: 0", method=b"PUT"), 405, b"does not work", True),
    answers("DELETE", get("/p/face", method=b"DELETE"), 405, b"does not work", True),
    answers("PATCH", get("/p/face", method=b"PATCH"), 405, b"does not work", True),
    answers("TRACE", get("/p/face", method=b"TRACE"), 405, b"does not work", True),
    answers("OPTIONS", get("/p/face", method=b"OPTIONS"), 405, b"does not work", True),
    answers("POST to the first page", post(form("No Door"), target=b"/"), 405, b"does not work", True),
    answers("POST to a count", post(form("No Door"), target=b"/p/face/count.json"), 405, b'"status": 405'),
    answers("POST to the names", post(form("No Door"), target=b"/p/face/names"), 405, b"does not"),
    answers("POST to help", post(form("No Door"), target=b"/help"), 405, b"does not work"),
    answers("POST to health", post(b"", target=b"/healthz"), 405, b"does not work"),
    answers("POST to nothing", post(form("No Door"), target=b"/p/nothing"), 404, b"nothing at this"),
    answers("GET of a gateway", get("/sms/twilio"), 405, b"does not work"),
    answers("POST to no gateway", post(b"Body=SIGN", target=b"/sms/none"), 404, b"nothing at this"),
    answers("POST that no gateway signed", post(b"From=%2B14065550123", target=b"/sms/console"), 403),
    answers("GET with a body", get("/p/face", b"Content-Length: 3") + b"abc", 200, b"<form", True),
    answers("organizer, no session", post(b"a=b", target=b"/organizer/petitions/new"), 200, b"Sign in"),
    answers("organizer, no session, 70 KB", post(b"a=" + b"b" * 70_000, target=b"/organizer/petitions/new"), 413, b"too much"),
    answers("organizer, sign-in of 70 KB", post(b"typed=" + b"b" * 70_000, target=b"/organizer/sign-in"), 413, b"too much"),
    answers("organizer, wrong door", post(b"", target=b"/organizer/nothing"), 404),
    answers("metrics without a token", get("/metrics"), 404, b"nothing at this"),
]  # fmt: skip

BODIES = [
    signs("a form", post(form("Row One")), "Row One"),
    signs("capitals in the address", post(form("Row Capitals"), target=b"/P/FACE/"), "Row Capitals"),
    signs("a mark at the end of the address", post(form("Row Mark"), target=b"/p/face)."), "Row Mark"),
    signs("no content type", post(form("Row Untyped")).replace(b"Content-Type: ", b"X-A: "), "Row Untyped"),
    signs("a type in capitals", post(form("Row Loud"), FORM.upper() + b"; CHARSET=UTF-8"), "Row Loud"),
    signs("UTF-8", post("name=Røw&postcode=59801".encode()), "Røw"),
    signs("windows-1252", post(b"_charset_=&name=R%F3w+Old&postcode=59801"), "Rów Old"),
    signs("charset in the header", post(b"name=R%A4w&postcode=59801", FORM + b";charset=iso-8859-15"), "R€w"),
    signs("a charset nobody knows", post(form("Row Klingon"), FORM + b"; charset=klingon"), "Row Klingon"),
    signs("overlong UTF-8 in a name", post(b"name=Row+%C0%AF&postcode=59801"), "Row À¯"),
    signs("half a surrogate in a name", post(b"name=Row+Half+%ED%A0%80&postcode=59801"), "Row Half í €"),
    signs("a surrogate as entity", post(b"name=Row+%E9+%26%2355296;&postcode=59801"), "Row é �"),
    signs("NUL in a field", post(b"name=Row%00Nul&postcode=59801"), "Row Nul"),
    signs("broken escapes", post(b"name=Row+%zz%4&postcode=59801"), "Row %zz%4"),
    signs("marks on a letter", post(b"name=Row+Zalgo" + b"%CC%B5" * 60 + b"&postcode=59801"), "Row Zalgo" + "\u0335" * 4),
    signs("turned around", post("name=Row\u202e\u2066Turned&postcode=59801".encode()), "RowTurned"),
    signs("twice the same field", post(b"name=Not+Me&" + form("Row Twice")), "Row Twice"),
    signs("empty pairs", post(b"&&&=&" + form("Row Empty") + b"&&&"), "Row Empty"),
    signs("30 fields", post(form("Row Thirty", b"".join(b"&f%d=" % i for i in range(28)))), "Row Thirty"),
    answers("31 fields", post(form("No Row", b"".join(b"&f%d=" % i for i in range(29)))), 400, b"could not"),
    signs("8 KB in one field", post(form("Row Long", b"&x=" + b"a" * 8192)), "Row Long"),
    answers("more in one field", post(form("No Row", b"&x=" + b"a" * 8193)), 413, b"too much"),
    signs("60 KB escaped", post(form("Row Big", b"".join(b"&f%d=" % i + b"%41" * 2700 for i in range(7)))), "Row Big"),
    answers("66 KB", post(form("No Row", b"".join(b"&f%d=" % i + b"a" * 8000 for i in range(9)))), 413, b"too much"),
    answers("66 KB of nothing", post(b"&" * 66_000), 413, b"too much"),
    answers("64 KB of nothing", post(b"&" * 65_000), 200, RETURNED),
    answers("a gigabyte announced", post(b"name=No+Row", length=1 << 30), 413, b"too much", False),
    answers("no body", post(b""), 200, RETURNED, True),
    answers("no length at all", post(b"").replace(b"Content-Length: 0\r\n", b""), 200, RETURNED, True),
    answers("JSON", post(b'{"name":"No Row"}', b"application/json"), 415, b"could not read", True),
    answers("text/plain", post(form("No Row"), b"text/plain"), 415, b"could not read", True),
    answers("another site's form", post(form("No Row"), FORM, b"Origin: https://evil.example"), 403, b"another site"),
    answers("an Origin of half an address", post(form("No Row"), FORM, b"Origin: http://["), 403, b"another site"),
    answers("an Origin without a scheme", post(form("No Row"), FORM, b"Origin: localhost"), 403, b"another site"),
    answers("an Origin with a path", post(form("No Row"), FORM, b"Origin: http://localhost/"), 403, b"another site"),
    answers("a rebound name", post(form("No Row"), FORM, b"Origin: http://evil.example").replace(b"localhost", b"evil.example"), 421),
    signs("no origin to tell", post(form("Row Private"), FORM, b"Origin: null"), "Row Private"),
    signs("any proxy's word", post(form("Row Proxy"), FORM, b"X-Forwarded-For: \xff, [, 1.2.3"), "Row Proxy"),
    signs("h2c asked for", post(form("Row Upgrade"), FORM, b"Connection: Upgrade", b"Upgrade: h2c"), "Row Upgrade"),
]  # fmt: skip

BODY = b"1f\r\nname=Row+In+Chunks&postcode=598\r\n2\r\n01\r\n"

FRAMES = [
    answers("a length of letters", post(b"", FORM, b"X: y").replace(b"Length: 0", b"Length: x"), 400, b"", False),
    answers("a length below zero", post(b"").replace(b"Length: 0", b"Length: -1"), 400, b"", False),
    answers("a length with a sign", post(form("No Row")).replace(b"Length: ", b"Length: +"), 400, b"", False),
    answers("a length beyond count", post(b"", length=10**30), 400, b"", False),
    answers("two lengths", post(form("No Row"), FORM, b"Content-Length: 5"), 400, b"", False),
    answers("length and chunks", post(form("No Row"), FORM, b"Transfer-Encoding: chunked"), 400, b"", False),
    answers("chunks and length", chunked(b"0\r\n\r\n", b"Content-Length: 5"), 400, b"", False),
    answers("a coding that we lack", chunked(b"").replace(b"chunked", b"gzip"), 400, b"", False),
    answers("chunked, then another", chunked(b"").replace(b"chunked", b"chunked, gzip"), 400, b"", False),
    answers("chunked, but zipped before", chunked(BODY).replace(b"chunked", b"gzip, chunked"), 400, b"", False),
    answers("two codings", chunked(BODY + b"0\r\n\r\n", b"Transfer-Encoding:"), 400, b"", False),
    answers("chunks in 1.0", chunked(BODY + b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), 400, b"", False),
    signs("CHUNKED", chunked(BODY.replace(b"In", b"OF") + b"0\r\n\r\n").replace(b"chunked", b"Chunked "), "Row OF Chunks"),
    answers("chunked twice", chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked"), 400, b"", False),
    answers("a chunk of letters", chunked(b"zz\r\nname=No\r\n0\r\n\r\n"), 400, b"", False),
    answers("a chunk that is longer", chunked(b"2\r\nname=No\r\n0\r\n\r\n"), 400, b"", False),
    answers("a chunk beyond count", chunked(b"f" * 20 + b"\r\nname=No"), 400, b"", False),
    answers("chunks of 70 KB", chunked(b"11170\r\n" + b"&" * 70_000 + b"\r\n0\r\n\r\n"), 413, b"too much"),
    signs("chunks", chunked(b"8\r\nname=Row\r\n11\r\n+Chunks&postcode=\r\n5\r\n59801\r\n0\r\n\r\n"), "Row Chunks"),
    signs("chunks that say more", chunked(b"8;a=b\r\nname=Row\r\n15\r\n+Extra&postcode=59801\r\n0\r\nX: y\r\n\r\n"), "Row Extra"),
    signs("leading zeros", chunked(b"0000000008\r\nname=Row\r\n15\r\n+Zeros&postcode=59801\r\n0\r\n\r\n"), "Row Zeros"),
    signs("trailers", chunked(BODY + b"0\r\nOrigin: https://evil.example\r\nHost: x\r\n\r\n"), "Row In Chunks"),
    answers("a length among the trailers", chunked(BODY + b"0\r\nContent-Length: 7\r\n\r\n"), 400, b"", False),
    answers("24 KB of trailers", chunked(b"3\r\na=b\r\n0\r\n" + b"X: y\r\n" * 4000 + b"\r\n"), 431, b"too much", False),
    answers("a trailer of 20 KB", chunked(b"3\r\na=b\r\n0\r\nX: " + b"y" * 20_000 + b"\r\n\r\n"), 431, b"too much", False),
    answers("more than was announced", post(form("Row Short"), length=10), 200, RETURNED, False),
]  # fmt: skip

MULTIPART = [
    signs("multipart", post(parts("Row Parts"), MULTI), "Row Parts"),
    signs("multipart, quoted boundary", post(parts("Row Quoted"), b'Multipart/Form-Data; boundary="B"'), "Row Quoted"),
    signs("multipart, an empty file box", post(parts("Row Box", part(b'name="f"; filename=""', b"")), MULTI), "Row Box"),
    signs("multipart, 29 parts", post(parts("Row Many", *[part(b'name="x"', b"")] * 27), MULTI), "Row Many"),
    signs("multipart, windows-1252", post(parts("Row X").replace(b"Row X", b"R\xf3w Part"), MULTI), "Rów Part"),
    answers("multipart, a file", post(parts("No Row", part(b'name="f"; filename="a"', b"x")), MULTI), 415, b"could not"),
    answers("multipart, a hidden file", post(parts("No Row", part(b'name="f"; filename=""', b"x")), MULTI), 415),
    answers("multipart, nested", post(parts("No Row", part(b'name="f"\r\nContent-Type: multipart/mixed; boundary=C', b"")), MULTI), 415),
    answers("multipart, 31 parts", post(parts("No Row", *[part(b'name="x"', b"")] * 29), MULTI), 400, b"could not"),
    answers("multipart, a large part", post(parts("No Row", part(b'name="x"', b"a" * 8193)), MULTI), 413, b"too much"),
    answers("multipart, a large body", post(parts("No Row", *[part(b'name="x"', b"a" * 8000)] * 9), MULTI), 413),
    answers("multipart, no boundary", post(parts("No Row"), b"multipart/form-data"), 400, b"could not read"),
    answers("multipart, empty boundary", post(parts("No Row"), b"multipart/form-data; boundary="), 400),
    answers("multipart, other boundary", post(parts("No Row"), b"multipart/form-data; boundary=C"), 400),
    answers("multipart, cut short", post(parts("No Row", end=b""), MULTI), 400, b"could not read"),
    answers("multipart, base64", post(parts("No Row", part(b'name="x"\r\nContent-Transfer-Encoding: base64', b"eA==")), MULTI), 415),
    answers("multipart, headers of 20 KB", post(parts("No Row", part(b'name="x"\r\nX: ' + b"y" * 20_000, b"")), MULTI), 400),
    answers("multipart, no name", post(parts("No Row", part(b"x=y", b"")), MULTI), 400),
    answers("multipart/mixed", post(parts("No Row"), b"multipart/mixed; boundary=B"), 415),
    answers("multipart, empty", post(b"", MULTI), 400),
    answers("multipart, binary", post(bytes(range(256)) * 20, MULTI), 400),
]  # fmt: skip

ROWS = [*HEADS, *TARGETS, *METHODS, *BODIES, *FRAMES, *MULTIPART]


def ask(port: int, row: Row) -> tuple[bytes, bool]:
    """The answer as it is on the wire, and whether the connection serves another request."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(row.raw)
        answer = read_one(connection, row.raw.startswith(b"HEAD"))
        if row.open is None:
            return answer, False
        with contextlib.suppress(ConnectionError):
            connection.sendall(HELLO)
            return answer, read_one(connection).endswith(b"ok\n")
        return answer, False


def read_one(connection: socket.socket, head_only: bool = False) -> bytes:
    """One answer of a known length; what has come until the end if it is cut off."""
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
        head, end, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if end and (head_only or not length or len(body) >= int(length[1])):
            break
    return answer


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_each_request_has_its_answer(server: Server, row: Row) -> None:
    answer, stays_open = ask(server.port, row)
    status = int(answer.split(b" ", 2)[1])
    assert status == row.status, answer[:1000]
    assert row.body in answer
    assert row.open is None or stays_open is row.open
    assert b"Traceback" not in answer
    signed = {name for (name,) in stored(server)}
    assert row.signs is None or row.signs in signed
    assert not signed & {"No Row", "No Door", "Far Host", "Not Me", "Row Short"}


def stored(server: Server) -> list[tuple[str]]:
    with contextlib.closing(sqlite3.connect(server.data / "undersigned.db")) as database:
        return database.execute("SELECT name FROM signatures").fetchall()


def test_the_table_is_large_and_its_rows_have_names_of_their_own() -> None:
    assert len(ROWS) >= 100
    assert len({row.name for row in ROWS if row.name != "h2c asked for"}) == len(ROWS) - 2


def test_all_of_it_again_and_again_does_not_grow_the_server(server: Server) -> None:
    def used() -> float:
        rollup = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
        found = re.search(r"Pss: +(\d+)", rollup)
        assert found
        return int(found[1]) / 1024

    def round_() -> float:
        for row in ROWS:
            ask(server.port, row)
        return used()

    round_()
    before = round_()
    assert max(round_(), round_()) - before < 4
    log = server.log.read_text()
    assert "Traceback" not in log
    assert len(log) < 20_000


@pytest.mark.parametrize("name", WITHOUT_END)
def test_78_megabytes_around_a_body_are_refused_and_take_no_memory(
    server: Server, name: str
) -> None:
    poured = pour(server, *WITHOUT_END[name], 78_000_000)
    assert poured.status in {0, 431, 400, 404}
    assert poured.megabytes < 4
    assert product.exchange(server.port, HELLO).status == 200


# Time and floods: the real application in this process, with little patience.


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server whose clocks run fast; its port."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(patience, "BODY_SECONDS", 1.0)
    monkeypatch.setattr(patience, "BODY_RATE", 10)
    settings = demo.prepare(tmp_path / "data", {}, "127.0.0.1", 8000).settings
    listening = run.listener("127.0.0.1", 0)
    app = create_app(settings, with_worker=False)
    served = OurServer(uvicorn.Config(app, http=Protocol, lifespan="on", log_config=None))
    served.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
    thread.start()
    eventually(lambda: served.started)
    yield int(listening.getsockname()[1])
    served.should_exit = True
    thread.join()
    listening.close()
    assert Protocol.arriving.bytes == 0


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


LATE = b"took too long"
UNFINISHED = {
    "half a head": (b"GET /p/face HTTP/1.1\r\nHo", LATE),
    "a line end": (b"\r\n", LATE),
    "nothing, as from a browser that opens connections for later": (b"", b""),
    "half a form": (post(form("No Row"), length=200), LATE),
    "no form": (post(b"", length=200), LATE),
    "a chunk": (chunked(b"8\r\nname=Row\r\n"), LATE),
    "100 Continue": (post(b"", FORM, b"Expect: 100-continue", length=200), LATE),
    "half a second request": (HELLO + b"GET /p/face HTTP/1.1\r\nHo", LATE),
    "half a form for nobody": (post(b"x", length=200, target=b"/p/nothing"), b"nothing at this"),
}


def test_what_does_not_arrive_is_given_up(hasty: int) -> None:
    with contextlib.ExitStack() as stack:
        waiting = {}
        for name, (raw, said) in UNFINISHED.items():
            connection = stack.enter_context(connect(hasty))
            connection.sendall(raw)
            waiting[name] = (connection, said)
        for name, (connection, said) in waiting.items():
            answer = b"".join(iter(lambda c=connection: c.recv(65536), b""))  # type: ignore[misc]
            assert said in answer, name
            assert (b" 408 Request Timeout" in answer) == (said == LATE), name


def test_a_form_that_drips_is_cut_off_and_one_that_makes_progress_is_not(hasty: int) -> None:
    raw = post(form("Slow But Sure", b"&comment=" + b"x" * 60))
    with connect(hasty) as connection:
        for at in range(0, len(raw), 12):  # about 40 bytes a second
            connection.sendall(raw[at : at + 12])
            time.sleep(0.3 if at > len(raw) - 110 else 0)
        assert STORED in read_one(connection)
    with connect(hasty) as connection, contextlib.suppress(ConnectionError):
        began = time.monotonic()
        connection.sendall(post(b"", length=60_000))
        for _ in range(40):  # 5 bytes a second
            connection.sendall(b"x")
            connection.settimeout(0.2)
            with contextlib.suppress(TimeoutError):
                assert connection.recv(100).startswith(b"HTTP/1.1 408")
                break
        assert time.monotonic() - began < 8


def test_whoever_stops_sending_is_still_answered(hasty: int) -> None:
    with connect(hasty) as connection:
        connection.sendall(post(form("Half Closed")))
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert STORED in answer


def test_who_is_refused_in_the_middle_of_sending_is_not_cut_off_before_the_answer(
    server: Server,
) -> None:
    for raw in (get("/", b"X-A: " + b"a" * 20_000), post(b"", length=10_000_000)):
        with connect(server.port) as connection:
            connection.sendall(raw)
            for _ in range(5):  # a connection that was closed at once would be reset by this
                connection.sendall(b"x" * 20_000)
                time.sleep(0.02)
            answer = b"".join(iter(lambda c=connection: c.recv(65536), b""))  # type: ignore[misc]
            assert b"was too much" in answer


def test_an_ordinary_signing_is_answered_while_a_flood_of_slow_bodies_is_held_open(
    hasty: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Protocol, "most", 40)
    monkeypatch.setattr(patience, "BODY_SECONDS", 60)
    with contextlib.ExitStack() as stack:
        flood = [stack.enter_context(connect(hasty)) for _ in range(120)]
        for connection in flood:
            with contextlib.suppress(ConnectionError):
                connection.sendall(post(b"name=Flood", length=1000))
        for number in range(10):
            with connect(hasty) as connection:
                connection.sendall(post(form(f"In The Flood {'abcdefghij'[number]}")))
                assert STORED in read_one(connection)
        told = read_one(flood[0])
        assert told.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 20" in told
        assert b"Too many people are here at once" in told


def test_bodies_that_are_on_their_way_hold_little_memory_and_small_forms_pass(
    hasty: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "ARRIVING_BYTES", 100_000)
    monkeypatch.setattr(patience, "BODY_SECONDS", 60)
    with contextlib.ExitStack() as stack:
        flood = [stack.enter_context(connect(hasty)) for _ in range(8)]
        for connection in flood:
            connection.sendall(post(b"comment=" + b"x" * 30_000, length=60_000))
        assert read_one(flood[-1]).startswith(b"HTTP/1.1 503")
        eventually(lambda: Protocol.arriving.bytes <= 100_000)
        raw = post(form("Small Form"))
        with connect(hasty) as connection:
            connection.sendall(raw[:-9])
            time.sleep(0.1)
            connection.sendall(raw[-9:])
            assert STORED in read_one(connection)


def test_whoever_asks_a_thousand_things_at_once_gets_some_answers_and_the_end(hasty: int) -> None:
    with connect(hasty) as connection:
        connection.sendall(get("/p/face/count.json") * 1000)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert 1 < answer.count(b"HTTP/1.1 200") <= protocol.PIPELINED + 2
    assert product.exchange(hasty, product.request("GET", "/p/face")).status == 200
