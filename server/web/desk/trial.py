"""A letter that an organizer sends to themselves, to see what an office gets."""

from __future__ import annotations

import secrets

from server.channels import Result, Sheet
from server.channels.smtp import MailChannel
from server.core.letters.offices import offices_named
from server.core.outbox import allowance
from server.core.outbox.allowance import Allowance, Asking, Caps, Limits, Verdict
from server.core.petitions.petitions import Petition
from server.core.values.contacts import normal_email
from server.core.values.names import tidy
from server.mail.smtp import mailer
from server.mail.tokens import answers_to, return_path
from server.mail.words import folded
from server.web.desk.visit import Visit
from server.words.render import N_

_MARK = N_("Test")
_OWN = N_("This is a test. A signer's own words stand here.")
#: What the page says after it.
TRIED = {
    "tried": N_("The test letter is sent: the mail server has taken it."),
    "try_failed": N_("The test letter is not sent: the mail server did not take it."),
    "try_later": N_("Too much mail was sent today. Try the test letter again tomorrow."),
    "try_address": N_("Write your whole e-mail address for the test letter."),
}


async def send_trial(visit: Visit, petition: Petition, typed: str) -> str:
    """Send one to that address if it is one, and if the allowance has room; what came of it, as a
    word of `TRIED`. Nothing of the address is kept."""
    services, now = visit.services, visit.services.now()
    address = normal_email(tidy(typed))
    if address is None:
        return "try_address"
    verdict = await may_try(visit, petition, address)
    if not verdict.goes:
        return "try_later"
    settings = services.settings
    post = mailer(settings)
    channel = MailChannel(post.post, settings.mail_from)
    [done] = await channel.deliver([_sheet(visit, petition, address)])
    await post.rest()
    async with services.database.write() as tx:
        if done.result not in {"accepted", "uncertain"}:
            await allowance.give_back(tx, verdict, now)
        await visit.note(tx, "letters_tried", petition.id)
    return _word(done.result)


def _word(result: Result) -> str:
    return "tried" if result == "accepted" else "try_failed"


async def may_try(visit: Visit, petition: Petition, address: str) -> Verdict:
    """The one allowance of all mail: anybody's address can be typed here, too."""
    services, settings = visit.services, visit.services.settings
    asking = Asking(
        channel="email", recipient=services.keys.address(address), petition_id=petition.id
    )
    limits = Limits(
        daily=settings.mail_daily,
        petition_daily=settings.mail_petition_daily,
        network_hourly=settings.mail_network_hourly,
        text_codes_daily=0,
        caps=Caps(0, 0),  # a mail costs no segments
    )
    async with services.database.write() as tx:
        allowed = await Allowance.load(tx, [asking], limits, services.now())
        verdict = allowed.ask(asking, code=False)
        await allowed.write(tx)
    return verdict


def _sheet(visit: Visit, petition: Petition, address: str) -> Sheet:
    settings, say = visit.services.settings, visit.services.renderer.say
    language = petition.language
    mark, title = say(language, _MARK), petition.wording(language).title
    words = visit.services.renderer.page(
        "letter/letter.txt",
        language,
        offices=[office.name for office in offices_named(petition)],
        own=say(language, _OWN),
        title=title,
        url=f"{settings.public_url}/p/{petition.slug}",
        name=visit.organizer.name,
        postcode="",
        answers=False,
        thanks=False,
        printed=False,
    )
    return Sheet(
        id=f"<{secrets.token_hex(16)}@{settings.mail_from.rpartition('@')[2]}>",
        address=address,
        subject=f"{mark}: {title}",
        text=folded(words.strip()),
        reply_to=answers_to(settings, visit.services.keys),
        back_to=return_path(settings, visit.services.keys, address),
        written_at=visit.services.now(),
    )
