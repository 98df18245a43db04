"""What the pages of news say."""

from __future__ import annotations

from server.core.news.recipients import PLACE_LEAST
from server.web.desk.visit import Visit
from server.words.render import N_

CHANGED = N_(
    "Somebody has changed this news since you opened the form. Below is what it says now. Press"
    " Save once more to put yours in its place."
)
#: What the pages say after a change, by the word in the address.
NEWS_DONE = {
    "written": N_("The news is stored as a draft. Nobody has got it yet."),
    "edited": N_("Your changes are stored."),
    "deleted": N_("The draft is deleted."),
    "begun": N_("The news is on its way. You can stop it here."),
    "stopped": N_("Nobody more gets it. You can go on with it."),
    "not_stopped": N_("It has gone to everybody already. There is nothing to stop."),
    "resumed": N_("It goes to the others now."),
    "old": N_("It is too old to go on with. Write news anew."),
    "sent": N_("This news was sent already. Nothing was changed."),
    "not_open": N_("Open the petition first. Then you can write news."),
    "tried": N_("The test is sent to your e-mail: the mail server has taken it."),
    "try_failed": N_("The test is not sent: the mail server did not take it."),
    "try_later": N_("Too much mail was sent today. Try the test again tomorrow."),
    "try_address": N_("Enter your e-mail on the page of your account first."),
}
_FAULTS = {
    ("title", "missing"): N_("Write a title."),
    ("title", "long"): N_("Write a shorter title, at most {title_limit} letters."),
    ("body", "missing"): N_("Write the text of the mail."),
    ("body", "long"): N_("Write a shorter mail, at most {body_limit} letters."),
    ("text", "long"): N_("Write a shorter text for phones, at most {text_limit} letters."),
    ("place", "malformed"): N_("Write how the postcodes begin, like 598, or leave it empty."),
    ("place", "few"): N_(
        "Fewer than {least} people there want news. It could be meant for one of them, so it is"
        " not sent. Choose a larger place."
    ),
}


def fault_words(visit: Visit, field: str, code: str, **limits: int) -> str:
    """What is wrong with a field, whose name may end in its language."""
    name = field.partition("_")[0]
    return visit.pages.sentence(_FAULTS[name, code], least=PLACE_LEAST, **limits)
