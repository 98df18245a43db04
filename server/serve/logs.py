"""Structured logs: one JSON object a line, on standard error, without personal data.

No log line of ours is made from a form, a text or an address; that keeps them safe to store and to
send on. What libraries say is another matter: Twilio's writes each request, urllib3's each address
with its query. They speak from WARNING up, and in fixed words.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

#: Loggers that speak at the level that is set; every other one is a library's.
OURS = frozenset({"server", "sms"})
#: In a trace: the query of an address, a mail address, a phone number, a row that PostgreSQL shows.
_PERSONAL = re.compile(r"\?[^\s'\")]+|[^\s'\"<(]+@[^\s'\">)]+|\+?\d[\d ().-]{5,}\d|(?<=DETAIL:).*")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # A library's sentence stays without what it would put into it: a URL, an error's words.
            "message": record.getMessage() if _is_ours(record) else impersonal(str(record.msg)),
        }
        if record.exc_info:
            line["trace"] = impersonal(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def impersonal(said: str) -> str:
    """Without what could tell who somebody is, as far as its shape gives it away."""
    return _PERSONAL.sub("…", said)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _may_speak(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or _is_ours(record)


def set_up(level: str) -> None:
    """Send what this process logs to standard error as JSON lines: ours from `level` up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    handler.addFilter(_may_speak)  # also for a library that sets a level of its own
    # What is not said costs no time to be made.
    logging.basicConfig(level=max(logging.WARNING, _number(level)), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level]
