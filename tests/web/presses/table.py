"""Which button each press is about. A new form costs one function:

    @press("/p/{slug}", "/p/{slug}/thank", reads="words")
    def thanking(site: Site) -> None:

presses the button of the form to `/p/{slug}/thank` on that page, types into `words`, and reads back
what became of it where a user would see it: on a page, in the CSV, the log, a mail, a text.
"""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from tests.harness.web.pages import Control, Met
from tests.harness.web.site import Site


@dataclass
class Press:
    """A function that presses buttons, and which: with the fields of each that it types into."""

    run: Callable[[Site], None]
    controls: dict[Control, set[str]]


PRESSES: dict[str, Press] = {}


def press(
    page: str, action: str, button: str = "", reads: str = ""
) -> Callable[[Callable[[Site], None]], Callable[[Site], None]]:
    """`page` is `*` for a button that stands on every page alike."""

    def note(run: Callable[[Site], None]) -> Callable[[Site], None]:
        made = PRESSES.setdefault(run.__name__, Press(run, {}))
        assert made.run is run, f"two presses are called {run.__name__}"
        made.controls[Control(page, action, button)] = set(reads.split())
        return run

    return note


def known(control: Control) -> Control:
    """As the table has it: some buttons stand on every page."""
    everywhere = control._replace(page="*")
    return everywhere if any(everywhere in p.controls for p in PRESSES.values()) else control


def walk(site: Site, each: Press) -> tuple[str, Met]:
    """What went wrong with a press, '' if it did all that it says; and all that it met."""
    site = site.apart()
    try:
        each.run(site)
    except Exception:  # (told by the test of this press)
        return traceback.format_exc(), site.met
    pressed: dict[Control, set[str]] = defaultdict(set)
    for control, typed in site.met.pressed.items():
        pressed[known(control)] |= typed
    for control, reads in each.controls.items():
        if control not in pressed:
            return f"{control} was not pressed", site.met
        if missing := reads - pressed[control]:
            return f"{control} was pressed without {missing}", site.met
    return "", site.met
