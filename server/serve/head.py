"""The head of a request, and of an answer that the HTTP server gives by itself."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus

Headers = list[tuple[bytes, bytes]]

RETRY_SECONDS = 20
_HOST = re.compile(rb"(?:[\w.~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?")
_ABSOLUTE = re.compile(rb"https?://([^/?#]+)(.*)", re.IGNORECASE | re.DOTALL)


def read_target(method: bytes, url: bytes, version: str, headers: Headers) -> tuple[bytes, Headers]:
    """Path with query, and headers, with at most one `Host`: that of the target where the target is
    a whole address (RFC 9112, 3.2).

    Raises `ValueError` unless it is clear what the request is, where it ends, and for whom it is:
    HTTP/1.1 has one `Host`, well formed; HTTP/1.0 may have none. A body is in no coding but chunks,
    which HTTP/1.0 does not have (RFC 9112, 6.1).
    """
    if version not in {"1.0", "1.1"} or method == b"CONNECT":
        raise ValueError("another protocol")
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (version == "1.1" and not any(hosts)):
        raise ValueError("no Host, or several")
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or version == "1.0"):
        raise ValueError("a coding that we lack")
    if url == b"*" and method == b"OPTIONS":
        url = b"/"
    if not url.startswith(b"/"):
        found = _ABSOLUTE.fullmatch(url)
        if found is None:
            raise ValueError("no target that we know")
        hosts, url = [found[1]], found[2] if found[2].startswith(b"/") else b"/" + found[2]
        headers = [(b"host", found[1]), *(h for h in headers if h[0] != b"host")]
    if any(hosts) and not _is_host(hosts[0]):
        raise ValueError("a Host that is none")
    return url, headers


@lru_cache(maxsize=100)
def _is_host(value: bytes) -> bool:
    return bool(_HOST.fullmatch(value))


def refusal(status: int, page: bytes = b"", extra: Headers | None = None) -> bytes:
    """A whole answer that closes the connection."""
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%s: %s" % header for header in extra or []]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        lines.append(b"retry-after: %d" % RETRY_SECONDS)
    if page:
        lines.append(b"content-type: text/html;charset=utf-8")
    lines += [b"content-length: %d" % len(page), b"connection: close", b"", page]
    return b"\r\n".join(lines)
