"""Single texts of conversations from life, by the reading alone."""

import json
from typing import Any

import pytest

from server.core.values.names import fold_name
from server.core.values.postcodes import normal_postcode
from sms.reading import Context, PetitionWord, PetitionWords, Reading, read
from tests.harness.texts.spoken import CASES

WORLDS = {
    "A": [PetitionWord("FACE")],
    "B": [
        PetitionWord("FACE"),
        PetitionWord("LAKE"),
        PetitionWord("ROAD", open=False),
        PetitionWord("HILL", open=False),
    ],
    "CA": [PetitionWord("MAPLE", "CA"), PetitionWord("FACE", open=False)],
    "ES": [PetitionWord("AGUA", "MX"), PetitionWord("FACE", open=False)],
    "GB": [PetitionWord("MOOR", "GB"), PetitionWord("FACE", open=False)],
    "BR": [PetitionWord("RIO", "BR"), PetitionWord("FACE", open=False)],
}
CONTEXTS = {
    world: Context(PetitionWords(petitions), postcode=normal_postcode)
    for world, petitions in WORLDS.items()
}
SINGLE = [
    case
    for case in json.loads(CASES.read_text("utf-8"))
    if len(case["texts"]) == 1 and isinstance(case["texts"][0], str)
]


def signed(reading: Reading, context: Context) -> list[str]:
    """What the reading would sign at once."""
    words = reading.petitions or ((context.petitions.only,) if context.petitions.only else ())
    if reading.intent != "sign" or not reading.sure or not reading.postcode or len(words) != 1:
        return []
    if not context.petitions.by_word[words[0]].open:
        return []
    return sorted(fold_name(f"{words[0]} {name} {reading.postcode}") for name in reading.names)


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: f"{case['world']} {case['name']}")
def test_a_text_from_life_is_read_right(case: dict[str, Any]) -> None:
    context, right = CONTEXTS[case["world"]], case["right"]
    reading = read(case["texts"][0], context)
    if right["signatures"] is not None:
        wanted = [sorted(map(fold_name, one)) for one in right["signatures"]]
        assert signed(reading, context) in wanted, reading
    if right["opted_out"] is not None:
        assert (reading.intent in {"stop", "remove"}) == right["opted_out"], reading
