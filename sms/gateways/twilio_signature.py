"""Tells Twilio's own requests from all others, for texts and for calls.

https://www.twilio.com/docs/usage/webhooks/webhooks-security (both signatures, the JSON form).
"""

import base64
import hashlib
import hmac
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal
from urllib.parse import urlparse

from sms import Forged, HookRequest

Algorithm = Literal["sha1", "sha256"]
#: How a telephone number or a short code stands in a request.
NUMBER: Final = r"\+?[0-9]{3,15}"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Field:
    """A form field that a gateway reads, and how it is found again in the text that was signed.

    `shape` is a regular expression for the whole value. The field's name and such a value may
    stand more than once in the signed text; `last` says which one counts. A field of any text
    has no shape: it begins at the first place with its name and goes on until the next field that
    is sought from the end; so it may hold any text, other fields' names included.
    """

    name: str
    shape: str = ""
    last: bool = False

    def find(self, signed: str, at: int) -> re.Match[str] | None:
        if self.name not in signed:  # most are not, and this is quicker than to search
            return None
        pattern = _pattern(self.name, self.shape)
        if not self.last:
            return pattern.search(signed, at)
        found = deque(pattern.finditer(signed, at), maxlen=1)
        return found[0] if found else None


@cache
def _pattern(name: str, shape: str) -> re.Pattern[str]:
    return re.compile(f"{name}({shape})", re.ASCII)


_ACCOUNT: Final = "AccountSid"  # before all other names that Twilio sends
_ANY_ACCOUNT: Final = "AC[0-9a-fA-F]{32}"


