"""Where SMS gateways call us: inbound texts and status updates."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from server.core import outbox
from server.errors import NotFound
from server.services import Services
from server.texting import TextDoor
from server.web.forms import BODY_LIMIT, pairs_of, read_body
from server.web.pages import respond
from sms import Forged, Gateway, HookRequest, Malformed


class Hooks:
    """`POST /sms/{gateway}` and `POST /sms/{gateway}/status`. Nothing unsigned gets past here."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._door = TextDoor(services)

    async def inbound(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what the text says; the reply is the answer to the gateway, sent after COMMIT."""
        gateway = self._gateway(scope)
        request = await self._request(scope, receive)
        try:
            gateway.authenticate(request)
            inbound = gateway.inbound(request)
        except (Forged, Malformed) as error:
            await _refuse(scope, send, error)
            return
        answer = gateway.reply(await self._door.receive(inbound))
        kind = (b"content-type", answer.content_type.encode())
        await respond(scope, send, 200, [kind], answer.body)

    async def status(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note what became of a text of ours."""
        gateway = self._gateway(scope)
        request = await self._request(scope, receive)
        try:
            gateway.authenticate(request)
            update = gateway.status(request)
        except (Forged, Malformed) as error:
            await _refuse(scope, send, error)
            return
        async with self._services.database.write() as tx:
            await outbox.heard(tx, update.message_id, update.status, update.error)
        await respond(scope, send, 204, [])

    def _gateway(self, scope: Scope) -> Gateway:
        name = scope["path_params"]["gateway"]
        if name not in self._services.gateways:
            raise NotFound(name)
        return self._services.gateways[name]

    async def _request(self, scope: Scope, receive: Receive) -> HookRequest:
        body = await read_body(scope, receive, BODY_LIMIT)
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
        )


async def _refuse(scope: Scope, send: Send, error: Forged | Malformed) -> None:
    forged = isinstance(error, Forged)
    status, body = (403, "not signed by the gateway") if forged else (400, "a field is missing")
    await respond(scope, send, status, [(b"content-type", b"text/plain")], f"{body}\n".encode())
