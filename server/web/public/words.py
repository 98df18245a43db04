"""The web door's sentences: what each problem of a form and each refusal is called."""

from __future__ import annotations

from server.core.petitions.petitions import Petition
from server.core.values.names import NAME_LIMIT
from server.errors import Problem
from server.words.render import N_, Renderer

# A field's id on the page, in the order of the form: a summary links to it.
FIELD_IDS = {
    "name": "n",
    "postcode": "z",
    "eligible": "g",
    "email": "m",
    "phone": "t",
    "comment": "c",
    "organization": "o",
    "reply": "q",
}

_PROBLEMS = {
    ("name", "missing"): N_("Write your name."),
    ("name", "long"): N_("Write a shorter name, at most {limit} letters."),
    ("name", "not_a_name"): N_("Write only your name, in letters, without a link."),
    ("postcode", "missing"): N_("Write your postcode."),
    ("postcode", "long"): N_("Write only your postcode."),
    ("postcode", "malformed"): N_("That is not a postcode that we know. Check it."),
    ("eligible", "missing"): N_("Tick the box if you may sign. If you may not, do not sign."),
    ("email", "missing"): N_("Give your e-mail or your mobile phone."),
    ("email", "needed"): N_(
        "To show your name or to send you news, we need your e-mail or your mobile phone. Give one,"
        " or untick the boxes."
    ),
    ("email", "shared"): N_("To share your e-mail, we need it. Give it, or untick those boxes."),
    ("email", "malformed"): N_("Write a whole e-mail address, like ana@example.org."),
    ("phone", "malformed"): N_(
        "Check the phone number. If it is not from {country}, begin with +."
    ),
    ("phone", "both"): N_("Give an e-mail or a phone, not both. Clear one of them."),
    ("organization", "long"): N_("Write a shorter name of the organization, at most 120 letters."),
    ("reply", "long"): N_("Write a shorter answer, at most 300 letters."),
    ("comment", "long"): N_("Write a shorter comment, at most 500 letters."),
}
_ZIP_PROBLEMS = {
    ("postcode", "missing"): N_("Write your ZIP code."),
    ("postcode", "long"): N_("Write only your ZIP code."),
    ("postcode", "malformed"): N_("That is not a ZIP code. It has five digits, like 59801."),
}


def problem_words(
    renderer: Renderer, language: str, petition: Petition, problem: Problem, country: str
) -> str:
    """One sentence that says what to do about a problem of the sign form."""
    key = (problem.field, problem.code)
    zip_code = _ZIP_PROBLEMS.get(key) if petition.country == "US" else None
    return renderer.say(language, zip_code or _PROBLEMS[key], limit=NAME_LIMIT, country=country)


