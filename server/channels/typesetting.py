"""The process that makes one PDF, `python -m server.channels.typesetting`: a template, its
data and the fonts that it needs as JSON in, the document out.

It has less right to the machine than whoever signs, a bound on memory and time, and reads no file
but fonts. Nothing of what is printed is written anywhere but into the answer.
"""

from __future__ import annotations

import json
import os
import resource
import sys

#: Its exit status where a script has no font, and where typst refuses.
NO_FONTS, BROKEN = 3, 4
MEMORY = 2 << 30  # bytes of addresses; fonts are mapped into them, most of which is never read
CPU_SECONDS = 60


def main() -> int:
    """Make it; the exit status."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # of letters, no trace stays
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    os.environ["RAYON_NUM_THREADS"] = "1"  # leave the other cores to whoever signs
    import typst  # loaded here alone: 60 MB that no server needs

    template, batch, needed = json.load(sys.stdin)
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
    if not set(needed) <= set(fonts.families()):
        return NO_FONTS
    press = typst.Compiler(template.encode(), font_paths=fonts, sys_inputs={"batch": batch})
    try:
        made = press.compile(format="pdf", pdf_tags=False)
    except RuntimeError:  # what it says may quote a letter, and ends up in a log
        return BROKEN
    if not isinstance(made, bytes):
        return BROKEN
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
