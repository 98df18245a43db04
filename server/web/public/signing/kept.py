"""All that is kept of a signature, in plain words: on a page, and as a file to take away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.config import LANGUAGES
from server.core.person.kept import Kept, Part
from server.core.values.contacts import masked
from server.words.render import N_, day_words

#: What the entries of each part are, in the order in which they are told.
KEPT_PARTS = {
    "signature": N_("The signature"),
    "besides": N_("What the petition asked besides"),
    "held_because": N_("Why it is held"),
    "waiting_forms": N_("A form that waits for a code"),
    "codes": N_("A code"),
    "corrections": N_("What an organizer has corrected"),
    "letters": N_("A letter to those who decide"),
    "office_answers": N_("An answer to a letter"),
    "letter_questions": N_("A question to the phone, whether they answered"),
    "letters_by_text": N_("A letter that is being written by text"),
    "calls": N_("A call to those who decide"),
    "own_mails": N_("A mail of their own to those who decide"),
    "place_corrections": N_("What they said about where they live"),
    "messages": N_("A message from us"),
    "texts": N_("A text from the phone"),
    "conversations": N_("What we asked the phone last"),
}
KEPT_FIELDS = {
    "state": N_("State"),
    "name": N_("Name"),
    "postcode": N_("Postcode"),
    "contact": N_("Contact"),
    "comment": N_("Comment"),
    "comment_shown_at": N_("Comment may be read since"),
    "public_at": N_("Name may be shown since"),
    "news_at": N_("Wants news since"),
    "class": N_("Signed"),
    "language": N_("Language"),
    "wording": N_("Version of the petition's text"),
    "collector": N_("Brought by"),
    "created_at": N_("Signed on"),
    "verified_at": N_("Verified on"),
    "held_at": N_("Held since"),
    "taken_out_at": N_("Taken out on"),
    "withdrawn_at": N_("Removed on"),
    "told_of_repeat_at": N_("We wrote that somebody signed again on"),
    "stands_behind_another": N_("Counts together with another signature"),
    "key_of_name_and_place": N_("Mark of name and postcode, which nobody can read"),
    "key_of_contact": N_("Mark of the contact, which nobody can read"),
    "key_of_mail_domain_or_numbers": N_("Mark of the mail service or range of numbers"),
    "mark_of_network": N_("Mark of the network, for 7 days"),
    "stated_at": N_("Said that they may sign on"),
    "organization": N_("Organization"),
    "approved_at": N_("Approved on"),
    "reply": N_("Answer"),
    "shares": N_("Shared with"),
    "email": N_("E-mail"),
    "reason": N_("Reason"),
    "label": N_("Which one"),
    "made_at": N_("Made on"),
    "field": N_("Field"),
    "was": N_("Before"),
    "became": N_("After"),
    "by_name": N_("By"),
    "at": N_("Day"),
    "office_name": N_("To"),
    "recipient": N_("To"),
    "sender": N_("From"),
    "subject": N_("Subject"),
    "words": N_("Text"),
    "body": N_("Text"),
    "texts": N_("Text"),
    "reply_to": N_("Answers go to"),
    "answer_to": N_("Answers are passed on to"),
    "constituent": N_("What the US House asks for"),
    "accepted_at": N_("Sent on"),
    "answered_at": N_("Answered on"),
    "came_at": N_("Received on"),
    "told_at": N_("Sent on"),
    "sent_at": N_("Sent on"),
    "failed_at": N_("Not sent on"),
    "received_at": N_("Received on"),
    "called_at": N_("Called on"),
    "opened_at": N_("Begun on"),
    "begun_at": N_("Begun on"),
    "noted_at": N_("Said on"),
    "asked_at": N_("Asked on"),
    "said": N_("They answered"),
    "division": N_("Place"),
}
KEPT_STATES = {
    "verified": N_("verified"),
    "unverified": N_("not verified"),
    "held": N_("held"),
    "absorbed": N_("counts together with another signature"),
    "rejected": N_("taken out"),
    "withdrawn": N_("removed"),
}
_YES, _NO = N_("yes"), N_("no")
_ERASED = N_("erased")
_MASKED = frozenset({"contact", "recipient", "sender", "email", "reply_to", "answer_to"})
#: Of the columns of a signature, those that are told where they say nothing, too.
_ALWAYS = frozenset({"state", "name", "postcode", "contact", "comment", "public_at", "news_at"})


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts what is kept into words. `say` a sentence in `language`; `way` a class; `reason` why one
    is held. `masks`: contacts are shown in part alone."""

    say: Callable[[str], str]
    language: str
    way: Callable[[str], str]
    reason: Callable[[str], str] = str
    masks: bool = False

    def parts(self, kept: Kept) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
        """What each entry is, with its fields, each with its label."""
        for part, title in KEPT_PARTS.items():
            for entry in kept.parts.get(part, ()):
                yield self.say(title), [*self._fields(entry, part == "signature")]

    def _fields(self, entry: Part, whole: bool) -> Iterator[tuple[str, str]]:
        for name, value in entry.items():
            told = value not in (None, False, "") or (whole and name in _ALWAYS)
            if told and (label := KEPT_FIELDS.get(name)):
                yield self.say(label), self._value(name, value, entry)

    def _value(self, name: str, value: Any, entry: Part) -> str:
        if name == "contact" and value is None and entry.get("key_of_contact"):
            return self.say(_ERASED)
        if value is None or isinstance(value, bool):
            return self.say(_YES if value else _NO) if name != "comment" else "–"
        if name == "at" or name.endswith("_at"):
            return f"{day_words(value, self.language)} {datetime.fromtimestamp(value, UTC):%H:%M}"
        return self._words(name, value)

    def _words(self, name: str, value: Any) -> str:
        if name == "class":
            return self.way(value)
        if name == "language":
            return str(LANGUAGES.get(value, value))
        if name == "state":
            return self.say(KEPT_STATES.get(value, value))
        if name == "said":
            return self.say(_YES if value == "yes" else _NO)
        if name == "reason":
            return self.reason(value)
        if name == "field":
            return self.say(KEPT_FIELDS.get(value) or KEPT_FIELDS.get(f"{value}_at") or value)
        if isinstance(value, Mapping | list):
            return ", ".join(value)
        return masked(value) if self.masks and name in _MASKED else str(value)

    def text(self, all_kept: Sequence[Kept]) -> str:
        """All of it as plain text, a line for each field."""
        lines = []
        for kept in all_kept:
            title = kept.petition.wording(self.language).title
            lines += [title, "=" * len(title), ""]
            for part, fields in self.parts(kept):
                lines += [part, *(f"  {label}: {value}" for label, value in fields), ""]
        return "\n".join(lines)


def as_json(all_kept: Sequence[Kept]) -> bytes:
    """All of it for machines: times are UTC seconds."""
    said = [kept.as_json() for kept in all_kept]
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"
