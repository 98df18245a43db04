"""Handing texts over to a gateway that speaks plain HTTP, by templates and by what it answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from sms import Outbound, Result, Sending
from sms.gateways.posting import Answer, ask
from sms.segments import measure

_PLAIN: Final = {"to": "{to}", "from": "{from}", "text": "{text}"}
_IDS: Final = ("id", "message_id", "messageId", "message-id")


class HttpSender:
    """Sends texts from one number; see `Http` for what the settings mean."""

    def __init__(
        self,
        *,
        url: str,
        method: str,
        fields: Mapping[str, str] | None,
        as_json: bool,
        auth: str,
        unicode_fields: Mapping[str, str],
        verdicts: Sequence[tuple[str, Result]],
        message_id: str,
        number: str,
        status_url: str,
        timeout: float,
    ) -> None:
        if fields is None:
            fields = {} if "{text}" in url else _PLAIN
        self._url, self._method, self._json, self._auth = url, method, as_json, auth
        self._fields, self._unicode_fields = dict(fields), dict(unicode_fields)
        self._verdicts = [(re.compile(pattern, re.MULTILINE), r) for pattern, r in verdicts]
        self._message_id = re.compile(message_id) if message_id else None
        self._number, self._status_url, self._timeout = number, status_url, timeout

    async def send(self, outbound: Outbound) -> Sending:
        if not self._url:
            return Sending("retry", code="no-address")
        values = self._values(outbound)
        escaped = {name: quote(value, "", errors="replace") for name, value in values.items()}
        with_user = any("{user}" in part for part in [self._url, *self._fields.values()])
        answer = await ask(
            self._method,
            _filled(self._url, escaped),
            patience=self._timeout,
            auth="" if with_user else self._auth,
            **self._way(self._said(outbound, values)),
        )
        return self._sending(answer, outbound)

    def _values(self, outbound: Outbound) -> dict[str, str]:
        user, _, password = self._auth.partition(":")
        return {
            "to": outbound.to,
            "from": self._number,
            "to_digits": outbound.to.lstrip("+"),
            "from_digits": self._number.lstrip("+"),
            "text": outbound.body,
            "utf16": outbound.body.encode("utf-16-be", "replace").hex(),
            "id": outbound.reference,
            "user": user,
            "password": password,
            "status_url": self._status_url,
        }

    def _said(self, outbound: Outbound, values: Mapping[str, str]) -> dict[str, str]:
        templates = self._fields
        if not is_gsm7(outbound.body):
            templates = templates | self._unicode_fields
        filled = {name: _filled(template, values) for name, template in templates.items()}
        return {name: value for name, value in filled.items() if value}

    def _way(self, fields: dict[str, str]) -> dict[str, Any]:
        if self._method == "GET":
            return {"params": fields}
        return {"payload": fields} if self._json else {"form": fields}

    def _sending(self, answer: Answer, outbound: Outbound) -> Sending:
        code = str(answer.status or "network")
        taken = 200 <= answer.status < 300
        for pattern, result in self._verdicts if answer.status else ():
            if not (found := pattern.search(answer.decoded)):
                continue
            if result == "sent" and not taken:
                break  # the page of a proxy that failed may well say "0: ..." somewhere
            if result != "sent":
                return Sending(result, code="-".join(re.findall(r"\w+", found[0]))[:40])
            id_ = found[1] if pattern.groups else self._their_id(answer)
            return Sending("sent", id_ or outbound.reference)
        if answer.status == 429:
            return Sending("throttled", code=code)
        if not answer.status or answer.status >= 500 or answer.status in {401, 403}:
            return Sending("retry", code=code)
        if taken and not self._verdicts:
            return Sending("sent", self._their_id(answer) or outbound.reference)
        return Sending("failed", code=code)

    def _their_id(self, answer: Answer) -> str:
        if self._message_id:
            found = self._message_id.search(answer.decoded)
            return found[1] if found else ""
        said = answer.json
        given = [said[name] for name in _IDS if said.get(name)] if isinstance(said, dict) else []
        return str(given[0]) if given else ""


def is_gsm7(body: str) -> bool:
    return measure(body).encoding == "GSM-7"


def _filled(template: str, values: Mapping[str, str]) -> str:
    """`template` with what stands in braces replaced, once; unknown names stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)
