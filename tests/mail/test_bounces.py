"""What comes back: whose mail it was, and whether that is the end; whatever else it says."""

from __future__ import annotations

import logging
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import load
from server.mail import bounces, tokens
from server.mail.bounces import Bounce, Outcome
from tests.harness.mail.bounces import (
    ANA,
    AWAY,
    AWAY_REPORT,
    BACK,
    BO,
    BO_BACK,
    BO_ID,
    DELAYED,
    EXCHANGE,
    EXIM,
    EXIM_WARNING,
    FAILED,
    FOREIGN,
    FORGED_BACK,
    FORGED_ID,
    ID,
    KEYS,
    NOTICE_OF_A_NOTICE,
    QMAIL,
    RECEIPT,
    headers,
    mail_to,
    report,
    status,
    whole,
)

#: By name: a message, whose mail it speaks of, and what became of that.
MESSAGES: dict[str, tuple[str, str | None, Outcome]] = {
    # Known by our Message-ID, in what the notice returns.
    "Postfix: headers": (report(FAILED, returned=headers(ID)), ANA, "permanent"),
    "the whole mail": (report(FAILED, returned=whole(ID)), ANA, "permanent"),
    "qmail": (QMAIL, ANA, "permanent"),
    "Exchange, old": (EXCHANGE, ANA, "permanent"),
    "forwarded, known by Message-ID": (
        report(status("failed", "5.1.1", "elsewhere@example.net"), returned=headers(ID)),
        ANA,
        "permanent",
    ),
    # Known by the address that it came back to.
    "no headers": (report(FAILED, to=BACK), ANA, "permanent"),
    "forwarded": (
        report(status("failed", "5.1.1", "elsewhere@example.net"), to=BACK),
        ANA,
        "permanent",
    ),
    "Exim": (EXIM, ANA, "permanent"),
    "Exchange, new": (
        report(
            "Final-Recipient: rfc822;ana@corp.example.com\nAction: failed\nStatus: 5.1.10\n"
            "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound",
            to=BACK,
            returned=whole("<changed-on-the-way@example.com>"),
        ),
        ANA,
        "permanent",
    ),
    "Exim, known by what it refers to": (
        EXIM.replace(BACK, FOREIGN).replace("<4711@example.net>", ID),
        ANA,
        "permanent",
    ),
    "in capitals": (report(FAILED, to=BACK.upper()), ANA, "permanent"),
    "delivered by an alias": (
        f"Delivered-To: {BACK}\n" + report(FAILED, to="undisclosed-recipients:;"),
        ANA,
        "permanent",
    ),
    "rewritten by a forwarder (SRS)": (
        report(FAILED, to=f"SRS0=abcd=XY=sign.example.org={BACK.split('@')[0]}@example.net"),
        ANA,
        "permanent",
    ),
    "a footer around it": (
        "Content-Type: multipart/mixed; boundary=w\n"
        f"To: {BACK}\n\n--w\n{report(FAILED)}\n--w\n\nScanned for viruses.\n--w--\n",
        ANA,
        "permanent",
    ),
    # The address says more than a Message-ID, which others can have put there.
    "two names": (report(FAILED, to=BACK, returned=headers(BO_ID)), ANA, "permanent"),
    "somebody else's in another header": (
        f"Reply-To: {BO_BACK}\nReferences: {BO_ID}\n" + report(FAILED, to=BACK),
        ANA,
        "permanent",
    ),
    # Not the end.
    "delayed": (report(DELAYED, to=BACK, returned=headers(ID)), ANA, "temporary"),
    "given up, but not for good": (report(status("failed", "4.4.7"), to=BACK), ANA, "temporary"),
    "one delayed, one failed": (
        report(f"{FAILED}\n\n{DELAYED}", to=BACK),
        ANA,
        "temporary",
    ),
    "Exim's warning": (EXIM_WARNING, ANA, "unclear"),
    "delivered": (report(status("delivered", "2.0.0"), to=BACK), ANA, "unclear"),
    "delivered, in words that name others": (
        report(status("relayed", "2.0.0"), to=BACK, words=f"Passed on, {BO}, to a list."),
        ANA,
        "unclear",
    ),
    "away": (AWAY, ANA, "unclear"),
    "away, with a header of failures": (AWAY_REPORT, ANA, "unclear"),
    "read": (RECEIPT, ANA, "unclear"),
    "an answer": (f"From: {ANA}\nIn-Reply-To: {ID}\n\nWho are you?\n", ANA, "unclear"),
    # Nobody's.
    "only addresses": (report(FAILED, returned=headers("<1@example.com>")), None, "unclear"),
    "an address with a wrong proof": (report(FAILED, to=FORGED_BACK), None, "unclear"),
    "a Message-ID with a wrong proof": (
        report(FAILED, returned=headers(FORGED_ID)),
        None,
        "unclear",
    ),
    "a proof of somebody else's": (
        report(FAILED, to=BACK.replace(BACK[10:20], BO_BACK[10:20])),
        None,
        "unclear",
    ),
    "a wrong proof beside a right one": (
        report(FAILED, to=FORGED_BACK, returned=headers(BO_ID)),
        BO,
        "permanent",
    ),
    "a notice of a notice": (NOTICE_OF_A_NOTICE, None, "unclear"),
    "our name in its words": (
        report(FAILED, words=f"About {BACK} and {ID}"),
        None,
        "unclear",
    ),
    "a list of addresses": (f"{ANA}\n{BO}\n", None, "unclear"),
    "nothing": ("", None, "unclear"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_only_our_own_word_tells_whose_mail_it_was(name: str) -> None:
    raw, address, outcome = MESSAGES[name]
    whose = tokens.whose(KEYS, address) if address else None
    assert bounces.read(raw.encode(), KEYS) == Bounce(whose, outcome)
    assert bounces.read(raw.replace("\n", "\r\n").encode(), KEYS) == Bounce(whose, outcome)


def test_the_address_may_be_told_beside_the_message() -> None:
    whose = tokens.whose(KEYS, ANA)
    assert bounces.read(report(FAILED).encode(), KEYS, BACK) == Bounce(whose, "permanent")
    assert bounces.read(report(FAILED).encode(), KEYS, FORGED_BACK) == Bounce(None)


@pytest.mark.parametrize("charset", ["koi8-r", "iso-2022-jp", "utf-16", "x-no-such-charset"])
@pytest.mark.parametrize("coding", ["8bit", "base64", "quoted-printable", "x-uuencode", "nonsense"])
def test_other_charsets_and_codings_change_nothing(charset: str, coding: str) -> None:
    raw = report(FAILED, to=BACK).replace(
        "charset=us-ascii", f"charset={charset}\nContent-Transfer-Encoding: {coding}"
    )
    words = raw.encode().replace(b"It did not work.", bytes(range(128, 256)))
    assert bounces.read(words, KEYS) == Bounce(tokens.whose(KEYS, ANA), "permanent")


def test_a_notice_of_words_in_another_charset_is_read() -> None:
    charset = "Content-Type: text/plain; charset=big5"
    raw = f"{charset}\n{QMAIL}".encode().replace(b"Sorry, no", b"\xa4\xa4\xa4\xe5 no")
    assert bounces.read(raw, KEYS) == Bounce(tokens.whose(KEYS, ANA), "permanent")


HUGE = {
    "much text": report(FAILED, to=BACK, words="x\n" * 400_000),
    "one long line": report(FAILED, to=BACK, words="x" * 900_000),
    "cut off": report(FAILED, to=BACK, returned=whole(ID) + "x" * bounces.LIMIT * 3),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_notice_is_read_as_far_as_it_says_something(name: str) -> None:
    read = bounces.read(HUGE[name].encode(), KEYS)
    assert read.whose == tokens.whose(KEYS, ANA)


#: Each takes the parser hours or more if it is given the whole of it.
SLOW = {
    "cubic": "This Message was undeliverable due to the following reason:\n" + "<" * 300_000,
    "square": "did not reach the following recipient\n" + "SMTP=" * 60_000,
    "square, too": "did not reach the following recipient\n" + "a" * 300_000,
}


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.parametrize("kind", ["text/plain", "multipart/mixed; boundary=b"])
def test_words_made_to_keep_the_parser_busy_are_cut(name: str, kind: str) -> None:
    head = f"From: postmaster@example.com\nTo: {BACK}\nContent-Type: {kind}\n\n"
    part = f"--b\nContent-Type: text/plain\n\n{SLOW[name]}\n--b\n\nend\n--b--\n"
    raw = head + (SLOW[name] if kind == "text/plain" else part)
    assert bounces.read(raw.encode(), KEYS) == Bounce(tokens.whose(KEYS, ANA), "unclear")


NESTED = f"To: {BACK}\n" + "".join(
    f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000)
)
BROKEN = {
    "nested too deep": NESTED,
    "message in message": f"To: {BACK}\n" + "Content-Type: message/rfc822\n\n" * 5000,
    "no end": report(FAILED, to=BACK)[:400],
    "status without blocks": report("", to=BACK),
    "parts that are none": f"To: {BACK}\nContent-Type: multipart/report; boundary=b\n\nno parts\n",
    "headers only": f"To: {BACK}\nFrom: (((((\nContent-Type: ;;;=\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_stops_nobody_and_raises_nothing(name: str) -> None:
    assert bounces.read(BROKEN[name].encode(), KEYS).outcome == "unclear"


@given(st.binary(max_size=300))
def test_no_message_raises(raw: bytes) -> None:
    assert bounces.read(raw, KEYS) == Bounce(None)


NOTICES = [report(FAILED, to=BACK), QMAIL, EXIM, EXCHANGE, AWAY]


@given(st.text(max_size=60), st.sampled_from(NOTICES))
def test_no_damage_to_a_notice_makes_it_somebody_elses(words: str, raw: str) -> None:
    for cut in range(0, len(raw), 97):
        read = bounces.read((raw[:cut] + words + raw[cut:]).encode("utf-8", "replace"), KEYS)
        assert read.whose in {None, tokens.whose(KEYS, ANA)}


def test_nothing_of_a_message_reaches_a_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(notice: object) -> None:
        logging.getLogger("flufl.bounce").error("stumbled over %s", ANA)
        raise ValueError(ANA)

    monkeypatch.setattr("flufl.bounce.all_failures", stumble)
    with caplog.at_level(logging.DEBUG):
        assert bounces.read(report(FAILED, to=BACK).encode(), KEYS) == Bounce(None)
    assert caplog.text == ""


# The token.


def test_a_token_names_an_address_and_shows_nothing_of_it() -> None:
    path = mail_to(ANA)[1]
    assert path.startswith("bounces+")
    assert len(path.partition("@")[0]) <= 64
    assert "ana" not in path.removesuffix("@sign.example.org")
    assert list(tokens.named(KEYS, path)) == [tokens.whose(KEYS, ANA)]


def test_no_changed_token_is_ours() -> None:
    """One letter less or another: but for the last, which holds bits that nothing needs."""
    word = tokens.token(KEYS, ANA)
    for at in range(len(word) - 1):
        other = word[:at] + ("a" if word[at] != "a" else "b") + word[at + 1 :]
        assert not list(tokens.named(KEYS, f"{other}@example.org"))
        assert not list(tokens.named(KEYS, f"{word[:at] + word[at + 1 :]}@example.org"))


def test_an_address_with_a_tag_that_comes_back_stops_no_other() -> None:
    """Where a server knows no tags, anybody could stop its people's mail with one."""
    assert tokens.whose(KEYS, "ana+x@example.com") != tokens.whose(KEYS, ANA)
    assert tokens.whose(KEYS, "ANA@example.com") == tokens.whose(KEYS, ANA)


def test_without_a_place_for_what_comes_back_the_sender_takes_it() -> None:
    plain = load({"UNDERSIGNED_SECRET_KEY": "k" * 40, "UNDERSIGNED_MAIL_FROM": "us@example.org"})
    assert tokens.return_path(plain, KEYS, ANA) == "us@example.org"


def test_a_message_id_stays_whole_in_a_mail() -> None:
    mail = message_from_bytes(f"Message-ID: {ID}\n\n".encode())
    assert mail["Message-ID"] == ID
