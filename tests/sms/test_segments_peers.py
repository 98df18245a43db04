"""`measure` and two implementations by others, over hard texts and ten thousand generated ones.

The peers are smsutil (PyPI) and sms-segments-calculator (npm, by Twilio, who bills by segment).
Where a peer differs, a named reason says what it must answer instead: there is no difference
without a reason, and no reason without a difference.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import pytest
import smsutil  # type: ignore[import-untyped]

from sms.segments import GSM7_BASIC, GSM7_EXTENSION, Size, measure
from tests.harness.web import npm

BASIC: Final = "".join(sorted(GSM7_BASIC))
EXTENSION: Final = "".join(sorted(GSM7_EXTENSION))
FAMILY: Final = "👨\u200d👩\u200d👧\u200d👦"
FLAG: Final = "🇦🇷"
THUMB: Final = "👍🏽"
HINDI: Final = "क्षत्रिय श्री ज्ञान स्त्री र्कि"
ARABIC: Final = "مـــرحبا بالعـــالم سَلَام"
VIETNAMESE: Final = "Nghị định về quyền được ký kiến nghị"
DECOMPOSED: Final = "Nghi\u0323 đi\u0323nh ve\u0302\u0300 quye\u0302\u0300n"

HARD: Final = {
    "empty": "",
    "one letter": "a",
    **{f"{n} letters": "a" * n for n in (159, 160, 161, 305, 306, 307, 459, 460, 500)},
    **{f"{n} of UCS-2": "я" * n for n in (69, 70, 71, 133, 134, 135, 201, 202, 500)},
    **{f"{n} letters, an escape": "a" * n + "€" for n in (151, 152, 153, 158, 159)},
    **{f"an escape at {n} of two": "a" * n + "€" + "b" * 100 for n in (151, 152, 153)},
    **{f"an escape at {n} of three": "a" * n + "€" + "b" * 200 for n in (304, 305, 306)},
    "two escapes across borders": "a" * 152 + "€" + "b" * 151 + "€" + "c" * 153,
    "a second segment because of it": "a" * 152 + "€" + "b" * 152,
    "a third segment because of it": "a" * 152 + "€" + "b" * 153,
    **{f"{n} escapes": "€" * n for n in (80, 81, 152, 153, 228, 229)},
    "all of the basic alphabet": BASIC,
    "all of the extension": EXTENSION,
    "both three times": (BASIC + EXTENSION) * 3,
    "the extension in UCS-2": (EXTENSION + "я") * 7,
    "form feed": "page\fpage",
    "form feed at the border": "a" * 152 + "\f" + "b" * 10,
    "CR and LF": "one\r\ntwo\rthree\nfour",
    "CR and LF at the border": "a" * 152 + "\r\n" + "b" * 10,
    "CR and LF at the border of UCS-2": "я" * 66 + "\r\n" + "я" * 10,
    "only line ends": "\r\n" * 80,
    "ends in a line end": "a" * 159 + "\n",
    "starts with one outside": "я" + "a" * 69,
    "ends in one outside": "a" * 160 + "я",
    "tab": "a\tb",
    "NUL": "a\0b",
    "escape": "a\x1bb",
    "escape before what it would shift": "\x1be",
    "escapes over a border": "a" * 150 + "\x1b" * 20,
    "escape in UCS-2": "я\x1b",
    "no-break space": "10\u00a0€",
    "no-break space in a long one": "a" * 100 + "\u00a0" + "b" * 60,
    "c with a small cedilla": "ça",
    "C with a great cedilla": "Ça",
    "grave accent and acute": "`´",
    "Greek outside GSM-7": "Αθήνα",
    "Greek capitals inside": "ΓΔΘΛΞΠΣΦΨΩ" * 16,
    "ohm and angstrom signs": "\u2126\u212b",
    "micro sign": "µ",
    "typographic": "“Sí” – ‘no’…",
    "composed": "é" * 160,
    "decomposed": "e\u0301" * 40,
    "decomposed at the border": "e\u0301" * 33 + "x" + "e\u0301" * 10,
    "an emoji": "😀",
    **{f"a pair at {n} of two": "я" * n + "😀" + "я" * 20 for n in (65, 66, 67)},
    **{f"a pair after {n}": "я" * n + "😀" for n in (68, 69, 70)},
    **{f"{n} pairs": "😀" * n for n in (35, 36, 66, 67, 99, 100)},
    "a pair at every border": "я" + "😀" * 120,
    "family": FAMILY,
    "families": FAMILY * 13,
    "family at the border": "я" * 60 + FAMILY + "я" * 20,
    "family alone at its place": "я" * 59 + FAMILY,
    "skin tone at the border": "я" * 65 + THUMB + "я" * 20,
    "flag at the border": "я" * 64 + FLAG + "я" * 20,
    "flags": FLAG * 40,
    "half flags": "🇦" * 41,
    "flag of Wales": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f" * 10,
    "keycaps": "1\ufe0f\u20e3" * 30,
    "hearts": "❤\ufe0f" * 40,
    "Hindi": HINDI * 8,
    "conjunct at the border": "क" * 66 + "क्षि" + "क" * 10,
    "Arabic": ARABIC * 8,
    "Vietnamese": VIETNAMESE * 5,
    "Vietnamese decomposed": DECOMPOSED * 5,
    "Hangul in parts": "\u1112\u1161\u11ab" * 40,
    "lone high surrogate": "a\ud83d",
    "lone low surrogate": "\ude00a",
    "lone surrogates at the border": "я" * 66 + "\ud83d" + "я" * 3,
    "surrogates in the wrong order": "\ude00\ud83d" * 40,
    "the last of all": "\U0010ffff" * 36,
    "the first beyond": "\uffff\U00010000" * 30,
    "byte order marks": "\ufeff" * 71,
    **{f"a letter under {n} marks": "a" + "\u0301" * n for n in (66, 67, 69, 70, 140)},
    "large graphemes": ("a" + "\u0301" * 49) * 5,
}

#: Alphabets of generated texts, in pieces: a piece is put in whole, and may be cut at the end.
GSM7_ALPHABETS: Final[tuple[Sequence[str], ...]] = (
    "abc ",
    BASIC,
    EXTENSION,
    BASIC + EXTENSION * 5,
    ["\r\n", "\f", "€", *"abcdefgh"],
)
UCS2_ALPHABETS: Final[tuple[Sequence[str], ...]] = (
    "абвг ",
    "😀🎉𝄞😀я",
    [FAMILY, FLAG, THUMB, "🏽", "\u200d", "❤\ufe0f", "🇧", "x"],
    HINDI,
    ARABIC,
    VIETNAMESE,
    DECOMPOSED,
    ["e\u0301", "\u0301\u0302", "\u00a0", "ç", "o"],
    "\u1112\u1161\u11ab한국",
    "\x1b\t\0a€",
    "\u2028\ufeff\u200b\uffff—…'\"",
    ["\ud83d", "\ude00", "a", "я"],
    ["a" + "\u0301" * 30, "z" + "\u0327" * 45, "я"],
)
COUNT: Final = 10_000
LONGEST: Final = 500

_NODE: Final = """
const { SegmentedMessage } = require(process.argv[1]);
const answer = (text) => {
  const message = new SegmentedMessage(text, 'auto', false);
  const bits = message.encodingName === 'GSM-7' ? 7 : 16;
  return {
    size: [
      message.encodingName,
      message.messageSize / bits,
      message.segmentsCount,
      Math.floor(message.segments.at(-1).freeSizeInBits() / bits),
    ],
    graphemes: message.graphemes.map((grapheme) => grapheme.length),
  };
};
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map(answer)));
"""


@dataclass(frozen=True)
class Answer:
    """What a peer says; `graphemes` are the UTF-16 units of each, where the peer knows any."""

    size: Size
    graphemes: tuple[int, ...] = ()


#: What the peer must answer where the reason holds, otherwise None.
Reason = Callable[[str, Answer], Size | None]


@cache
def generated(seed: int = 23_040) -> tuple[str, ...]:
    """Texts of 0 to `LONGEST` characters, nearly all of which end near the end of a segment."""
    dice = random.Random(seed)
    texts = []
    for _ in range(COUNT):
        in_gsm7 = dice.random() < 0.3
        kinds = dice.choices(GSM7_ALPHABETS if in_gsm7 else UCS2_ALPHABETS, k=dice.randint(1, 3))
        if not in_gsm7 and dice.random() < 0.3:
            kinds.append(dice.choice(GSM7_ALPHABETS))
        # Repeated, so that each alphabet is about as likely as the others, whatever its size.
        pieces = [piece for kind in kinds for piece in [*kind] * (1 + 100 // len(kind))]
        units = _units(dice, in_gsm7)
        texts.append(_cut("".join(dice.choices(pieces, k=units))[:LONGEST], units, in_gsm7))
    return tuple(texts)


def _units(dice: random.Random, in_gsm7: bool) -> int:
    if dice.random() < 0.04:
        return dice.randint(0, LONGEST)
    alone, each = (160, 153) if in_gsm7 else (70, 67)
    full = range(1, LONGEST // each + 1)
    # Fewer of the longer ones, over which the calculator takes long.
    borders, weights = [alone, *(each * n for n in full)], [1.0, *(1 / n**2 for n in full)]
    return dice.choices(borders, weights)[0] + dice.randint(-3, 4)


def _cut(text: str, units: int, in_gsm7: bool) -> str:
    """As much of the text as takes `units`, or one more."""
    for index, char in enumerate(text):
        if units <= 0:
            return text[:index]
        units -= 2 if char > "\uffff" or (in_gsm7 and char in EXTENSION) else 1
    return text


def ask_smsutil(text: str) -> Answer:
    split = smsutil.split(text)
    last, several = split.parts[-1].bytes, len(split.parts) > 1
    if split.encoding == "gsm0338":
        left = (153 if several else 160) - last
        return Answer(Size("GSM-7", split.total_bytes, len(split.parts), left))
    left = (134 if several else 140) - last
    return Answer(Size("UCS-2", split.total_bytes // 2, len(split.parts), left // 2))


def ask_calculator(texts: Sequence[str]) -> list[Answer]:
    """One process of node answers for all the texts; skips the test where npm gave no packages."""
    npm.package("grapheme-splitter")
    calculator = npm.package("sms-segments-calculator")
    done = subprocess.run(
        [npm.node(), "-e", _NODE, str(calculator)],
        input=json.dumps(texts),  # all in ASCII, so that lone surrogates get through
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=50,
    )
    return [Answer(Size(*a["size"]), tuple(a["graphemes"])) for a in json.loads(done.stdout)]


def _an_empty_text_is_ucs2(text: str, _: Answer) -> Size | None:
    return None if text else Size("UCS-2", 0, 1, 70)


def _escape_is_a_character(text: str, _: Answer) -> Size | None:
    """It takes U+001B for a character of one septet; 3GPP 23.038 has the code, and no character."""
    return measure(text.replace("\x1b", " ")) if "\x1b" in text else None


def _no_grapheme_is_split(text: str, answer: Answer) -> Size | None:
    """A segment may end early, before a grapheme of several characters; networks know of none."""
    units = answer.graphemes
    return _packed(units) if len(units) < len(text) and max(units) <= 32 else None


def _large_graphemes_overfill(_: str, answer: Answer) -> Size | None:
    """Room is not looked for once a grapheme has moved on, so that two of them may overfill."""
    units = answer.graphemes
    return _packed(units) if max(units, default=0) > 32 else None


def _packed(graphemes: Sequence[int]) -> Size:
    """UCS-2 as the calculator fills it: the first segment to 70, then whole graphemes move on."""
    segments: list[list[int]] = [[]]
    for units in graphemes:
        first = len(segments) == 1
        if sum(segments[-1]) + units > (70 if first else 67):
            moved: list[int] = []
            while first and sum(segments[0]) > 67:
                moved.insert(0, segments[0].pop())
            segments.append(moved)
        segments[-1].append(units)
    each = 70 if len(segments) == 1 else 67
    return Size("UCS-2", sum(graphemes), len(segments), each - sum(segments[-1]))


SMSUTIL: Final[dict[str, Reason]] = {
    "an empty text is UCS-2": _an_empty_text_is_ucs2,
    "U+001B is a character of GSM-7": _escape_is_a_character,
}
CALCULATOR: Final[dict[str, Reason]] = {
    "no grapheme is split": _no_grapheme_is_split,
    "large graphemes overfill a segment": _large_graphemes_overfill,
}


def compare(
    texts: Sequence[str], answers: Sequence[Answer], reasons: dict[str, Reason]
) -> Counter[str]:
    """How many texts differ for which reason; fails on answers that are not as they must be."""
    occurred: Counter[str] = Counter()
    wrong = []
    for text, answer in zip(texts, answers, strict=True):
        ours = expected = measure(text)
        for name, reason in reasons.items():
            other = reason(text, answer)
            if other is not None and other != ours:
                occurred[name] += 1
                expected = other
        if answer.size != expected:
            wrong.append(f"{text!a}\n  ours {ours}\n  theirs {answer.size}, not {expected}")
    assert not wrong, "\n".join([f"{len(wrong)} differ without a reason:", *wrong[:5]])
    return occurred


ALL = pytest.mark.parametrize(
    "texts",
    [
        pytest.param(lambda: [*HARD.values()], id="hard"),
        pytest.param(lambda: [*HARD.values(), *generated()], id="all", marks=pytest.mark.full),
    ],
)


@ALL
def test_smsutil_agrees_but_for_named_reasons(texts: Callable[[], list[str]]) -> None:
    occurred = compare(texts(), [*map(ask_smsutil, texts())], SMSUTIL)
    assert occurred.keys() == SMSUTIL.keys()


@ALL
def test_sms_segments_calculator_agrees_but_for_named_reasons(
    texts: Callable[[], list[str]],
) -> None:
    occurred = compare(texts(), ask_calculator(texts()), CALCULATOR)
    assert occurred.keys() == CALCULATOR.keys()


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "each", "most"), [("GSM-7", 153, 3), ("UCS-2", 67, 7)])
def test_generated_texts_end_at_every_border(encoding: str, each: int, most: int) -> None:
    sizes = [size for size in map(measure, generated()) if size.encoding == encoding]
    ends = Counter((size.segments, size.left) for size in sizes)
    assert all(ends[segments, 0] >= 5 for segments in range(1, most + 1))
    # One or two units beyond the border; beyond the first there are more, for want of a header.
    assert all(ends[n, each - 1] + ends[n, each - 2] >= 5 for n in range(3, most + 2))
    # What does not fit whole at the end of a segment leaves a unit there unused.
    several = [size for size in sizes if size.segments > 1]
    assert sum(size.segments * each - size.left != size.units for size in several) >= 200
