"""The site map of the organizers' pages."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from server.web.desk import (
    audit,
    dashboard,
    invalidation,
    letters,
    moderation,
    petition_form,
    preview,
)
from server.web.desk.session import OrganizerPages
from server.web.desk.sign_in import Entrance
from server.web.http.requests import Methods


def routes(pages: OrganizerPages) -> list[BaseRoute]:
    """Every door; all but the entrance are for those who are signed in."""
    entrance, room = Entrance(pages), pages.room
    new = room(petition_form.new, keeps_stale=True)
    edit = room(petition_form.edit, keeps_stale=True)
    take_out = room(invalidation.take_out)
    doors = {
        "": Methods(GET=room(dashboard.index)),
        "sign-in": Methods(GET=entrance.show, POST=entrance.sign_in),
        "sign-out": Methods(POST=entrance.sign_out),
        "petitions/new": Methods(GET=new, POST=new),
        "p/{slug}": Methods(GET=room(dashboard.show)),
        "p/{slug}/edit": Methods(GET=edit, POST=edit),
        "p/{slug}/preview": Methods(GET=room(preview.show)),
        "p/{slug}/open": Methods(POST=room(dashboard.open_)),
        "p/{slug}/pause": Methods(POST=room(dashboard.pause)),
        "p/{slug}/close": Methods(POST=room(dashboard.close)),
        "p/{slug}/stop-mail": Methods(POST=room(dashboard.stop_mail)),
        "p/{slug}/resume-mail": Methods(POST=room(dashboard.resume_mail)),
        "p/{slug}/letters": Methods(GET=room(letters.show)),
        "p/{slug}/letters/pause": Methods(POST=room(letters.pause)),
        "p/{slug}/letters/resume": Methods(POST=room(letters.resume)),
        "p/{slug}/letters/agreed": Methods(POST=room(letters.agree)),
        "p/{slug}/letters/not-agreed": Methods(POST=room(letters.disagree)),
        "p/{slug}/letters/again": Methods(POST=room(letters.send_again)),
        "p/{slug}/letters/test": Methods(POST=room(letters.try_out)),
        "p/{slug}/moderation": Methods(GET=room(moderation.show)),
        "p/{slug}/moderation/decide": Methods(POST=room(moderation.decide)),
        "p/{slug}/moderation/comments": Methods(POST=room(moderation.comments)),
        "p/{slug}/moderation/hide": Methods(POST=room(moderation.hide)),
        "p/{slug}/moderation/populations": Methods(POST=room(moderation.populations)),
        "p/{slug}/text-codes": Methods(POST=room(moderation.text_codes)),
        "p/{slug}/invalidate": Methods(GET=take_out, POST=take_out),
        "p/{slug}/invalidate/{id}/confirm": Methods(POST=room(invalidation.confirm)),
        "p/{slug}/invalidate/{id}/undo": Methods(POST=room(invalidation.undo)),
        "p/{slug}/audit": Methods(GET=room(audit.show)),
        "p/{slug}/audit.jsonl": Methods(GET=room(audit.download)),
        "p/{slug}/export.csv": Methods(GET=room(dashboard.export)),
    }
    return [Route(f"/organizer/{path}", door) for path, door in doors.items()]
