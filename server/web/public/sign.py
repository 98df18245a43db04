"""The form that signs: taken, handed to core, and answered."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from server import metrics
from server.core.petitions.petitions import Petition
from server.core.signing.by_form import sign_by_form
from server.core.signing.decide import Outcome
from server.core.signing.signature import Signing
from server.errors import InvalidInput, NotOpen, StoreUnavailable
from server.web.http.addresses import client_address
from server.web.http.forms import read_form
from server.web.http.guard import check_origin
from server.web.public.petition import Public
from server.web.public.thanks import Thanks
from server.web.public.words import FIELD_IDS, NOT_STORED, problem_words


class Sign:
    """The endpoint, `(scope, receive, send)`, as those of `Public`, which it rests on."""

    def __init__(self, public: Public, thanks: Thanks) -> None:
        self._public, self._thanks = public, thanks
        self._services = public.services

    async def sign(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the form; the answer is the thank-you page itself."""
        petition = await self._public.find(scope)
        check_origin(scope, self._services.settings.origin, petition.origins)
        values = await read_form(scope, receive)
        try:
            signing, outcome = await self._signed(scope, petition, values)
            metrics.SIGNINGS.labels("web", outcome).inc()
        except NotOpen:
            metrics.SIGNINGS.labels("web", "closed").inc()
            await self._public.send_message(scope, send, 200, petition.state, petition)
        except (InvalidInput, StoreUnavailable) as error:
            await self._send_problems(scope, send, petition, values, error)
        else:
            await self._thanks.send_to(scope, send, petition, signing)

    async def _signed(
        self, scope: Scope, petition: Petition, values: dict[str, str]
    ) -> tuple[Signing, Outcome]:
        services = self._services
        settings = services.settings
        return await sign_by_form(
            services.group,
            petition,
            values,
            address=client_address(scope, settings.trusted_proxies),
            watch=await services.watch(petition.id),
            day_key=await services.day_key(),
            keys=services.keys,
            country=settings.country,
            language=scope["language"] or petition.language,
            id_=services.new_id(),
            now=services.now(),
        )

    async def _send_problems(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        values: dict[str, str],
        error: InvalidInput | StoreUnavailable,
    ) -> None:
        """The form again with what was typed, and what kept it from being stored."""
        language = scope["language"] or petition.language
        renderer, country = self._services.renderer, self._services.settings.country
        # 200: some text and feature-phone browsers hide the body of a 4xx.
        status, errors, extra = 200, {}, []
        if isinstance(error, InvalidInput):
            metrics.SIGNINGS.labels("web", "invalid").inc()
            errors = {
                p.field: problem_words(renderer, language, petition, p, country)
                for p in reversed(error.problems)
            }
            summary = [(FIELD_IDS[f], errors[f]) for f in FIELD_IDS if f in errors]
        else:
            metrics.SIGNINGS.labels("web", "refused").inc()
            metrics.ERRORS.labels(type(error).__name__).inc()
            summary = [(FIELD_IDS["name"], renderer.say(language, NOT_STORED))]
            status, extra = 503, [(b"retry-after", b"%d" % error.retry_after)]
        page = self._public.render_petition(
            "web/errors.html",
            petition,
            language,
            scope["language"],
            values=values,
            errors=errors,
            summary=summary,
        )
        await self._public.send_html(scope, send, status, page, extra)
