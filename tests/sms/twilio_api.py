"""Twilio's API on a loopback port, answering from Twilio's own OpenAPI description.

What the description does not know is refused, in requests as in our own answers: an answer that
breaks it is kept in `TwilioApi.faults`, which a test must find empty.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache, lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.harness.web import npm

DESCRIPTION = "src/services/twilio-api/twilio_api_v2010.json"
FORM = "application/x-www-form-urlencoded"
Schema = dict[str, Any]
Pairs = list[tuple[str, str]]


@dataclass(eq=False)
class Refused(Exception):
    """An error as Twilio words it. Without a code it is a proxy's error, in words of its own."""

    status: int
    code: int | None = None
    message: str = "refused"

    def text(self) -> str:
        if self.code is None:
            return self.message
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        error = {"code": self.code, "message": self.message, "more_info": more}
        return json.dumps(error | {"status": self.status})


@dataclass(frozen=True)
class Raw:
    """An answer that nobody described."""

    status: int
    body: str


#: `hang`: no answer for as long as anybody should wait. `cut`: the connection ends in the midst
#: of the answer.
Trick = Refused | Raw | Literal["hang", "cut"]


@dataclass(frozen=True)
class Call:
    """What the API was asked."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]


@dataclass
class TwilioApi:
    """One account. `messages` is what it holds, the last made first, as the API words them."""

    account_sid: str
    auth_token: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    tricks: list[Trick] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.released = threading.Event()
        api = self

        class Handler(_Handler):
            twilio = api

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def add(self, at: int, **properties: Any) -> str:
        """Keep one more message, of that time (UTC seconds); gives its SID."""
        sid = f"SM{len(self.messages) + 1:032x}"
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}"
        date = format_datetime(datetime.fromtimestamp(at, UTC))
        message = dict.fromkeys(_schema("api.v2010.account.message")["properties"])
        message |= {"sid": sid, "account_sid": self.account_sid, "api_version": "2010-04-01"}
        message |= {"date_created": date, "date_updated": date, "date_sent": date}
        message |= {"direction": "inbound", "status": "received", "body": ""}
        message |= {"num_media": "0", "num_segments": "1", "uri": f"{path}.json"}
        message |= {"subresource_uris": {"media": f"{path}/Media.json"}}
        self.messages.insert(0, message | {name.rstrip("_"): v for name, v in properties.items()})
        return sid

    def answer(self, method: str, url: str, auth: str, body: str) -> tuple[int, str]:
        path, query = urlsplit(url).path, parse_qsl(urlsplit(url).query, keep_blank_values=True)
        form = parse_qsl(body, keep_blank_values=True)
        self.calls.append(Call(method, path, dict(query), dict(form)))
        basic = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if auth != f"Basic {basic}":
            raise Refused(401, 20003, "Authenticate")
        operation, found = _operation(method, path)
        if found.get("AccountSid") != self.account_sid:
            raise Refused(404, 20404, "no such account")
        _check_request(operation, found, query, form)
        status, said = getattr(self, f"_{operation['operationId']}")(found, dict(query), dict(form))
        content = operation["responses"][str(status)].get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        self.faults += _violations(schema, said, operation["operationId"])
        return status, json.dumps(said)

    def _CreateMessage(self, _: Any, __: Any, form: dict[str, str]) -> Any:  # noqa: N802
        if not (form.get("From") or form.get("MessagingServiceSid")):
            raise Refused(400, 21603, "a 'From' is required")
        if not form.get("Body"):
            raise Refused(400, 21602, "a message body is required")
        service = form.get("MessagingServiceSid")
        self.add(
            1_800_000_000,
            direction="outbound-api",
            status="accepted" if service else "queued",
            to=form["To"],
            from_=form.get("From"),
            body=form["Body"],
            messaging_service_sid=service,
        )
        return 201, self.messages[0]

    def _ListMessage(self, _: Any, query: dict[str, str], __: Any) -> Any:  # noqa: N802
        since = _time(query["DateSent>"]) if "DateSent>" in query else None
        sent = {each["sid"]: _sent(each["date_sent"]) for each in self.messages}
        fit = [each for each in self.messages if since is None or sent[each["sid"]] >= since]
        fit.sort(key=lambda each: sent[each["sid"]], reverse=True)
        page, size = int(query.get("Page", 0)), int(query.get("PageSize", 50))
        start, path = page * size, f"/2010-04-01/Accounts/{self.account_sid}/Messages.json"

        def uri(number: int) -> str:
            token = {"PageToken": f"PA{fit[number * size]['sid']}"} if number else {}
            return f"{path}?{urlencode(query | {'Page': str(number)} | token)}"

        return 200, {
            "messages": fit[start : start + size],
            "page": page,
            "page_size": size,
            "start": start,
            "end": min(start + size, len(fit)) - 1,
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if start + size < len(fit) else None,
            "previous_page_uri": uri(page - 1) if page else None,
        }

    def _UpdateMessage(self, found: Any, _: Any, form: dict[str, str]) -> Any:  # noqa: N802
        message = next((each for each in self.messages if each["sid"] == found["Sid"]), None)
        if message is None:
            raise Refused(404, 20404, "The requested resource was not found")
        if form != {"Body": ""}:
            raise Refused(400, 20001, "only redaction is played here")
        message["body"] = ""
        return 200, message


class _Handler(BaseHTTPRequestHandler):
    twilio: TwilioApi

    def do_GET(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        if self.headers["Content-Type"] != FORM:
            self.twilio.faults.append(f"sent as {self.headers['Content-Type']}")
        self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _serve(self, body: str) -> None:
        trick = self.twilio.tricks.pop(0) if self.twilio.tricks else None
        # Whoever waits for half a minute gets an answer after all, so that the test fails and ends.
        if trick == "hang" and self.twilio.released.wait(30):
            return
        try:
            status, text = self.twilio.answer(
                self.command, self.path, self.headers.get("Authorization", ""), body
            )
            if isinstance(trick, Refused):
                raise trick
        except Refused as refused:
            status, text = refused.status, refused.text()
        if isinstance(trick, Raw):
            status, text = trick.status, trick.body
        self._write(status, text, cut=trick == "cut")

    def _write(self, status: int, text: str, *, cut: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode()[: len(text) // 2 if cut else None])
        if cut:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        pass


@lru_cache
def description() -> Any:
    return json.loads((npm.package("@twilio/cli-core") / DESCRIPTION).read_text())


def _schema(name: str) -> Schema:
    schema: Schema = description()["components"]["schemas"][name]
    return schema


def _operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the description says of a request, and the parts of its path; else refused."""
    for template, item in description()["paths"].items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        found = re.fullmatch(pattern, path)
        if found and method.lower() in item:
            return item[method.lower()], found.groupdict()
    raise Refused(404, 20404, "no such resource")


