"""How large an answer may be on the wire: the design, section 6."""

from __future__ import annotations

# response: gzip, brotli, plain; in bytes, for English.
BUDGETS = {
    "petition": (2900, 2350, 6200),
    "thanks": (1440, 1250, 2800),
    "thanks by e-mail": (1440, 1250, 2800),
    "thanks by phone": (1440, 1250, 2800),
    "p/face/verify": (1400, 1200, 3000),
    "p/face/verify?ref=AAAAAAAAAAAAAAAAAAAAAA": (1400, 1200, 3000),
    "wrong code": (1400, 1200, 3000),
    "p/face/withdraw": (1400, 1200, 3000),
    "withdraw by mail": (1400, 1200, 3000),
    "p/face/letter": (1400, 1200, 3000),
    "p/face/answers": (1400, 1200, 3000),
    "p/face/answered?ref=AAAAAAAAAAAAAAAAAAAAAA": (1400, 1200, 3000),
    "errors": (2000, 1700, 3800),
    "mine": (1400, 1200, 3000),
    "": (1400, 1200, 3000),
    "help": (1660, 1400, 3500),
    "privacy": (1620, 1390, 3600),
    "accessibility": (1600, 1300, 3000),
    "p/face/news": (1400, 1200, 3000),
    f"news/off/{'a' * 42}": (1400, 1200, 3000),
    "nothing-here": (1400, 1200, 3000),
    "p/face/poster": (6000, 5000, 16000),
    "p/face/badge.svg": (1024, 1024, 1024),
    "p/face/names": (1400, 1200, 3000),
    "p/face/changes": (1400, 1200, 3000),
    "p/face.txt": (1700, 1500, 3100),
    "p/face/feed.atom": (1400, 1200, 3000),
}
# Pages of the desk about a petition with a busy month: behind its address there.
DESK_BUDGETS = {
    "": (3000, 2400, 9000),
    "/figures": (3000, 2500, 10_500),
    "/share": (2400, 2000, 6000),
    "/close": (1500, 1350, 3000),
}
# The same page in another language may be so much larger: compressed, and plain. UTF-8 takes two
# bytes for a letter of Arabic, three for one of Hindi and for many of Vietnamese.
FACTORS = {
    "en": (1.0, 1.0),
    "es": (1.15, 1.15),
    "fr": (1.15, 1.15),
    "pt": (1.15, 1.15),
    "ht": (1.1, 1.1),
    "ar": (1.15, 1.3),
    "hi": (1.35, 2.2),
    "vi": (1.2, 1.25),
}
# Against the budgets, which the longest pages nearly fill, Arabic has less room.
ROOM = {**{language: factors[0] for language, factors in FACTORS.items()}, "ar": 1.1}
CODINGS = ("gzip", "br", "identity")
