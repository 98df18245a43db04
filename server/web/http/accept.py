"""What a client says that it takes: `Accept-Encoding`, `Accept-Language` (RFC 9110, 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COMMA = re.compile(r"(=\s*[01]),(?=[0-9])")  # no value begins with a digit


def weights(header: str) -> dict[str, float]:
    """Each value of the header in lower case, with its weight from 0 (refused) to 1.

    A weight that is no number counts as a refusal; one with a comma, as some phones write it in
    countries that part decimals so (`q=0,8`), is read as it was meant.
    """
    found: dict[str, float] = {}
    for part in _COMMA.sub(r"\1.", header.lower()).split(","):
        name, _, parameter = part.partition(";")
        key, _, value = parameter.strip().partition("=")
        try:
            found[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            found[name.strip()] = 0.0
    found.pop("", None)
    return found


def language(header: str, languages: Iterable[str]) -> str | None:
    """Which of our languages the client would like most, None if it names none of them.

    A region makes no difference, with a dash or, as programs name locales, with an underscore:
    `es-419` and `es_ES` are `es`. `*` names nobody's language.
    """
    best: dict[str, float] = {}
    for name, weight in weights(header).items():
        code = name.replace("_", "-").partition("-")[0]
        best[code] = max(weight, best.get(code, 0.0))
    ours = [code for code in languages if best.get(code, 0) > 0]
    # Among equals the one that was named first.
    named = list(best)
    return min(ours, key=lambda code: (-best[code], named.index(code)), default=None)