#: Title and lines of a page that says one thing.
Message = tuple[str, tuple[str, ...]]
#: By status or name.
MESSAGES: dict[str, Message] = {
    "404": (
        N_("There is nothing at this address"),
        (N_("Check the address for mistakes, or look at all petitions."),),
    ),
    "preview": (
        N_("This is a preview"),
        (N_("The petition is not open yet. Nothing was stored."),),
    ),
    "closed": (
        N_("This petition is closed"),
        (N_("It takes no more signatures. Yours was not stored."),),
    ),
    "answered": (
        N_("This petition is closed"),
        (N_("It takes no more signatures. Yours was not stored."),),
    ),
    "ended": (
        N_("This petition has ended"),
        (
            N_("It takes no more signatures. Yours was not stored."),
            N_("The data of those who signed is erased."),
        ),
    ),
    "erased": (
        N_("This petition has ended"),
        (N_("The data of those who signed is erased."),),
    ),
    "paused": (
        N_("This petition is paused"),
        (N_("It takes no signatures right now. Yours was not stored. Please come back later."),),
    ),
    "too_late": (
        N_("This petition is closed"),
        (N_("It is too late to verify a signature."),),
    ),
    "not_me": (
        N_("We have erased it"),
        (
            N_(
                "We send at most one mail a week to you now, and only if somebody signs with your"
                " address."
            ),
        ),
    ),
    "withdrawn": (
        N_("Your signature is removed"),
        (N_("Your data is erased. If you change your mind, sign again."),),
    ),
    "news_off": (
        N_("News has ended"),
        (
            N_("If our mail came to that address, no more news goes to it."),
            N_("What you signed stays. To get news again, sign again and tick it."),
        ),
    ),
    "said": (
        N_("Did they answer you?"),
        (
            N_("Thank you. We have noted it."),
            N_("If somebody answers later, open the page of our mail again."),
        ),
    ),
    "not_asked": (
        N_("This question is over"),
        (N_("We ask about a letter once, and take what you say for four weeks."),),
    ),
    "403": (
        N_("This form came from another site"),
        (N_("We only take signatures that are sent from our own page. Please sign there."),),
    ),
    "405": (
        N_("That does not work at this address"),
        (N_("Nothing was stored. Please start again from the list of petitions."),),
    ),
    "413": (
        N_("That was too much"),
        (N_("The form was larger than we can take. Nothing was stored. Please write less."),),
    ),
    "415": (
        N_("We could not read the form"),
        (N_("It came in a format that we do not know. Nothing was stored."),),
    ),
    "400": (
        N_("We could not read the form"),
        (N_("Nothing was stored. Please go back and try again."),),
    ),
    "429": (
        N_("Too many tries"),
        (N_("Please wait some minutes, then try again."),),
    ),
    "503": (
        N_("Please come back in a minute"),
        (N_("We can store nothing just now. Nothing is lost: try again in a minute."),),
    ),
    "500": (
        N_("Something went wrong on our side"),
        (N_("We have noted it. Please go back and try again."),),
    ),
}


def meaning_of(status: int) -> Message:
    """The message about a status; for one without a message that of its hundred."""
    return MESSAGES.get(str(status)) or MESSAGES["500" if status >= 500 else "400"]


#: Status -> title and line of a small page for those who get no further than the front.
REFUSAL_WORDS: dict[int, tuple[str, str]] = {
    400: (
        N_("We could not read that"),
        N_("Nothing was stored. Please go back and try again."),
    ),
    408: (
        N_("That took too long"),
        N_("Not all of it arrived, and nothing was stored. Please try again."),
    ),
    421: (
        N_("This is not our address"),
        N_("Nothing was stored. Please use this address:"),
    ),
    431: (
        N_("That was too much"),
        N_(
            "Your browser sent more than we can read. Nothing was stored. Please start again from"
            " the first page."
        ),
    ),
    503: (
        N_("Please come back in a minute"),
        N_("Too many people are here at once. Nothing was stored. Try again in a minute."),
    ),
}
SIGNATURE_NOT_STORED = N_(
    "Your signature is not stored yet. Please wait a minute, then press Sign again."
)

CHANNEL_WORDS = {
    "web": N_("On the web"),
    "text": N_("By text"),
    "call": N_("By call"),
    "paper": N_("On paper"),
    "import": N_("Brought in"),
}
#: Why a signature is held, by the kind of each hold (`server/core/floods/holds.py:Reason`).
REASON_WORDS = {
    "burst": N_("many from one place at once"),
    "names": N_("names or addresses that look made by a program"),
    "disposable": N_("a mail service for throw-away addresses"),
    "crowd": N_("many names on one contact, not verified"),
    "trap": N_("the hidden field was filled in"),
    "postcode": N_("more from one postcode than is likely"),
    "mails": N_("many from one mail domain at once"),
    "people": N_("more from one postcode than people live there"),
    "household": N_("more than four verified signers on one contact"),
    "taken_out": N_("a signature with this contact was taken out, then erased by its signer"),
    "domain": N_("more from one mail domain than is likely"),
    "numbers": N_("more from one range of phone numbers than is likely"),
}
