"""From the pieces of a text to what its sender means: the first rule that holds decides."""

from __future__ import annotations

import re
from typing import Final

from sms.reading.commands import command_of, is_all, is_question, is_refused, language_of
from sms.reading.context import Context
from sms.reading.lexicon import lexicon
from sms.reading.names.candidates import script_of
from sms.reading.names.capitals import promote
from sms.reading.names.entries import ends_in_entry, has_capitals, is_entry, talks
from sms.reading.names.names import Found, find_names
from sms.reading.names.places import take_places
from sms.reading.pieces import Pieces
from sms.reading.postcodes import Postcode
from sms.reading.reading import Doubt, Intent, Reading
from sms.reading.wishes import is_offer, language_of_stop, wish_of


def meaning_of(
    pieces: Pieces, context: Context, petitions: tuple[str, ...], postcode: Postcode
) -> Reading:
    line = pieces.line
    language = language_of(pieces, line)
    if not line.strip(",.?¿\n&"):
        return Reading(intent=_wordless(pieces.words.text), language=language)
    if not line.strip(",.?¿\nFl") and "F" in line:
        return Reading(intent="quote", language=language)
    kind, spoken = command_of(pieces, line)
    if kind:
        intent: Intent = kind  # type: ignore[assignment]
        return Reading(intent=intent, language=spoken if kind == "language" else spoken or language)
    promote(pieces, context)
    wish = wish_of(pieces, pieces.line)
    take_places(pieces)
    found = find_names(pieces, context)
    if wish:
        return _wished(wish, pieces, found, postcode, language)
    return _said(pieces, context, petitions, postcode, found, language)


_SMILES: Final = re.compile("[👍👌🙏❤♥💕💪👏🙌✅✔😀-😄😊😍🥰😘🤗🎉💯✊🤝☺💙💚💛💜🧡🖤]")
_HALTS: Final = re.compile("[🛑✋🚫]")


def _wordless(text: str) -> Intent:
    """A text of signs alone: ?, 👍, 🛑."""
    if "?" in text or "؟" in text or "？" in text:
        return "help"
    if _HALTS.search(text):
        return "stop"
    return "thanks" if _SMILES.search(text) else "unknown"


def _wished(
    wish: str, pieces: Pieces, found: Found, postcode: Postcode, language: str | None
) -> Reading:
    intent: Intent = wish  # type: ignore[assignment]
    language = language or language_of_stop(pieces)
    names = found.names if wish == "undo" else ()
    if wish == "undo" and not names:
        names = _bare_names(pieces)
    several = any(entry and "both" in entry.kinds for entry in pieces.entries)
    return Reading(
        intent=intent,
        names=names,
        language=language,
        postcode=postcode.normal,
        several=several,
    )


def _bare_names(pieces: Pieces) -> tuple[str, ...]:
    """UNDO ZOE: the words of no table, whatever stands around them."""
    spelt = [pieces.spelt(at) for at, tag in enumerate(pieces.tags) if tag in "NwT"]
    return (" ".join(spelt),) if spelt else ()


def _said(
    pieces: Pieces,
    context: Context,
    petitions: tuple[str, ...],
    postcode: Postcode,
    found: Found,
    language: str | None,
) -> Reading:
    """A text that is no command and no wish: it signs, answers, corrects or talks."""
    line = pieces.line
    person = Reading(
        intent="sign",
        names=found.names,
        postcode=postcode.normal,
        wrong=postcode.wrong,
        language=language,
        kin=found.other,
        cued=found.cued,
        places=found.places,
    )
    told = bool(
        found.any or postcode.normal or postcode.wrong or postcode.doubtful or "QQQ" in line
    )
    if _asks_status(pieces, line):
        return person._replace(intent="status", names=_bare_names(pieces))
    if whose := _whose_letter(pieces, line):
        return person._replace(intent="letter", names=(whose,))
    if is_refused(line):
        return person._replace(intent="no", names=(), postcode="", wrong="")
    if _asks(pieces, line, found, context):
        return person._replace(intent="question", names=(), wrong="")
    signing = bool(petitions) or "s" in line or "J" in line
    if context.asked and told and not signing:
        return _answer(pieces, line, context, person, found, postcode)
    if (
        signing
        or (found.cued and found.names and postcode.normal)
        or (told and found.names and postcode.normal and is_entry(pieces, line, found))
    ):
        return _signs(pieces, line, context, person, found, postcode, bool(petitions))
    if postcode.normal and not is_offer(pieces, line):
        if ends_in_entry(pieces, line, found):
            found = found._replace(any=True)
            return _signs(pieces, line, context, person, found, postcode, named=True)
        if has_capitals(pieces, line):
            return _weighed(person, "name")
    return _talk(pieces, line, person, found)


def _asks_status(pieces: Pieces, line: str) -> bool:
    """STATUS, or its word in another language, before a name or nothing."""
    at = next((at for at, tag in enumerate(line) if tag not in ",.¿\nyeg"), 0)
    known = lexicon().commands.get(pieces.folded(at), ())
    return any(category == "status" for category, _, _ in known) and "P" not in line


_NAMED_WORDS: Final = 5  # LETTER and a name; what is longer tells of a letter


def _whose_letter(pieces: Pieces, line: str) -> str:
    """The name behind LETTER, or such a word in another language, if there is nothing else."""
    known = lexicon().commands.get(pieces.folded(0), ())
    spelt = pieces.spelt(0).lower()
    if not any(c == "letter" and exact in {"", spelt} for c, _, exact in known):
        return ""
    behind = [at for at in range(1, len(line)) if line[at] not in ",.\n"]
    if len(pieces.words) > _NAMED_WORDS or any(line[at] not in "NwTpKfj" for at in behind):
        return ""
    return " ".join(pieces.spelt(at) for at in behind if line[at] in "NwTp")


