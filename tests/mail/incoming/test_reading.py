"""Whatever comes in by mail is read within bounds, and nothing of it stops us."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.mail.incoming import office_mail
from server.mail.incoming.office_mail import FROM_LIMIT, PASSED_ON_LIMIT, SUBJECT_LIMIT
from server.mail.incoming.plain import plain
from server.mail.incoming.quotes import said_in
from tests.harness.mail.bounces import ID, KEYS, SETTINGS

OURS = SETTINGS.mail_from
MEGABYTE = 1 << 20
SECONDS = 6.0  # of a busy machine, for the worst of them


def head(kind: str, **more: str) -> str:
    lines = {"From": "mayor@town.example", "In-Reply-To": ID, "Content-Type": kind} | more
    return "".join(f"{name}: {value}\n" for name, value in lines.items()) + "\n"


def nested(depth: int) -> str:
    inside = head("text/plain") + "Deep.\n"
    for n in range(depth):
        inside = head(f'multipart/mixed; boundary="b{n}"') + f"--b{n}\n{inside}\n--b{n}--\n"
    return inside


#: By name: what is sent to make us work for ever, or fall.
BOMBS: dict[str, str] = {
    "nested": nested(300),
    "nested without end": "".join(
        head(f'multipart/mixed; boundary="b{n}"') + f"--b{n}\n" for n in range(3000)
    ),
    "many parts": head('multipart/mixed; boundary="b"') + "--b\n\nx\n" * 50_000,
    "many quotations": head("text/plain") + "> x\n" * 200_000,
    "one line": head("text/plain") + "1" * MEGABYTE,
    "a lead without end": head("text/plain") + "1:" * (MEGABYTE // 2),
    "open tags": head("text/html") + "<" * MEGABYTE,
    "open comments": head("text/html") + "<!--" * (MEGABYTE // 4),
    "open quotes": head("text/html") + "<a href='" * (MEGABYTE // 9),
    "blockquotes": head("text/html") + "<blockquote><p>x" * (MEGABYTE // 16),
    "entities": head("text/html") + "&amp" * (MEGABYTE // 4),
    "references without end": head("text/html") + "&#" + "9" * MEGABYTE,
    "words in code": head("text/plain", Subject="=?utf-8?q?" + "=41" * 300_000 + "?="),
    "senders": head("text/plain", From="<" * MEGABYTE),
    "blanks": head("text/plain") + " " * MEGABYTE + "x",
    "marks": head("text/plain; charset=utf-8") + "e\u0301\u0301\u0301" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_mail_keeps_us_busy(name: str) -> None:
    begun = time.process_time()
    found = office_mail.read(BOMBS[name].encode(), SETTINGS, KEYS)
    assert time.process_time() - begun < SECONDS
    if found:
        assert len(found.words) <= PASSED_ON_LIMIT + 2
        assert len(found.subject) <= SUBJECT_LIMIT
        assert len(found.sender) <= FROM_LIMIT


@given(st.binary(max_size=2000), st.sampled_from(["text/plain", "text/html", "multipart/mixed"]))
def test_nothing_raises(raw: bytes, kind: str) -> None:
    mail = head(f'{kind}; boundary="b"; charset="x"').encode() + b"--b\n\n" + raw
    found = office_mail.read(mail, SETTINGS, KEYS)
    assert found is None or not {"\x00", "\r"} & set(found.words + found.subject + found.sender)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<head><title>T</title><style>x</style><body>One", "One"),
        ("<script>if (a < b) alert('x')</script>One", "One"),
        ("<script>never closed", ""),
        ("a &amp; b &lt;c&gt; &eacute; &#x1F600;", "a & b <c> é 😀"),
        ("<a href='https://x.example/?q=1'>here</a> ok", "here <https://x.example/?q=1> ok"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("One<blockquote>Two<br>Three</blockquote>Four", "One\n>\n> Two\n> Three\n\nFour"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
    ],
)
def test_a_page_as_plain_text(page: str, said: str) -> None:
    assert plain(page) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes.\n\n> No?", "Yes."),
        ("Yes.\n\nThe council voted 5:4\n> No?", "Yes.\n\nThe council voted 5:4"),
        (f"Yes.\n\n-----Original Message-----\nFrom: {OURS}\n\nNo?", "Yes."),
        (f"Yes.\n\nAm 1.12.2026 um 10:00 schrieb <{OURS}>:\n> No?", "Yes."),
        ("Yes.\n\nVào 10:00, Petition đã viết:\n> No?", "Yes."),
        ("Yes.\n\nفي 10:00، كتب:\n> No?", "Yes."),
        ("> No?\nYes.", "Yes."),
        ("> No?\n\nYes.\n> Really?\nReally.", "Yes.\nReally."),
        (f"Write to {OURS}.", ""),
        ("> No?", ""),
        ("", ""),
    ],
)
def test_what_is_left_without_the_quotation(text: str, said: str) -> None:
    assert said_in(text, OURS) == said


def test_files_are_counted_and_what_seals_a_mail_is_none() -> None:
    mail = EmailMessage()
    mail["From"] = "Mayor <mayor@town.example>"
    mail.set_content("Yes.")
    for kind in ("pdf", "pgp-signature"):
        mail.add_attachment(b"x", maintype="application", subtype=kind, filename="x")
    mail.add_attachment(b"x", maintype="image", subtype="png", cid="<logo>", disposition="inline")
    found = office_mail.read(bytes(mail), SETTINGS, KEYS)
    assert found
    assert (found.words, found.files, found.sender) == ("Yes.", 1, "mayor@town.example")
