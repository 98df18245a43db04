"""Pictures of pages for the documents, as `make pictures` takes them.

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

from server.cli import demo
from tests.harness.clocks import faked
from tests.harness.product import ROOT, Server, running
from tests.harness.web.browser import chromium
from tests.harness.web.pages import Browser as Desk
from tests.harness.web.pages import Met

FOLDER = ROOT / "docs" / "pictures"
MADE_FROM = FOLDER / "made-from.txt"
SITE = "https://petition.example.org"
WINDOWS = ((320, 640), (1280, 800))
_LIVELY = f"/organizer/p/{demo.LIVELY_SLUG}"
#: Of the desk: what a picture is called, and its page.
DESK = {"dashboard": "", "figures": "/figures", "texts": "/texts", "news": "/news/1"}
SHADES = 32  # letters need no more, and the files stay small
SIGNERS = ("Ana Diaz", "Bo Lee", "Cy Ng", "Dee Roy", "Eli Fox", "Flo Kay", "Gus May")
_DAY = re.compile(r"[A-Z][a-z]{2} \d{1,2}, 20\d\d")


def pages(folder: Path) -> dict[str, str]:
    """Each page that has a picture, the same on every machine and day."""
    with running(folder / "data") as server:
        found = _public(server)
    # The desk of the petition with invented people, on a day on which nothing else happens.
    clock = faked(FAKETIME="@2026-05-03 12:00:00", TZ="UTC")
    with running(folder / "lively", serve=("demo",), **clock) as server:
        return found | _desk(server)


def _public(server: Server) -> dict[str, str]:
    for n, name in enumerate(SIGNERS):
        server.text(f"SIGN FACE {name} 59801", f"+140655501{n:02}")
    form = {"name": "Ana Diaz", "postcode": "59801", "email": "ana@example.org"}
    found = {
        "petition": server.get("/p/face").text,
        "thanks": server.post("/p/face", form).text,
    }
    return {name: _same_everywhere(page, server) for name, page in found.items()}


def _desk(server: Server) -> dict[str, str]:
    organizer = Desk(server, Met(), "127.0.0.1")
    sign_in = organizer.get("/organizer/sign-in").form("/organizer/sign-in")
    organizer.press(sign_in, "", {"name": demo.ORGANIZER, "password": server.password})
    found = {name: organizer.get(f"{_LIVELY}{path}").text for name, path in DESK.items()}
    return {name: _of_no_moment(page.replace(server.url, SITE)) for name, page in found.items()}


def _same_everywhere(page: str, server: Server) -> str:
    page = re.sub(r'(?<=name="entries" value=")[^"]*', "", page.replace(server.url, SITE))
    return _DAY.sub("May 3, 2026", page)


def _of_no_moment(page: str) -> str:
    """Without what is another with each sign-in and minute."""
    page = re.sub(
        r'(?<=name="(?:csrf|text)" value=")[^"]*', "", page.replace("127.0.0.1:", "localhost:")
    )
    page = re.sub(r"localhost:[0-9]+", SITE.removeprefix("https://"), page)
    return re.sub(r"\b[0-9]{2}:[0-9]{2}\b", "12:00", page)


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
    with tempfile.TemporaryDirectory() as folder:
        found = pages(Path(folder))
    with chromium() as browser:
        take(browser, found)
    print(f"Pictures of {', '.join(found)} are in {FOLDER.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
