"""The site map of the organizers' pages, and what each door needs."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from server.web.desk import audit, collectors, letters, preview, texts
from server.web.desk.figures import dashboard, figures_page, petition_list, sharing
from server.web.desk.form import petition_form
from server.web.desk.life import answering, deleting, ending, reviewing, states
from server.web.desk.news import form, listing, piece
from server.web.desk.people import account, team
from server.web.desk.people.forgotten import Forgotten, address
from server.web.desk.people.joining import Joining
from server.web.desk.people.sign_in import Entrance
from server.web.desk.printing import congress
from server.web.desk.printing import page as printing
from server.web.desk.session import OrganizerPages
from server.web.desk.signers import (
    finding,
    for_organizations,
    invalidation,
    moderation,
    partners,
    person,
)
from server.web.desk.visit import Needs, Room
from server.web.http.requests import Methods


def routes(pages: OrganizerPages) -> list[BaseRoute]:
    """Every door. What one needs stands beside its address: a role in the organization of the
    petition or organization that the address names, or no more than a sign-in; `fresh`, where it
    asks for the second step anew. A `draft` in the address is there for its reviewers alone."""
    entrance, joining, forgotten = Entrance(pages), Joining(pages), Forgotten(pages)

    def door(
        path: str,
        needs: Needs,
        *,
        keeps_stale: bool = False,
        fresh: bool = False,
        **rooms: Room,
    ) -> Route:
        opened = {
            method: pages.room(answer, needs, keeps_stale=keeps_stale, fresh=fresh)
            for method, answer in rooms.items()
        }
        return _at(path, Methods(**opened))

    new, edit, take_out = petition_form.new, petition_form.edit, invalidation.take_out
    return [
        # For those who are not signed in yet.
        _at("sign-in", Methods(GET=entrance.show, POST=entrance.sign_in)),
        _at("prove", Methods(POST=entrance.prove)),
        _at("sign-out", Methods(POST=entrance.sign_out)),
        _at("forgotten", Methods(GET=forgotten.show, POST=forgotten.ask)),
        _at("join/{token}", Methods(GET=joining.show, POST=joining.join)),
        door("", "sign-in", GET=petition_list.index),
        door("account", "sign-in", GET=account.show),
        door("account/password", "sign-in", GET=account.password, POST=account.password),
        door("account/email", "sign-in", fresh=True, GET=address, POST=address),
        door("account/notices", "sign-in", POST=account.set_notices),
        door("account/second-step", "sign-in", GET=account.second, POST=account.second),
        door("account/second-step/off", "sign-in", POST=account.turn_off),
        door("account/sessions/end-others", "sign-in", POST=account.end_others),
        door("account/sessions/{id}/end", "sign-in", POST=account.end_session),
        door("o/{organization}", "viewer", GET=team.show),
        door("o/{organization}/leave", "viewer", POST=team.leave),
        door("o/{organization}/name", "owner", POST=team.rename),
        door("o/{organization}/invite", "owner", POST=team.invite),
        door("o/{organization}/invitations/{id}/revoke", "owner", POST=team.revoke),
        door("o/{organization}/members/{id}", "owner", POST=team.set_roles),
        door("o/{organization}/members/{id}/remove", "owner", fresh=True, POST=team.remove),
        door("petitions/new", "editor", keeps_stale=True, GET=new, POST=new),
        door("p/{slug}", "viewer", GET=dashboard.show),
        door("p/{slug}/figures", "viewer", GET=figures_page.show),
        door("p/{slug}/figures.json", "viewer", GET=figures_page.as_json),
        door("p/{slug}/figures.csv", "viewer", GET=figures_page.as_csv),
        door("p/{slug}/share", "viewer", GET=sharing.share),
        door("p/{slug}/edit", "editor", keeps_stale=True, GET=edit, POST=edit),
        door("p/{slug}/preview", "viewer", GET=preview.show),
        door("review/{draft}", "sign-in", GET=reviewing.review, POST=reviewing.review),
        door("p/{slug}/hand-in", "owner", POST=reviewing.hand_in),
        door("p/{slug}/open", "owner", POST=states.open_),
        door("p/{slug}/pause", "owner", GET=states.pause, POST=states.pause),
        door("p/{slug}/close", "owner", GET=states.close, POST=states.close),
        door("p/{slug}/answer", "editor", GET=answering.answer, POST=answering.answer),
        door("p/{slug}/delete", "owner", GET=deleting.delete, POST=deleting.delete),
        door("p/{slug}/end", "owner", fresh=True, GET=ending.end, POST=ending.end),
        door("p/{slug}/end/agree", "moderator", fresh=True, GET=ending.agree, POST=ending.agree),
        door("p/{slug}/end/keep", "moderator", POST=ending.keep),
        door("p/{slug}/stop-mail", "moderator", POST=states.stop_mail),
        door("p/{slug}/resume-mail", "moderator", POST=states.resume_mail),
        door("p/{slug}/collectors", "viewer", GET=collectors.show),
        door("p/{slug}/collectors/add", "editor", POST=collectors.add),
        door("p/{slug}/collectors/{id}/rename", "editor", POST=collectors.rename),
        door("p/{slug}/collectors/{id}/end", "editor", POST=collectors.end),
        door("p/{slug}/collectors/{id}/resume", "editor", POST=collectors.resume),
        door("p/{slug}/news", "viewer", GET=listing.show),
        door("p/{slug}/news/new", "editor", keeps_stale=True, GET=form.write, POST=form.write),
        door("p/{slug}/news/{number}", "viewer", GET=piece.show),
        door(
            "p/{slug}/news/{number}/edit",
            "editor",
            keeps_stale=True,
            GET=form.edit,
            POST=form.edit,
        ),
        door("p/{slug}/news/{number}/delete", "editor", POST=piece.delete),
        door("p/{slug}/news/{number}/test", "editor", POST=piece.try_out),
        door("p/{slug}/news/{number}/send", "editor", GET=piece.send, POST=piece.send),
        door("p/{slug}/news/{number}/stop", "editor", POST=piece.stop),
        door("p/{slug}/news/{number}/go-on", "editor", POST=piece.go_on),
        door("p/{slug}/letters", "viewer", GET=letters.show),
        door("p/{slug}/letters/pause", "moderator", POST=letters.pause),
        door("p/{slug}/letters/resume", "moderator", POST=letters.resume),
        door("p/{slug}/letters/agreed", "moderator", POST=letters.agree),
        door("p/{slug}/letters/not-agreed", "moderator", POST=letters.disagree),
        door("p/{slug}/letters/again", "moderator", POST=letters.send_again),
        door("p/{slug}/letters/test", "moderator", POST=letters.try_out),
        door("p/{slug}/letters/congress", "editor", GET=congress.choose, POST=congress.choose),
        door("p/{slug}/letters/on-paper", "editor", POST=printing.print_instead),
        door("p/{slug}/letters/print", "viewer", GET=printing.show),
        door("p/{slug}/letters/print/places", "editor", POST=printing.places),
        door("p/{slug}/letters/print/make", "editor", POST=printing.make),
        door(
            "p/{slug}/letters/print/{number}/{part}.pdf",
            "editor",
            fresh=True,
            GET=printing.download,
        ),
        door("p/{slug}/letters/print/{number}/posted", "editor", POST=printing.posted),
        door("p/{slug}/letters/print/{number}/back", "editor", POST=printing.put_back),
        door("p/{slug}/moderation", "moderator", GET=moderation.show),
        door("p/{slug}/moderation/decide", "moderator", POST=moderation.decide),
        door("p/{slug}/moderation/comments", "moderator", POST=moderation.comments),
        door("p/{slug}/moderation/hide", "moderator", POST=moderation.hide),
        door("p/{slug}/moderation/populations", "moderator", POST=moderation.populations),
        door(
            "p/{slug}/organizations",
            "moderator",
            GET=for_organizations.show,
            POST=for_organizations.decide,
        ),
        door("p/{slug}/texts", "moderator", GET=texts.show, POST=texts.decide),
        door("p/{slug}/texts/ask", "moderator", GET=texts.ask, POST=texts.ask),
        door("p/{slug}/texts/cases.txt", "moderator", GET=texts.download),
        door("p/{slug}/signers", "moderator", GET=finding.find, POST=finding.find),
        door("p/{slug}/signers/{id}", "moderator", GET=person.show),
        door("p/{slug}/signers/{id}/correct", "moderator", POST=person.correct),
        door("p/{slug}/signers/{id}/silence", "moderator", POST=person.end_news),
        door("p/{slug}/signers/{id}/hide", "moderator", POST=person.end_public),
        door(
            "p/{slug}/signers/{id}/erase",
            "moderator",
            fresh=True,
            GET=person.erase,
            POST=person.erase,
        ),
        door("p/{slug}/signers/{id}/data", "owner", fresh=True, GET=person.as_data),
        door("p/{slug}/signers/{id}/text", "owner", fresh=True, GET=person.as_text),
        door("p/{slug}/signers/erasures/{id}/agree", "moderator", fresh=True, POST=person.agree),
        door("p/{slug}/signers/erasures/{id}/off", "moderator", POST=person.call_off),
        door("p/{slug}/text-codes", "owner", POST=moderation.text_codes),
        door("p/{slug}/invalidate", "moderator", GET=take_out, POST=take_out),
        door("p/{slug}/invalidate/{id}/confirm", "moderator", POST=invalidation.confirm),
        door("p/{slug}/invalidate/{id}/undo", "moderator", POST=invalidation.undo),
        door("p/{slug}/audit", "viewer", GET=audit.show),
        door("p/{slug}/audit.jsonl", "viewer", GET=audit.download),
        door("p/{slug}/partners", "owner", fresh=True, GET=partners.show),
        door("p/{slug}/export.csv", "owner", fresh=True, GET=states.export),
    ]


def _at(path: str, methods: Methods) -> Route:
    return Route(f"/organizer/{path}", methods)
