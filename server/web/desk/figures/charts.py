"""The trend as a drawing, which text browsers show as letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAR, CHART_HEIGHT = 10, 60  # user units of the drawing
_BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is called, and how many signed."""

    label: str
    verified: int
    unverified: int

    @property
    def n(self) -> int:
        return self.verified + self.unverified


class Chart:
    """Two paths of bars, the second standing on the first; and as letters."""

    def __init__(self, steps: Sequence[Bar]) -> None:
        self.steps = steps
        self.highest = max(steps, key=lambda step: step.n, default=Bar("", 0, 0))
        self.width, self.height = BAR * len(steps), CHART_HEIGHT
        self.verified = "".join(
            self._bar(i, self._scaled(d.verified), 0) for i, d in enumerate(steps)
        )
        self.unverified = "".join(
            self._bar(i, self._scaled(d.unverified), self._scaled(d.verified))
            for i, d in enumerate(steps)
        )
        self.letters = "".join(self._letter(step.n) for step in steps)

    @property
    def most(self) -> int:
        return self.highest.n

    def _scaled(self, n: int) -> int:
        # A single signature is seen beside a thousand.
        return max(1, round(n * (CHART_HEIGHT - 2) / self.most)) if n > 0 else 0

    def _bar(self, index: int, height: int, above: int) -> str:
        if not height:
            return ""
        return f"M{index * BAR + 1} {CHART_HEIGHT - above}v-{height}h{BAR - 2}v{height}z"

    def _letter(self, n: int) -> str:
        return _BLOCKS[n * (len(_BLOCKS) - 1) // self.most] if self.most and n > 0 else _BLOCKS[0]
