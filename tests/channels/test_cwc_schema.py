"""Letters to the US House fit its schema, which lies beside the checkout."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import etree

from server.channels import Sheet
from server.channels.cwc import message_of
from server.core.letters.congress import TOPICS
from tests.harness.mail.congress import PARTS, SHEET, agent
from tests.harness.people.land import REAL

SCHEMA = REAL / "cwc_schema_v2.rng"


def faults_in(message: bytes) -> list[str]:
    """What the schema of the House finds wrong with it."""
    schema = etree.RelaxNG(etree.parse(str(SCHEMA)))
    schema.validate(etree.fromstring(message))
    return [str(fault) for fault in schema.error_log]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_letter_fits_the_schema_whatever_it_is_about(topic: str) -> None:
    assert faults_in(message_of(agent(), SHEET, replace(PARTS, topic=topic))) == []


@pytest.mark.parametrize(
    "sheet",
    [
        replace(SHEET, address="HVT00"),
        replace(SHEET, subject="Lake"),
        replace(SHEET, subject="Lake " * 200),
        replace(SHEET, congress=replace(PARTS, statement="Lake.\n\n" * 4000, own="x" * 20_000)),
    ],
)
def test_a_letter_fits_the_schema_however_long_it_is(sheet: Sheet) -> None:
    assert sheet.congress
    assert faults_in(message_of(agent(), sheet, sheet.congress)) == []


def test_the_topics_are_those_of_the_schema() -> None:
    listed = SCHEMA.read_text().partition('LibraryOfCongressTopic"')[2].partition("</choice>")[0]
    assert tuple(re.findall("<value>(.*?)</value>", listed)) == TOPICS
