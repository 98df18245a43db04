"""The desk's sentences: what is wrong with a form, what cannot be done, what was done and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from server.core.desk.dashboard import CHANNELS
from server.core.petitions.extras import EXTRA_LIMITS, PARTNERS_KEPT, THRESHOLDS_KEPT, TOPICS_KEPT
from server.core.petitions.wording.draft import TITLE_LIMIT, WORDING_LIMIT
from server.web.desk.form.parts import PART_WORDS
from server.web.public import words as public
from server.web.public.words import CHANNEL_WORDS, Message
from server.words.render import N_, Renderer, day_words

_PROBLEMS = {
    ("title", "missing"): N_("Write a title."),
    ("title", "long"): N_("Write a shorter title, at most {title_limit} letters."),
    ("body", "missing"): N_("Write the text of the petition."),
    ("body", "long"): N_("Write a shorter text, at most {body_limit} letters."),
    ("started_by", "missing"): N_("Write who asks. Then press Save, and open the petition."),
    ("started_by", "long"): N_("Write a shorter name of who asks, at most {title_limit} letters."),
    ("topics", "many"): N_("Choose at most {topics} topics."),
    ("partners", "many"): N_("Write at most {partners} partners."),
    ("thresholds", "malformed"): N_(
        "Begin each step with a number, then write what happens, like 10000 The council must debate"
        " it."
    ),
    ("thresholds", "many"): N_("Write at most {thresholds} steps."),
    ("thresholds", "numbers"): N_("Write the same numbers of steps in each language."),
    ("slug", "missing"): N_("Write an address for the page."),
    ("slug", "malformed"): N_("Use only small letters a to z, digits and hyphens in the address."),
    ("slug", "in_use"): N_("Another petition has this address. Choose a different one."),
    ("keyword", "missing"): N_("Write a word for signing by text."),
    ("keyword", "malformed"): N_(
        "Use 2 to 12 letters A to Z or digits for the word, without accents. Begin with a letter."
    ),
    ("keyword", "reserved"): N_(
        "This word is already a command, like STOP or HELP in one of many languages. "
        "Choose a different word."
    ),
    ("keyword", "in_use"): N_("Another petition has this word. Choose a different one."),
    ("country", "malformed"): N_("Write the two letters of a country, like US or MX."),
    ("goal", "malformed"): N_("Write the goal as a number, like 5000, or leave it empty."),
    ("opens", "malformed"): N_("Write day and time like 2026-12-24 18:00."),
    ("opens", "skipped"): N_(
        "The clocks are put forward on that day, and skip this time. Choose another."
    ),
    ("opens", "twice"): N_(
        "The clocks are put back on that day, and this time comes twice. Choose another."
    ),
    ("opens", "past"): N_("That is over. Choose a later time, or leave it empty."),
    ("closes", "malformed"): N_("Write day and time like 2026-12-24 18:00."),
    ("closes", "skipped"): N_(
        "The clocks are put forward on that day, and skip this time. Choose another."
    ),
    ("closes", "twice"): N_(
        "The clocks are put back on that day, and this time comes twice. Choose another."
    ),
    ("closes", "past"): N_("That is over. Choose a later time, or leave it empty."),
    ("closes", "before"): N_("Let it close after it opens."),
    ("zone", "missing"): N_("Write the time zone, like America/New_York."),
    ("zone", "malformed"): N_("We do not know this time zone. Write it like America/New_York."),
    ("origins", "malformed"): N_(
        "Write each site as its address alone, like https://example.org, one on each line."
    ),
    ("roles", "malformed"): N_("Choose only from the list who decides where people live."),
    ("maker", "missing"): N_("Write the name of this decision maker, or empty the whole row."),
    ("maker", "long"): N_("Write a shorter name and title, at most {title_limit} letters each."),
    ("maker", "phone"): N_("Write the phone number with digits, like +1 406 555 0123."),
    ("maker", "email"): N_("Write a whole e-mail address, like office@example.org."),
    ("maker", "post"): N_("Write a shorter postal address, in at most 7 lines."),
    ("maker", "form"): N_("Write the whole link of the form. It begins with https://"),
}
_BOUNDS = {
    "title_limit": TITLE_LIMIT,
    "body_limit": WORDING_LIMIT,
    "thresholds": THRESHOLDS_KEPT,
    "partners": PARTNERS_KEPT,
    "topics": TOPICS_KEPT,
}
#: Of what a petition may have besides.
_OF_EXTRAS = {
    "long": N_("“{field}” is too long. Write at most {limit} letters."),
    "other_language": N_("Write “{field}” in the main language, too."),
}

NOTHING_STORED = N_("Nothing is stored yet. Please mend this:")
NOT_OPEN_YET = N_("The petition is not open yet. Please mend this:")
STALE = N_("You signed in again after you opened this form. Check it, then press Save once more.")
KEPT = N_("You are signed in again. What you typed is below. Check it, then press Save.")
CHANGES_NOT_STORED = N_(
    "Your changes are not stored yet. Please wait a minute, then press Save again."
)
ADDED = N_(
    "Nothing is stored yet. Write the title and the text in the new language, then press Save."
)
WRONG = N_("The name or the password is wrong. Check both.")
WAIT = N_("Too many tries. Please wait {minutes} minutes, then try again.")
NOT_SIGNED_IN = N_("You are not signed in yet. Please wait a minute, then try again.")

#: Title and line for a member whose role does not let them do something.
NOT_ALLOWED = (
    N_("Your role does not let you do this"),
    N_("Nothing was changed. Ask an owner of your organization to do it, or to change your role."),
)

#: What the dashboard says after a change, by the word in its address.
DONE = {
    "created": N_("The petition is stored as a draft. Nobody else can see it yet."),
    "saved": N_("Your changes are stored."),
    "opened": N_("The petition is open. People can sign it now."),
    "paused": N_("The petition is paused. People can read it, but not sign it."),
    "closed": N_("The petition is closed. It takes no more signatures."),
    "mail_stopped": N_("No mail of this petition goes out any more."),
    "mail_resumed": N_("Mail of this petition goes out again."),
    "answered": N_("The answer is stored. Everybody can read it now."),
    "answer_mailed": N_(
        "The answer is stored. Everybody can read it now, and it is being mailed to those who want"
        " news. You can stop that under News."
    ),
    "not_closed": N_("Close the petition first. Then you can write what was answered."),
    "handed_in": N_("It waits for a reviewer now."),
    "not_accepted": N_("A reviewer has to accept the petition before it can open."),
    "no_draft": N_("Only a draft that was never open can be deleted. You can end a petition."),
    "ended": N_("The petition has ended. Its data is erased in a few minutes."),
    "end_asked": N_("It waits for another organizer to agree."),
    "end_gone": N_("Nobody asks to end this petition any more."),
    "end_kept": N_("The petition does not end."),
}
#: What the first page of the desk says after a change, likewise.
DONE_FIRST = {
    "deleted": N_("The draft is deleted. Its address and its word are free again."),
    "accepted": N_("You have accepted the petition. Its owners can open it now."),
    "rejected": N_("You have not accepted the petition. Everybody can read your reasons."),
    "decided": N_("This petition does not wait for a reviewer any more. Nothing was changed."),
}
#: What is wrong with the form of a review.
REVIEW_FAULTS = {
    "missing": N_("Write your reasons."),
    "short": N_("Write your reasons with {least} letters or more."),
    "long": N_("Write shorter reasons, at most {limit} letters."),
    "changed": N_("The petition was changed while you read it. Nothing is decided. Read it again."),
}
ANSWER_CHANGED = N_(
    "Somebody has changed the answer since you opened this form. Below is what it says now. Press"
    " Save once more to put yours in its place."
)
ANSWER_FAULTS = {
    ("answer_by", "missing"): N_("Write who answered."),
    ("answer_by", "long"): N_("Write a shorter name of who answered, at most {by_limit} letters."),
    ("answer_on", "malformed"): N_("Write the day of the answer like 2026-12-24."),
    ("answer_on", "future"): N_("That day is still to come. Write the day of the answer."),
    ("answer_promised", "malformed"): N_("Write the day like 2027-03-31, or leave it empty."),
    ("words", "missing"): N_("Write what they answered."),
    ("words", "long"): N_("Write a shorter answer, at most {words_limit} letters."),
}
#: What is wrong with the question before an end.
END_FAULTS = {
    "sure": N_("Type this, so that nothing ends by mistake: {slug}"),
    "missing": N_("Write the reason."),
    "long": N_("Write a shorter reason, at most 120 letters."),
    "personal": N_("Leave phone numbers and e-mail addresses out of the reason."),
    "same": N_("Another organizer has to agree, not the one who asked."),
    "new": N_("Another organizer has to agree, who has been one for a week."),
}

#: Status -> title and lines of the page that says so; of others as on public pages.
_FAILURES: dict[int, Message] = {
    400: (
        N_("We could not read the form"),
        (N_("Nothing was stored. Please go back and try again."),),
    ),
    403: (
        N_("This form is too old, or came from another site"),
        (N_("Nothing was changed. Go to the page again and press the button there."),),
    ),
    404: (
        N_("There is nothing at this address"),
        (N_("You run no petition with this address. Look at the list of your petitions."),),
    ),
    409: (
        N_("This petition has ended"),
        (N_("It cannot be changed any more."),),
    ),
    413: (
        N_("That was too much"),
        (N_("The form was larger than we can take. Nothing was stored. Go back and write less."),),
    ),
    503: (
        N_("Please come back in a minute"),
        (N_("We cannot read or store anything just now. Nothing is lost. Try again in a minute."),),
    ),
}


def meaning_of(status: int) -> Message:
    """The message about a status."""
    return _FAILURES.get(status) or public.meaning_of(status)


STATE_WORDS = {
    "draft": N_("Draft"),
    "open": N_("Open"),
    "paused": N_("Paused"),
    "closed": N_("Closed"),
    "answered": N_("Answered"),
    "ended": N_("Ended"),
}
CLASS_WORDS = {
    "web-email": N_("with e-mail"),
    "web-phone": N_("with phone"),
    "web": N_("with no contact"),
    "voice": N_("by voice"),
    "ussd": N_("by menu on the phone"),
}
#: Every class, and the channel that it is of.
CHANNEL_OF = {class_: channel for channel, classes in CHANNELS.items() for class_ in classes}
ALARM_WORDS = {
    "mail_network": N_(
        "From one place, mails to {n} people were asked for in the last day, and {of} of these"
        " people have verified. Somebody may be using them to bother strangers. You can stop all"
        " mail of this petition."
    ),
    "mail_waiting": N_("{n} mails wait, because too many were asked for at once."),
    "class": N_("{n} of the last {of} signatures came in one way ({label}), far more than before."),
    "domain": N_("{n} of the last {of} signatures are from @{label}, far more than before."),
    "postcode": N_("{n} of the last {of} signatures are from {label}, far more than before."),
    "prefix": N_("{n} of the last {of} signatures came from one place, far more than before."),
    "people": N_("{n} signatures are from {label}, where {of} people live."),
}
#: How an invalidation stands.
INVALIDATION_WORDS = {
    "waits": N_("It waits for another organizer to agree."),
    "running": N_("It is under way."),
    "finished": N_("It is done."),
    "undoing": N_("The signatures are being put back."),
    "undone": N_("All are back."),
}
#: What the page of decisions says after one, by the word in its address.
DECIDED = {
    "accepted": N_("They are accepted."),
    "rejected": N_("They are being rejected. You can put them back for 30 days."),
    "comments": N_("Your decisions on comments are stored."),
    "populations": N_("The numbers of people are stored."),
    "text_codes": N_("It is stored."),
    "waits": N_("It waits for another organizer to agree."),
    "running": N_("It is under way. Load this page again to see how far it is."),
    "finished": N_("It is done."),
    "undoing": N_("The signatures are being put back."),
    "undone": N_("All are back."),
}
#: What it says where nothing was decided.
UNDECIDED = {
    "no_comments": N_("Nothing is chosen yet. Choose what to do with a comment, then press Save."),
    "none_hidden": N_("Nothing is chosen yet. Tick a comment, then press Hide."),
    "comments_changed": N_("A comment was changed while you read. Read it again, then choose."),
    "nothing": N_("Nothing of that group is held any more."),
    "same": N_("Another organizer has to agree, not the one who asked."),
    "new": N_("Another organizer has to agree, who has been one for a week."),
    "late": N_("It cannot be undone any more."),
}
INVALID_WORDS = {
    "missing": N_("Fill in at least one condition, and the reason."),
    "long": N_("Write a shorter reason, at most 120 letters."),
    "personal": N_("Leave phone numbers and e-mail addresses out of the reason."),
    "time": N_("Write the time like 2026-11-24 15:30."),
}
#: What was done, by the word in the audit log.
ACTION_WORDS = {
    "created": N_("created the petition"),
    "edited": N_("edited the petition"),
    "handed_in": N_("handed it in for review"),
    "review_accepted": N_("accepted it"),
    "review_rejected": N_("rejected it"),
    "opened": N_("opened the petition"),
    "paused": N_("paused the petition"),
    "closed": N_("closed the petition"),
    "answered": N_("wrote what was answered"),
    "corrected_answer": N_("corrected what was answered"),
    "ended": N_("ended the petition for good"),
    "end_asked": N_("asked to end the petition for good"),
    "end_cancelled": N_("decided that the petition does not end"),
    "mail_stopped": N_("stopped all mail of the petition"),
    "mail_resumed": N_("let mail of the petition go out again"),
    "organizations": N_("decided who is shown for an organization"),
    "letters_paused": N_("let no letters go to an office"),
    "letters_resumed": N_("let letters go to an office again"),
    "letters_agreed": N_("noted that an office has agreed"),
    "letters_not_agreed": N_("noted that an office has not agreed after all"),
    "letters_again": N_("sent letters to an office again"),
    "letters_congress": N_("chose what letters to the US House are about"),
    "letters_on_paper": N_("chose paper for letters to an office"),
    "letters_places_on": N_("let letters to those of a signer's place be printed"),
    "letters_places_off": N_("let no letters to those of a signer's place be printed"),
    "letters_printed": N_("made a batch of letters to print"),
    "letters_downloaded": N_("downloaded letters to print"),
    "letters_posted": N_("noted that letters are posted"),
    "letters_put_back": N_("put printed letters back"),
    "news_written": N_("wrote news"),
    "news_edited": N_("edited news"),
    "news_deleted": N_("deleted a draft of news"),
    "news_sent": N_("sent news"),
    "news_stopped": N_("stopped news"),
    "news_resumed": N_("let news go on"),
    "news_tried": N_("sent a test of news to themselves"),
    "letters_tried": N_("sent a test letter to themselves"),
    "shared": N_("downloaded the file of a partner"),
    "exported": N_("downloaded all signatures"),
    "looked": N_("looked at names of signatures"),
    "searched": N_("looked for a signer"),
    "saw": N_("looked at what is kept of a signer"),
    "mended": N_("corrected a signature"),
    "news_off": N_("ended the news of a signer"),
    "public_off": N_("let the name of a signer be shown no more"),
    "erasure_asked": N_("asked to erase a signature at somebody's request"),
    "erasure_off": N_("decided that a signature is not erased"),
    "erased_signature": N_("erased a signature at somebody's request"),
    "handed_out": N_("downloaded all that is kept of a signer"),
    "accepting": N_("began to accept held signatures"),
    "accepted": N_("accepted held signatures"),
    "rejected": N_("rejected held signatures"),
    "comments": N_("decided on comments"),
    "populations": N_("stored numbers of people"),
    "text_codes": N_("changed whether codes go out by text"),
    "invalidation_asked": N_("asked to take signatures out"),
    "invalidation_confirmed": N_("agreed to take signatures out"),
    "invalidation_done": N_("took signatures out"),
    "invalidation_undone": N_("asked to put signatures back"),
    "invalidation_restored": N_("put signatures back"),
    "collector_added": N_("added a collector"),
    "collector_renamed": N_("gave a collector another name"),
    "collector_ended": N_("ended the link of a collector"),
    "collector_resumed": N_("let a collector go on"),
    "text_asked": N_("asked a phone whether it meant to sign"),
    "text_stopped": N_("noted that a text was an opt-out"),
    "text_seen": N_("noted that a text needs nothing"),
    "text_cases": N_("downloaded texts with invented names"),
    "assigned": N_("became an organizer of the petition"),
}
KIND_WORDS = {
    "sign": N_("Sign"),
    "answer": N_("Answer"),
    "stop": N_("Stop"),
    "start": N_("Start"),
    "help": N_("Help"),
    "undo": N_("Undo"),
    "remove": N_("Remove"),
    "status": N_("Status"),
    "count": N_("Count"),
    "more": N_("More"),
    "name": N_("Name"),
    "zip": N_("Postcode"),
    "news": N_("News"),
    "language": N_("Language"),
    "menu": N_("Menu"),
    "call": N_("Call"),
    "late": N_("Found late"),
    "list": N_("List"),
    "no_phone": N_("No number"),
    "no": N_("No"),
    "which": N_("Which petition?"),
    "stop_how": N_("Perhaps an opt-out"),
    "unknown": N_("Not understood"),
}


def problem_words(renderer: Renderer, language: str, field: str, code: str) -> str:
    """One sentence that says what to do about a problem; `field` without language or row."""
    if field in EXTRA_LIMITS and (sentence := _OF_EXTRAS.get(code, "")):
        called = renderer.say(language, PART_WORDS[field])
        return renderer.say(language, sentence, field=called, limit=EXTRA_LIMITS[field])
    sentence = _PROBLEMS.get((field, code), N_("Check this field."))
    return renderer.say(language, sentence, **_BOUNDS)


def moment_words(seconds: int, language: str) -> str:
    """Day and minute, in UTC."""
    return f"{day_words(seconds, language)} {datetime.fromtimestamp(seconds, UTC):%H:%M}"


def class_words(say: Callable[[Mapping[str, str], str], str], class_: str) -> str:
    """How somebody signed: by which channel, and by which way of those that it has."""
    channel = say(CHANNEL_WORDS, CHANNEL_OF[class_])
    return f"{channel}, {say(CLASS_WORDS, class_)}" if class_ in CLASS_WORDS else channel
