"""Signing mail: how many a second with our RSA step, beside plain dkimpy.

    python -m bench.dkim [--mails 400] [--rounds 5]

A mail of news, of about 2,000 characters, with both headers of unsubscribing; a key of 2,048 bits.
Rounds alternate. Each signature of a round is of another mail, and the last is verified with the
public key: a run with a wrong one ends with 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import dkim

from bench.tools import BenchError, ratios, shown
from server.config import load
from server.mail.dkim import SIGNED, MailSigner, new_key, read_key, record

KEY = new_key()
SETTINGS = load(
    {
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_MAIL_FROM": "petition@sign.example.org",
        "UNDERSIGNED_DKIM_KEY": KEY.decode(),
    }
)
HEADERS = [name.encode() for name in SIGNED]


def mail(number: int) -> bytes:
    lines = [
        "From: petition@sign.example.org",
        f"To: signer{number}@example.org",
        "Subject: News of the lake",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000",
        f"Message-ID: <{number}@sign.example.org>",
        f"List-Unsubscribe: <https://sign.example.org/news/off/{number:042}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "",
        *["The council has talked about the lake, and will talk about it again."] * 29,
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def plain(raw: bytes) -> bytes:
    """As dkimpy does it by itself."""
    made = dkim.DKIM(raw).sign(
        b"undersigned",
        b"sign.example.org",
        KEY,
        include_headers=[name.lower() for name in HEADERS],
        canonicalize=(b"relaxed", b"relaxed"),
    )
    return bytes(made) + raw


def rate(sign: Callable[[bytes], bytes], mails: list[bytes]) -> float:
    """Signed mails a second."""
    begun = time.perf_counter()
    signed = [sign(raw) for raw in mails]
    taken = time.perf_counter() - begun
    public = record(read_key(KEY.decode())).encode()
    if not dkim.verify(signed[-1], dnsfunc=lambda name, timeout=5: public):
        raise BenchError("a signature does not hold")
    return len(mails) / taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=400, help="in a round (default: 400)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    mails = [mail(number) for number in range(options.mails)]
    signer = MailSigner(SETTINGS)
    ours, theirs = [], []
    try:
        for _ in range(options.rounds):
            ours.append(rate(signer.signed, mails))
            theirs.append(rate(plain, mails[: max(1, options.mails // 8)]))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"signed mails/s   ours {shown(ours, '.0f')}   plain dkimpy {shown(theirs, '.0f')}")
    print(f"ratio            {ratios(ours, theirs, '.1f')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
