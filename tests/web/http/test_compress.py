"""Which content coding a client takes."""

from __future__ import annotations

import gzip

import brotli
import pytest

from server.web.http.compress import choose, encode


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip;q=1.0", "gzip"),
        ("GZIP ; Q=1, Br;q=0", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0, br;q=0", "identity"),
        ("gzip;q=0.000", "identity"),
        ("gzip;q=0.001", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("identity;q=0", "identity"),
        ("deflate", "identity"),
        ("gzip;q=nonsense", "identity"),
        (",;;,=", "identity"),
    ],
)
def test_accept_encoding_is_read_as_the_rfc_says(accept: str, coding: str) -> None:
    assert choose(accept) == coding


def test_a_body_in_any_coding_is_the_same_body() -> None:
    body = "Añadir ".encode() * 100
    for accept, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress), ("", bytes)):
        packed, coding = encode(body, accept)
        assert unpack(packed) == body
        assert coding == (accept or None)
