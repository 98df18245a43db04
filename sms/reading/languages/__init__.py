"""The words by language, one table each; a language is added by a table.

`xx.py` has the phrases by category, parted by commas; accents, capitals and apostrophes do not
matter. `xx.txt` has the everyday words: those that are in no name (`common`), and those that are
names as well (`weak`). What each category is for stands in `sms.reading.lexicon`.
"""

from pathlib import Path
from typing import Final, get_args

from sms.reading.languages import ar, en, es, everywhere, fr, hi, ht, places, pt, vi
from sms.reading.languages.row import Category, Row

__all__ = ["EVERYWHERE", "LANGUAGES", "Category", "Row", "everyday"]

LANGUAGES: Final[dict[str, Row]] = {
    "en": en.ROW,
    "es": es.ROW,
    "fr": fr.ROW,
    "pt": pt.ROW,
    "ht": ht.ROW,
    "ar": ar.ROW,
    "hi": hi.ROW,
    "vi": vi.ROW,
}
#: What tells no language.
EVERYWHERE: Final[tuple[Row, ...]] = (everywhere.ROW, places.ROW)


def everyday(language: str) -> Row:
    """The everyday words of a language."""
    text = Path(__file__).with_name(f"{language}.txt").read_text("utf-8")
    row: Row = {}
    for section in text.split("[")[1:]:
        name, _, words = section.partition("]")
        if name in get_args(Category):
            row[name] = words.strip()  # type: ignore[index]
    return row
