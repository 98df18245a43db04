"""How many examples hypothesis makes: all of them in `make test-all`, a quarter in `make test`."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

ALL, QUARTER = "all", "quarter"
_USUAL = 100
settings.register_profile(ALL, max_examples=_USUAL, deadline=None)
settings.register_profile(QUARTER, max_examples=_USUAL // 4, deadline=None)


def examples(most: int, **others: Any) -> settings:
    """Settings of a test that has other than the usual number of examples in `make test-all`."""
    everything = settings.get_current_profile_name() == ALL
    return settings(max_examples=most if everything else most // 4, **others)
