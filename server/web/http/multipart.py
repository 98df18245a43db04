"""Forms as `multipart/form-data` (RFC 7578): what a partner's page or an old client may send.

Fields only. No form of ours asks for a file, so one that comes is refused, and nothing of it kept.
"""

from __future__ import annotations

import logging

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from server.errors import BadRequest, WrongContentType

# It warns of every body that it cannot read; a flood of them would fill the disk.
logging.getLogger("python_multipart").setLevel(logging.ERROR)


class _Parts:
    """Gathers what the parser finds, and says at once what we do not take."""

    def __init__(self, limit: int) -> None:
        self.pairs: list[tuple[bytes, bytes]] = []
        self.ended = False
        self._limit = limit
        self._seen = 0
        self._headers: dict[bytes, bytes] = {}
        self._name: bytes | None = None
        self._field = self._value = b""
        self._data = bytearray()

    def on_part_begin(self) -> None:
        self._seen += 1
        if self._seen > self._limit:
            raise BadRequest("too many fields")
        self._headers, self._name, self._data = {}, None, bytearray()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers.setdefault(self._field.lower(), self._value)
        self._field = self._value = b""

    def on_headers_finished(self) -> None:
        kind, disposition = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in disposition:
            raise BadRequest("a part that is no field")
        coding = self._headers.get(b"content-transfer-encoding", b"binary").strip().lower()
        inner = self._headers.get(b"content-type", b"").strip().lower()
        if disposition.get(b"filename") or inner.startswith(b"multipart/"):
            raise WrongContentType("a file")
        if coding not in {b"7bit", b"8bit", b"binary"}:
            raise WrongContentType("a part in a coding of mail")  # RFC 7578, 4.7
        # A form with an empty file box sends an empty part with an empty filename.
        self._name = None if b"filename" in disposition else disposition[b"name"]

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name is None:
            raise WrongContentType("a file")
        self._data += data[start:end]

    def on_part_end(self) -> None:
        if self._name is not None:
            self.pairs.append((self._name, bytes(self._data)))

    def on_end(self) -> None:
        self.ended = True


def parts_of(body: bytes, content_type: str, limit: int) -> list[tuple[bytes, bytes]]:
    """Names and values in order, in no charset yet.

    Raises `WrongContentType` for a file, `BadRequest` for what cannot be read, is cut short or has
    more than `limit` parts.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not boundary:
        raise BadRequest("no boundary")
    parts = _Parts(limit)
    callbacks = {name: getattr(parts, name) for name in dir(parts) if name.startswith("on_")}
    try:
        parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
        parser.write(body)
    except FormParserError as error:
        raise BadRequest(str(error)) from None
    if not parts.ended:
        raise BadRequest("the form ends in the middle")
    return parts.pairs