def _check_request(
    operation: dict[str, Any], found: dict[str, str], query: Pairs, form: Pairs
) -> None:
    """Raises `Refused` for a field too many, too few, or of another shape."""
    parameters = operation.get("parameters", [])
    by_place: dict[str, Schema] = {"path": {}, "query": {}}
    for parameter in parameters:
        by_place[parameter["in"]][parameter["name"]] = parameter["schema"]
    _check_pairs(by_place["path"], list(found.items()), 404)
    _check_pairs(by_place["query"], query, 400)
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get(FORM, {}).get("schema", {})
    _check_pairs(schema.get("properties", {}), form, 400)
    required = {each["name"] for each in parameters if each.get("required")}
    required |= set(schema.get("required", []))
    if missing := required - {name for name, _ in [*found.items(), *query, *form]}:
        raise Refused(400, 21604, f"required: {sorted(missing)}")


def _check_pairs(schemas: Schema, pairs: Pairs, status: int) -> None:
    for name, text in pairs:
        if name not in schemas:
            raise Refused(status, 20001, f"unknown parameter {name}")
        schema = _resolved(schemas[name])
        schema = _resolved(schema["items"]) if schema.get("type") == "array" else schema
        if wrong := list(_violations(schema, _typed(schema, text), name)):
            raise Refused(status, 20001 if status == 400 else 20404, "; ".join(wrong))


def _typed(schema: Schema, text: str) -> Any:
    """What a text of a form means under its schema; the text itself where it does not fit."""
    try:
        kind = schema.get("type")
        if kind in ("integer", "number"):
            return int(text) if kind == "integer" else float(text)
        return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
    except ValueError:
        return text


def _resolved(schema: Schema) -> Schema:
    return _schema(schema["$ref"].rpartition("/")[2]) if "$ref" in schema else schema


_TYPES: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
_TYPES |= {"object": dict, "array": list}


def _violations(schema: Schema, value: Any, where: str) -> Iterator[str]:
    """Where a value breaks its schema. Objects must have every described property and no other."""
    schema = _resolved(schema)
    kind = schema.get("type")
    if value is None:
        # The enums of the description say nothing of null, and Twilio's answers always hold one.
        if not schema.get("nullable"):
            yield f"{where}: null"
    elif kind and not isinstance(value, _TYPES[kind]):
        yield f"{where}: {value!r} is no {kind}"
    elif isinstance(value, str):
        yield from _text_violations(schema, value, where)
    elif isinstance(value, list):
        for item in value:
            yield from _violations(schema["items"], item, where)
    elif isinstance(value, dict) and "properties" in schema:
        if odd := schema["properties"].keys() ^ value.keys():
            yield f"{where}: {sorted(odd)} too many or too few"
        for name, item in value.items():
            yield from _violations(schema["properties"].get(name, {}), item, f"{where}.{name}")
    elif isinstance(value, int) and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"{where}: {value} is out of range"


def _text_violations(schema: Schema, value: str, where: str) -> Iterator[str]:
    if value not in schema.get("enum", [value]):
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if not re.search(schema.get("pattern", ""), value):
        yield f"{where}: {value!r} is not {schema['pattern']}"
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where}: {value!r} is too long or too short"
    try:
        if schema.get("format") == "date-time":
            _time(value)
        elif schema.get("format") == "date-time-rfc-2822":
            parsedate_to_datetime(value)
    except ValueError:
        yield f"{where}: {value!r} is no time"


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@cache
def _sent(text: str) -> datetime:
    return parsedate_to_datetime(text)