def _asks(pieces: Pieces, line: str, found: Found, context: Context) -> bool:
    """Whether the text asks something, and does not only sign with a question besides."""
    if not is_question(line) or is_all(line, "eygl"):
        return False
    if not found.names:
        return not ("P" in line and not re.search("[q]", line))
    if "P" in line and not re.search("[?¿]|^[,eyg]*q", line):
        return False  # (I would like what you do: all is said, and nothing is asked)
    place = next(
        (
            at
            for at in range(len(line))
            if pieces.last[at] > pieces.first[at] and pieces.start(at) >= found.places[0][0]
        ),
        0,
    )
    first = max((line.rfind(sign, 0, place) for sign in ".?¿\n"), default=-1) + 1
    end = min((at for sign in ".?\n" if (at := line.find(sign, place)) >= 0), default=len(line))
    opened = first > 0 and line[first - 1] == "¿"
    asked = opened or bool(re.match(r"[,eygl&]*q(?![lyeg2E]*[Js])", line[first:end]))
    return asked or (
        line[end : end + 1] == "?"
        and ("q" in line[first:end] or not ("P" in line and re.search("[Ks]", line)))
    )


def _answer(
    pieces: Pieces, line: str, context: Context, person: Reading, found: Found, postcode: Postcode
) -> Reading:
    """The answer to our question. A name that is known is not overwritten by it."""
    asked = context.asked
    assert asked  # noqa: S101 (the caller has seen it)
    doubt = _doubt(pieces, line, found, postcode)
    if not (found.cued or found.other) and found.names and talks(pieces, line, found):
        doubt = doubt or "name"
    names = person.names
    if asked.name and not found.cued and not found.other:
        names = names if postcode.normal and names and _extends(names[0], asked.name) else ()
        doubt = "" if doubt in ("name", "people") else doubt
    if not asked.petition and not asked.name and not names and not postcode.normal:
        return _talk(pieces, line, person._replace(names=()), found)
    if not (names or postcode.normal or postcode.wrong or doubt):
        return _talk(pieces, line, person._replace(names=()), Found())
    return _weighed(person._replace(names=names), doubt)


def _extends(name: str, known: str) -> bool:
    """Whether a name is the known one with more of it: Ana, Ana Diaz."""
    return set(known.upper().split()) <= set(name.upper().split())


def _doubt(pieces: Pieces, line: str, found: Found, postcode: Postcode) -> Doubt:
    if found.people:
        return "people"
    if found.any and not (found.names and found.sure):
        return "name"
    if "?" in line and found.names and line.rstrip(",.\n").endswith("?"):
        return "name"
    if postcode.doubtful or "QQQ" in line:
        return "postcode"
    return ""


def _signs(
    pieces: Pieces,
    line: str,
    context: Context,
    person: Reading,
    found: Found,
    postcode: Postcode,
    named: bool,
) -> Reading:
    doubt = _doubt(pieces, line, found, postcode)
    if not named and "s" in line and _names_another(pieces, line, found):
        return person._replace(names=(), doubt="petition")
    return _weighed(person, doubt)


def _weighed(person: Reading, doubt: Doubt) -> Reading:
    """What is sure is kept; a name in doubt is none."""
    if doubt in ("name", "people"):
        return person._replace(names=(), places=(), doubt=doubt)
    return person._replace(doubt=doubt, sure=not doubt)


def _names_another(pieces: Pieces, line: str, found: Found) -> bool:
    """SIGN POND Ana Diaz: a word where the petition's would stand, and a whole name behind it."""
    at = line.find("s") + 1
    if at >= len(line) or line[at] not in "NwdT" or pieces.folded(at) in _PETITION:
        return False
    if script_of(pieces.spelt(at)) not in ("LATIN", script_of(pieces.spelt(at - 1))):
        return False  # (a name: a petition's word is written like the sign word, or in Latin)
    behind = re.match(r".[NwTp2]*", line[at:])
    size = len(re.sub("[^NwTd2]", "", behind[0])) if behind else 0
    if size < 2:
        return False
    spelt = [pieces.spelt(place) for place in range(at, at + size)]
    if line[at] == "d":
        return True
    if all(word.isupper() or not word[:1].isupper() for word in spelt):
        return size > 2
    return len(spelt[0]) > 2 and spelt[0].isupper() and not spelt[1].isupper()


_PETITION: Final = frozenset({"PETITION", "PETICION", "PETICAO", "PETISYON", "BOTH", "ALL"})


def _is_name_label(pieces: Pieces) -> bool:
    entry = pieces.entries[0]
    return entry is not None and "name" in entry.kinds


def _talk(pieces: Pieces, line: str, person: Reading, found: Found) -> Reading:
    """A text that signs nothing: a correction, courtesy, or what we do not understand."""
    if found.cued and found.names and found.sure:
        return person._replace(intent="name", sure=True)
    if "n" in line and (is_all(line, "nyegl") or (is_all(line, "nP7") and _is_name_label(pieces))):
        return person._replace(intent="name", names=())
    if ("P" in line or "z" in line or person.wrong) and is_all(line, "Pz7HylegnvcA<"):
        return person._replace(intent="zip")
    bare = person._replace(names=found.names if found.sure else ())
    if "x" in line or is_all(line, "v"):
        return bare._replace(intent="no")
    if "y" in line and is_all(line, "yegl2Vd"):
        return bare._replace(intent="thanks")
    if "g" in line and is_all(line, "geyl"):
        return bare._replace(intent="yes")
    if "e" in line and is_all(line, "eylgdN"):
        return bare._replace(intent="greeting")
    return bare._replace(intent="question" if is_question(line) else "unknown")