class Signer:
    """Knows the secrets of one account, and lets only requests pass that Twilio made with them.

    Twilio signs the URL with the sorted fields written behind it, without anything between a name
    and its value. So whoever holds one signed request can cut the same text into other fields:
    `{"Body": "Hi From+1…"}` into `{"Body": "Hi ", "From": "+1…"}`, or the end of the text into a
    field of a new name. Therefore what we read must follow from the signed text alone: each of
    `fields` is looked up in it by a rule that does not depend on how the form was cut (`_found`),
    and the form must say the same, exactly once, and nothing where there was nothing. Two forms
    with one signature that both pass thus have the same values in all of `fields`. The URL ends
    where the first account begins, so that it can neither take from the form nor give to it.

    What remains: fields that we never read can be cut anew, and a request can be played again as
    it was, which gives the same message id. What it costs: a genuine request is refused, and so a
    text is lost, if the sender or the recipient is no number, or if Twilio ever sends a field
    between a text and its sender (the sorted names `Body` and `From` are neighbours today).
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        secondary_token: str = "",
        shared_key: str = "",
        fields: Sequence[Field],
    ) -> None:
        """An empty `account_sid` is any account, and an empty secret is none.

        `secondary_token` counts as much as `auth_token`, while the one replaces the other.
        `shared_key` is the secret of a shared key; without it HMAC-SHA256 is refused. `fields` come
        in the order of their names, without `AccountSid`.
        """
        self._tokens = [token for token in (auth_token, secondary_token) if token]
        self._shared_keys = [shared_key] if shared_key else []
        # A subaccount's requests are signed with the subaccount's own token, so another account
        # can only be a wrong configuration; better a refused text than one counted for others.
        account = re.escape(account_sid) or _ANY_ACCOUNT
        self._fields = (Field(_ACCOUNT, account), *fields)
        self._has_account = bool(account_sid)

    def authenticate(self, request: HookRequest) -> None:
        """Returns if Twilio made this request for our account. Raises `Forged` otherwise."""
        try:
            joined = _joined(request.form)
            hashed = _is_hashed(request)
            url = self._signed_url(request, joined, hashed)
            if not hashed:
                self._read_the_same(request, url, url + joined)
        except ValueError as error:  # no URL, or characters that no request can hold
            raise Forged("not a request of Twilio's") from error

    def signed_url(self, request: HookRequest) -> str:
        """The spelling of the URL under which the signature is right. Raises `Forged`, ValueError.

        Where the URL holds the hash of a body that is no form, the signature covers the URL alone
        and the hash must be the body's.
        """
        return self._signed_url(request, _joined(request.form), _is_hashed(request))

    def _signed_url(self, request: HookRequest, joined: str, hashed: bool) -> str:
        if hashed:
            claimed = dict(reversed(request.query))["bodySHA256"].encode("utf-8", "replace")
            if request.form or not hmac.compare_digest(
                hashlib.sha256(request.body).hexdigest().encode(), claimed
            ):
                raise Forged("another body than was signed")
        given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        keys = self._keys(request.headers)
        for url in _spellings(request.url):
            for key, algorithm in keys:
                if hmac.compare_digest(_signed(key, url + joined, algorithm), given):
                    return url
        raise Forged("no signature of Twilio's under a secret of ours")

    def _keys(self, headers: Mapping[str, str]) -> list[tuple[str, Algorithm]]:
        """The secrets that may have signed a request. Raises `Forged` for unknown algorithms."""
        settings = headers.get("x-twilio-webhooks-signature-settings", "")
        pairs = [part.partition("=") for part in settings.split(",")] if settings else []
        named = [value.strip().upper() for name, _, value in pairs if name.strip() == "algorithm"]
        if named == ["HMAC_SHA256"]:
            return [(key, "sha256") for key in self._shared_keys]
        if named in ([], ["HMAC_SHA1"]):
            return [(token, "sha1") for token in self._tokens]
        raise Forged("signed with an unknown algorithm")

    def _read_the_same(self, request: HookRequest, url: str, text: str) -> None:
        found = _found(text, self._fields)
        at = found[_ACCOUNT][0] if _ACCOUNT in found else None
        if at != len(url) and (self._has_account or at is not None):
            raise Forged("our account is not where it belongs")
        given: dict[str, list[str]] = {}
        for name, value in request.form:
            given.setdefault(name, []).append(value)
        for field in self._fields:
            signed = [found[field.name][1]] if field.name in found else []
            if given.get(field.name, []) != signed:
                raise Forged(f"the field {field.name!r} is not as it was signed")


def _found(signed: str, fields: Sequence[Field]) -> dict[str, tuple[int, str]]:
    """Where each field begins in the signed text, and its value; each is sought behind the last.

    A pure function of `signed`: see `Signer` for why it must be one.
    """
    found: dict[str, tuple[int, str]] = {}
    at, open_field = 0, ""
    for field in fields:
        match = None if open_field and not field.last else field.find(signed, at)
        if match is None:
            continue
        start = match.start()
        if open_field:
            begins, _ = found[open_field]
            found[open_field] = (begins, signed[begins + len(open_field) : start])
        found[field.name] = (start, match[1])
        at, open_field = match.end(), "" if field.shape else field.name
    return found


def signature(
    key: str, url: str, form: Sequence[tuple[str, str]], algorithm: Algorithm = "sha1"
) -> bytes:
    """`X-Twilio-Signature` of a request: base64 of an HMAC over the URL and the sorted fields.

    A value that a field repeats counts once, as in `twilio.request_validator`. Raises ValueError
    for lone surrogates.
    """
    return _signed(key, url + _joined(form), algorithm)


def _signed(key: str, text: str, algorithm: Algorithm) -> bytes:
    mac = _keyed(key, algorithm).copy()
    mac.update(text.encode())
    return base64.b64encode(mac.digest())


@lru_cache(maxsize=8)
def _keyed(key: str, algorithm: Algorithm) -> hmac.HMAC:
    # Copied for each request: `hmac.digest` lets go of the interpreter's lock for the sum, which
    # under load costs far more.
    return hmac.new(key.encode(), digestmod=algorithm)


def _joined(form: Sequence[tuple[str, str]]) -> str:
    return "".join(name + value for name, value in sorted(set(form)))


def _is_hashed(request: HookRequest) -> bool:
    """Whether the body is no form, and the URL holds its hash instead."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return content_type != _FORM and any(name == "bodySHA256" for name, _ in request.query)


@lru_cache(maxsize=64)
def _spellings(url: str) -> tuple[str, str]:
    """`url` as it is, and with its port where that had none or without it, since Twilio signs now
    the one, now the other.

    The same two as in `twilio.request_validator`. Raises ValueError for what is no URL.
    """
    parsed = urlparse(url)
    if parsed.port:
        other = parsed.netloc.split(":")[0]
    else:
        other = f"{parsed.netloc}:{443 if parsed.scheme == 'https' else 80}"
    return parsed.geturl(), parsed._replace(netloc=other).geturl()
