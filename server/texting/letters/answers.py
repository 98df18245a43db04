"""An office's answer as texts: its first sentence, and behind it piece by piece with MORE."""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.core.conversations.wishes import Wish
from server.core.letters import answering
from server.core.letters.answering import ALL_READ, KeptAnswer
from server.db import Transaction
from server.mail.letters import files_said
from server.texting.parted import LETTERS, most_pieces
from server.texting.replies import Talk, fitted, segments, whole
from server.words.render import Renderer
from sms.segments import ends

#: The end of a sentence, in any of our scripts.
_SENTENCE = re.compile(r"[.!?؟।…](?=\s|$)")
SENTENCE_LEAST = 20  # characters: "Dear Dr. Diaz" is none
NAMED_LIMIT = 60  # characters of an office's name, or of an address


def first_text(renderer: Renderer, language: str, answer: KeptAnswer) -> tuple[str, int]:
    """The text that tells of it, and how far that goes (`answering.read_on`)."""
    said = _in_one_line(renderer, language, answer)
    found = (match.end() for match in _SENTENCE.finditer(said) if match.end() >= SENTENCE_LEAST)
    elsewhere = answer.from_elsewhere and answer.sender
    reply = "letter_answered_by" if elsewhere else "letter_answered"
    return _Piece(renderer, language, reply, answer, said).up_to(next(found, len(said)))


def next_text(renderer: Renderer, language: str, answer: KeptAnswer) -> tuple[str, int]:
    """What comes behind what the phone has got, and how far that goes."""
    said = _in_one_line(renderer, language, answer)
    return _Piece(renderer, language, "answer_on", answer, said, answer.read_to).up_to(len(said))


def _in_one_line(renderer: Renderer, language: str, answer: KeptAnswer) -> str:
    words = [answer.words, files_said(renderer, language, answer.files)]
    return re.sub(r"\s+", " ", " ".join(words)).strip()


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one text has room for of what was `said`, from `at` on."""

    renderer: Renderer
    language: str
    reply: str
    answer: KeptAnswer
    said: str
    at: int = 0

    def up_to(self, most: int) -> tuple[str, int]:
        """At most so many letters of it, in whole words."""
        body, template = self.said[self.at :], self.renderer.text(self.language, self.reply)
        cuts = [n for n in ends(body, LETTERS) if self.at + len(body[:n].rstrip()) <= most]
        limit = segments(self.reply, template)

        def fields(n: int) -> dict[str, str]:
            return self._fields(cuts[n - 1] if n and cuts else 0)

        n = most_pieces(len(cuts), limit, lambda n: whole(template, fields(n)))
        end = self.at + (cuts[n - 1] if n and cuts else 0)
        text = fitted(template, fields(n), limit_segments=limit)
        return text, ALL_READ if end >= len(self.said) else end

    def _fields(self, length: int) -> dict[str, str]:
        end, goes_on = self.at + length, self.renderer.text(self.language, "go_on")
        hint = f" {goes_on}" if end < len(self.said) else ""
        return {
            "who": self.answer.office[:NAMED_LIMIT],
            "text": self.answer.sender[:NAMED_LIMIT],
            "body": self.said[self.at : end].rstrip() + hint,
        }


def answer_on(talk: Talk, id_: int) -> Wish:
    """MORE: what comes next of that answer."""
    language = talk.language()  # and of no petition: its organizers read what its texts say

    async def act(tx: Transaction) -> str | None:
        answer = await answering.to_pass_on(tx, id_)
        if answer is None:
            return None
        text, read_to = next_text(talk.services.renderer, language, answer)
        await answering.read_on(tx, id_, read_to)
        return text

    def answer(text: str | None) -> str:
        return text or talk.word(language, "unknown_signed", talk.general(language))

    return Wish(kind="more", language=language, act=act, answer=answer, keep=talk.asked)
