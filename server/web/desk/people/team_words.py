"""The sentences about organizations, their members and the links that let somebody in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from server.core.desk.people.invitations import WHOM_LIMIT
from server.core.desk.people.organizers import PASSWORD_LEAST, PASSWORD_LIMIT
from server.core.desk.people.teams import ORGANIZATION_NAME_LIMIT, ROLES
from server.words.render import N_

ROLE_WORDS = {
    "viewer": N_("viewer"),
    "moderator": N_("moderator"),
    "editor": N_("editor"),
    "owner": N_("owner"),
}
#: What each role lets somebody do.
ROLE_MEANINGS = {
    "viewer": N_("Viewer: sees the figures, the letters and who did what."),
    "moderator": N_(
        "Moderator: also decides on held signatures and comments, takes signatures out, and stops"
        " mail."
    ),
    "editor": N_("Editor: also writes petitions and changes their words."),
    "owner": N_(
        "Owner: may do all. Only owners open, pause and close petitions, download signatures, and"
        " choose who is in the team."
    ),
}
#: What the page of a team says after a change, by the word in its address.
TEAM_DONE = {
    "joined": N_("You are in the team now."),
    "renamed": N_("The new name is stored."),
    "revoked": N_("That link lets nobody in any more."),
    "roles": N_("The roles are stored."),
    "removed": N_("They are no longer in the team."),
    "gone": N_("They had left the team already. Nothing was changed."),
    "changed": N_("Their roles were changed while you looked. Look again, then choose."),
    "last_owner": N_("A team needs an owner. Make somebody else an owner first."),
    "no_role": N_("Choose a role. To let somebody go, press Remove."),
    "no_name": N_("Write a name, at most {name_limit} letters."),
    "no_whom": N_("Write for whom the link is, at most {whom_limit} letters."),
    "no_link_role": N_("Choose a role for whoever uses the link."),
}
#: Which of these say that something is still to be done.
TEAM_FAULTS = frozenset({"changed", "last_owner", "no_role", "no_name", "no_whom", "no_link_role"})
#: What was done, by the word in the audit log.
TEAM_ACTIONS = {
    "founded": N_("founded the organization"),
    "renamed": N_("changed its name from {was} to {name}"),
    "invited": N_("made a link that lets somebody in as {roles}"),
    "revoked": N_("ended a link that let somebody in as {roles}"),
    "joined": N_("joined as {roles}"),
    "added": N_("let {who} in as {roles}"),
    "roles": N_("changed what {who} is from {was} to {roles}"),
    "removed": N_("removed {who}, who was {was}"),
    "left": N_("left, and was {was}"),
    "given": N_("gave the organization the petition {petition}"),
    "deleted": N_("deleted the draft {petition}"),
}
#: What is wrong with a new account, by the field and the code of the fault.
ACCOUNT_PROBLEMS = {
    ("name", "missing"): N_("Write the name or the e-mail address that you want to sign in with."),
    ("name", "malformed"): N_(
        "Write a whole e-mail address, or a name of 2 to 64 letters and digits without spaces."
    ),
    ("name", "in_use"): N_("Somebody has this name. If it is you, sign in. Else choose another."),
    ("password", "missing"): N_("Choose a password."),
    ("password", "short"): N_("Choose a longer password, at least {password_least} letters."),
    ("password", "common"): N_(
        "Others would guess this password. Choose one of several words that do not belong together."
    ),
    ("password", "long"): N_("Choose a shorter password, at most {password_limit} letters."),
}
LIMITS = {
    "name_limit": ORGANIZATION_NAME_LIMIT,
    "whom_limit": WHOM_LIMIT,
    "password_least": PASSWORD_LEAST,
    "password_limit": PASSWORD_LIMIT,
}
LINK_GONE = (
    N_("This link lets nobody in any more"),
    N_(
        "It was used or ended, or is older than a week. Ask for a new one. If you used it, sign in."
    ),
)
#: Sentence of a table of words, by its key and with its fields.
Say = Callable[..., str]


def roles_words(say: Say, roles: Collection[str]) -> str:
    """What somebody is, the least role first."""
    return ", ".join(say(ROLE_WORDS, role) for role in ROLES if role in roles)


def action_words(say: Say, action: str, detail: Mapping[str, object]) -> str:
    """What was done to a team, with what was and what is."""
    said = {
        name: roles_words(say, value) if isinstance(value, list) else value
        for name, value in detail.items()
    }
    return say(TEAM_ACTIONS, action, **said)
