"""Where gateways call us: inbound texts, sessions and calls, and status updates."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from server.errors import NotFound
from server.services import Services
from server.texting import TextDoor
from server.texting.allowed import note_opt_out, note_status
from server.texting.sessions import SessionDoor
from server.web.http.forms import pairs_of
from server.web.http.requests import read_body
from server.web.http.responses import respond
from sms import (
    Event,
    Forged,
    Gateway,
    HookRequest,
    Inbound,
    Malformed,
    OptedOut,
    Reply,
    StatusUpdate,
)


class Hooks:
    """`/sms/{gateway}`, with or without something behind it: texts and status updates alike.

    Nothing that the gateway has not made gets past here.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._texts = TextDoor(services)
        self._sessions = SessionDoor(services)

    async def event(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what the gateway tells us; a reply is the answer to it, sent after COMMIT."""
        gateway = self._gateway(scope)
        if scope["method"] != "POST" and not (gateway and gateway.can.calls_by_get):
            raise HTTPException(405, headers={"allow": "POST"})
        if gateway is None:
            raise NotFound(scope["path_params"]["gateway"])
        request = await self._request(scope, receive)
        try:
            gateway.authenticate(request)
            event = gateway.parse(request)
        except (Forged, Malformed) as error:
            await _refuse(scope, send, error)
            return
        answer = gateway.acknowledge(event, await self._act(gateway, event))
        headers = [(b"content-type", answer.content_type.encode())]
        headers += [(k.encode(), v.encode()) for k, v in answer.headers.items()]
        await respond(scope, send, answer.status, headers, answer.body)

    async def _act(self, gateway: Gateway, event: Event) -> Reply | None:
        match event:
            case Inbound(channel="sms"):
                inline = gateway.can.inline_reply
                answered = await self._texts.receive(event, inline=inline)
                if not inline or not answered.reply:
                    return None
                return Reply(answered.reply, answered.language or "en")
            case Inbound():
                return await self._sessions.receive(event)
            case StatusUpdate():
                await note_status(self._services, gateway, event)
            case OptedOut():
                await note_opt_out(self._services, event.phone)
        return None

    def _gateway(self, scope: Scope) -> Gateway | None:
        return self._services.gateways.get(scope["path_params"]["gateway"])

    async def _request(self, scope: Scope, receive: Receive) -> HookRequest:
        body = await read_body(scope, receive)
        query = scope["query_string"].decode("latin-1")
        return HookRequest(
            # What the gateway was told to call, and signed: never the request's own Host.
            url=self._services.settings.public_url
            + scope["called"]
            + (f"?{query}" if query else ""),
            headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
            form=[
                (k.decode("utf-8", "replace"), v.decode("utf-8", "replace"))
                for k, v in pairs_of(body)
            ],
            body=body,
            method=scope["method"],
        )


async def _refuse(scope: Scope, send: Send, error: Forged | Malformed) -> None:
    forged = isinstance(error, Forged)
    status, body = (403, "not signed by the gateway") if forged else (400, "a field is missing")
    await respond(scope, send, status, [(b"content-type", b"text/plain")], f"{body}\n".encode())
