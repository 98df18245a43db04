"""Pictures of the signer's pages for the documents, as `make pictures` takes them.

Beside them lies what they were made from: a digest of each page. `tests/docs/test_pictures.py`
compares it with the page of today, so that no picture goes stale unseen.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.harness.product import ROOT, Server, running
from tests.harness.web.browser import chromium

FOLDER = ROOT / "docs" / "pictures"
MADE_FROM = FOLDER / "made-from.txt"
SITE = "https://petition.example.org"
WINDOWS = ((320, 640), (1280, 800))
SHADES = 32  # letters need no more, and the files stay small
SIGNERS = ("Ana Diaz", "Bo Lee", "Cy Ng", "Dee Roy", "Eli Fox", "Flo Kay", "Gus May")
_DAY = re.compile(r"[A-Z][a-z]{2} \d{1,2}, 20\d\d")


def pages(server: Server) -> dict[str, str]:
    """Each page that has a picture, the same on every machine and day."""
    for n, name in enumerate(SIGNERS):
        server.text(f"SIGN FACE {name} 59801", f"+140655501{n:02}")
    form = {"name": "Ana Diaz", "postcode": "59801", "email": "ana@example.org"}
    found = {
        "petition": server.get("/p/face").text,
        "thanks": server.post("/p/face", form).text,
    }
    return {name: _same_everywhere(page, server) for name, page in found.items()}


def _same_everywhere(page: str, server: Server) -> str:
    page = re.sub(r'(?<=name="entries" value=")[^"]*', "", page.replace(server.url, SITE))
    return _DAY.sub("May 3, 2026", page)


def digests(found: dict[str, str]) -> str:
    """What `MADE_FROM` says of these pages: a line for each."""
    return "".join(
        f"{name} {hashlib.sha256(page.encode()).hexdigest()}\n" for name, page in found.items()
    )


def take(browser: Browser, found: dict[str, str]) -> None:
    """Write all pictures, in light colours, and what they were made from."""
    FOLDER.mkdir(exist_ok=True)
    for width, height in WINDOWS:
        window = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        for name, page in found.items():
            window.set_content(page)
            picture = Image.open(io.BytesIO(window.screenshot())).convert("RGB")
            picture.quantize(SHADES).save(FOLDER / f"{name}-{width}.png", optimize=True)
    MADE_FROM.write_text(digests(found), "utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as server:
        found = pages(server)
    with chromium() as browser:
        take(browser, found)
    print(f"Pictures of {', '.join(found)} are in {FOLDER.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
