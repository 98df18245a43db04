"""Content codings: which one a client takes, and bytes in it."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Literal

import brotli

from server.web.http.accept import weights

Coding = Literal["br", "gzip", "identity"]
# Brotli costs little at 5, and at 10 saves a further eighth for about 5 ms a page: worth it for
# what is kept. Quality 9 takes as long as 10 and saves nothing (measured on our pages).
QUICK, THOROUGH = 5, 10


@lru_cache(maxsize=100)  # browsers of one make say the same
def choose(accept_encoding: str) -> Coding:
    """The best coding of a client that says this (RFC 9110, 12.5.3): brotli, then gzip, then none.

    `q=0` refuses a coding, `*` speaks for all that are not named. A header that refuses plain bytes
    too still gets them: an unwanted page is better than none.
    """
    said = weights(accept_encoding)
    if "x-gzip" in said:
        said.setdefault("gzip", said["x-gzip"])
    every = said.get("*", 0.0)
    best: Coding = "br" if said.get("br", every) >= said.get("gzip", every) else "gzip"
    return best if said.get(best, every) > 0 else "identity"


def encode(body: bytes, accept_encoding: str) -> tuple[bytes, str | None]:
    """The body as that client takes it, and the value of `Content-Encoding`, None for plain."""
    coding = choose(accept_encoding)
    return encoded(body, coding, QUICK), None if coding == "identity" else coding


def encoded(body: bytes, coding: Coding, quality: int = THOROUGH) -> bytes:
    """The body in that coding; `quality` is brotli's."""
    match coding:
        case "br":
            return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality))
        case "gzip":
            packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 9)
            return packer.compress(body) + packer.flush()
        case _:
            return body
