"""Through a sign-in that ended in the middle: where to go on, and what was typed."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping

HOME = "/organizer/"
SIGN_IN = "/organizer/sign-in"
#: What is pressed on a page stands behind its address.
_PRESSED = re.compile(
    r"/(?:open|hand-in|notices|end/keep|stop-mail|resume-mail|members/[0-9]{1,19}(?:/remove)?"
    r"|erasures/[0-9]{1,19}/(?:agree|off)|correct|silence|make|places|[0-9]{1,19}/hide)\Z"
)
#: Of a petition, those that a sign-in on the way leads back to.
_OF_PETITION = (
    "edit",
    "answer",
    "delete",
    "end(?:/agree)?",
    r"export\.csv",
    "moderation",
    "signers(?:/[0-9]{1,19}(?:/erase|/data|/text)?)?",
    "organizations",
    "partners",
    "invalidate",
    "audit",
    "pause",
    "close",
    r"letters(?:/congress|/print(?:/[0-9]{1,9}/[0-9]{1,3}\.pdf)?)?",
    "figures",
    "share",
    "texts(?:/ask)?",
    "news(?:/new|/[0-9]{1,9}(?:/edit|/send)?)?",
)
#: The same on the page of one piece of news, which stays.
_PRESSED_ON_NEWS = re.compile(r"(?<=/news)(/[0-9]{1,9})/(?:delete|test|stop|go-on)\Z")
_PAGES = re.compile(
    r"/organizer/(?:petitions/new|account(?:/email|/password|/second-step)?|o/[0-9]{1,15}"
    r"|review/[a-z0-9-]{1,60}|join/[0-9a-f]{1,64}"
    rf"|p/[a-z0-9-]{{1,60}}(?:/(?:{'|'.join(_OF_PETITION)}))?)?"
)


def wanted_page(path: str) -> str:
    """The page of ours to go to after a sign-in; the list for every other address."""
    path = _PRESSED_ON_NEWS.sub(r"\1", _PRESSED.sub("", path))
    return path if _PAGES.fullmatch(path) else HOME


def packed(values: Mapping[str, str]) -> str:
    """A form as one word: browsers alter line ends and spaces in hidden fields."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(dict(values)).encode())).decode()


def unpacked(word: str, limit: int) -> dict[str, str]:
    """The form that `packed` made; empty for a word that is none. Reads at most `limit` bytes."""
    try:
        packed = base64.urlsafe_b64decode(word)
        found = json.loads(zlib.decompressobj().decompress(packed, limit))
        json.dumps(found, ensure_ascii=False).encode()  # halves of letters fit on no page
    except (ValueError, zlib.error, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)}
