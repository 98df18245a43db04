"""The sentences about an organizer's own account."""

from __future__ import annotations

from server.web.desk.people.team_words import ACCOUNT_PROBLEMS
from server.words.render import N_

#: What the page says after a change, by the word in its address.
ACCOUNT_DONE = {
    "password": N_("The new password is stored. Other browsers are signed out."),
    "ended": N_("That browser is signed out."),
    "others": N_("All other browsers are signed out."),
    "off": N_("The second step is off."),
    "email": N_("The address is stored. A code goes there when you forget the password."),
    "no_email": N_("No address is stored any more."),
    "notices": N_("It is stored which mails you want."),
}
#: The mails that an organizer may want.
NOTICE_WORDS = {
    "held": N_("Signatures wait for a decision, at most once a day"),
    "goal": N_("A petition reaches its goal"),
    "alarm": N_("Something looks odd"),
    "week": N_("How the week went, on Mondays"),
}
#: What happened to an account.
HAPPENED = {
    "signed_in": N_("signed in"),
    "failed": N_("somebody tried a wrong password"),
    "failed_code": N_("somebody tried a wrong code"),
    "recovery": N_("a recovery code was used"),
    "password": N_("the password was changed"),
    "email": N_("the address for a forgotten password was changed"),
    "mailed": N_("a new password was chosen, with a code by mail"),
    "reset": N_("the operator gave it a new password"),
    "others": N_("all other browsers were signed out"),
    "on": N_("the second step was turned on"),
    "off": N_("the second step was turned off"),
}
PASSWORD_PROBLEMS = {
    "old": N_("The old password is wrong."),
    "own": N_("The password is wrong."),
    **{code: words for (field, code), words in ACCOUNT_PROBLEMS.items() if field == "password"},
}
WRONG_CODE = N_("This code is wrong, or was used already. Type the one that is shown now.")
_STALE_CODE = N_("This code is wrong, has expired or was used already. Please check it.")
ADDRESS_PROBLEMS = {
    "email": N_("Write a whole e-mail address, like ana@example.org."),
    "old": N_("The password is wrong."),
    "code": _STALE_CODE,
}
RESET_PROBLEMS = {
    "name": N_("Write the name or the e-mail address that you sign in with."),
    "wrong": _STALE_CODE,
}
