"""What the table of a language looks like."""

from typing import Literal

#: Each category of `sms.reading.lexicon.TAGS`, with its phrases.
Category = Literal[
    "sign", "join", "refuse", "undo", "forget", "wish", "stop", "cease", "offer", "send",
    "messages", "me", "not", "data", "number", "lists", "both", "signature", "start", "help",
    "status", "list", "count", "more", "news_on", "news_off", "news", "language", "also",
    "letter", "post", "back", "call", "not_mine", "not_sure",
    "change", "later", "example", "given", "family", "cue", "closing", "name", "zip", "kin",
    "and", "with", "place", "placed", "state", "city", "town", "namesake", "road", "age", "title",
    "suffix",
    "particle", "weak", "double", "digit", "greeting", "courtesy", "yes", "no", "why",
    "question", "persist", "footer", "reaction", "wrote", "ours", "insist", "little", "common",
]  # fmt: skip
Row = dict[Category, str]
