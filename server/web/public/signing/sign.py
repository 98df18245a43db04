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
from server.web.http.failures import note
from server.web.http.forms import FormValues, read_form
from server.web.http.guard import check_origin
from server.web.http.responses import retry_after, send_html
from server.web.public.signing.thanks import Thanks
from server.web.public.site import Site
from server.web.public.words import FIELD_IDS, SIGNATURE_NOT_STORED, problem_words

REFUSES = "nobody"  # the tick of whoever wants it noted that nobody brought them


class Sign:
    """The endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site, thanks: Thanks) -> None:
        self._site, self._thanks = site, thanks
        self._services = site.services

    async def sign(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the form; the answer is the thank-you page itself."""
        petition = await self._site.find(scope)
        check_origin(scope, self._services.settings.origin, petition.origins)
        values = await read_form(scope, receive)
        try:
            signing, outcome = await self._site.beat.after(self._signed(scope, petition, values))
        except NotOpen:
            metrics.signed("web", "closed")
            state = petition.at(self._services.now()).state
            await self._site.send_message(scope, send, state, petition)
        except InvalidInput as error:
            metrics.signed("web", "invalid")
            await self._send_problems(scope, send, petition, values, error)
        except StoreUnavailable as error:
            metrics.signed("web", "refused")
            note(error)
            await self._send_delay(scope, send, petition, values, error)
        else:
            metrics.signed("web", outcome)
            by = self._site.collector(scope, petition)
            await self._thanks.send_to(scope, send, petition, signing, by)

    async def _signed(
        self, scope: Scope, petition: Petition, values: FormValues
    ) -> tuple[Signing, Outcome]:
        services = self._services
        settings = services.settings
        by = None if values.get(REFUSES) else self._site.collector(scope, petition)
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
            collector=by.id if by else None,
        )

    async def _send_problems(
        self, scope: Scope, send: Send, petition: Petition, values: FormValues, error: InvalidInput
    ) -> None:
        """The form again with what was typed, and what is wrong with it."""
        language = scope["language"] or petition.language
        renderer, country = self._services.renderer, self._services.settings.country
        errors = {
            p.field: problem_words(renderer, language, petition, p, country)
            for p in reversed(error.problems)
        }
        summary = [(FIELD_IDS[field], errors[field]) for field in FIELD_IDS if field in errors]
        page = self._form_again(scope, petition, values, summary, errors)
        # 200: some text and feature-phone browsers hide the body of a 4xx.
        await send_html(scope, send, 200, page)

    async def _send_delay(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        values: FormValues,
        error: StoreUnavailable,
    ) -> None:
        """The form again with what was typed, to be sent once more."""
        language = scope["language"] or petition.language
        sentence = self._services.renderer.say(language, SIGNATURE_NOT_STORED)
        page = self._form_again(scope, petition, values, [(FIELD_IDS["name"], sentence)], {})
        await send_html(scope, send, 503, page, [retry_after(error.retry_after)])

    def _form_again(
        self,
        scope: Scope,
        petition: Petition,
        values: FormValues,
        summary: list[tuple[str, str]],
        errors: dict[str, str],
    ) -> str:
        return self._site.render_petition(
            "web/errors.html",
            petition,
            scope["language"],
            by=self._site.collector(scope, petition),
            values=values,
            errors=errors,
            summary=summary,
        )
