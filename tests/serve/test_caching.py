"""A real caching proxy in front: a crowd reaches it, and the server hardly notices."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.harness import product
from tests.harness.needs import needs, program
from tests.harness.people.signers import STORED
from tests.harness.product import Answer, Server, exchange, request

pytestmark = needs("nginx-light")
# As `docs/operating.md` has it, less TLS and with short times for asking again.
SETTINGS = """daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  log_format asked $upstream_status;
  access_log {folder}/asked asked;
  log_subrequest on;  # asking again in the background, too
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/temp;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=pages:1m;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{server};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Connection "";
      proxy_cache pages;
      proxy_cache_lock on;
      proxy_cache_revalidate on;
      proxy_cache_background_update on;
      add_header X-Cache $upstream_cache_status;
    }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, server: Server) -> Iterator[int]:
    """Its port. It does what the pages' own headers say, and nothing of its own."""
    port = product.free_port()
    settings = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""  # its processes must get into our folder
    settings.write_text(user + SETTINGS.format(folder=folder, port=port, server=server.port))
    command = [program("nginx-light"), "-c", str(settings), "-p", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        product.eventually(lambda: product.accepts(port))
        yield port
    finally:
        process.terminate()
        process.wait(10)


def get(port: int, path: str, **headers: str) -> Answer:
    return exchange(port, request("GET", path, b"", **headers))


def asked(folder: Path) -> int:
    """How often the proxy has asked the server."""
    return sum(line.strip() != "-" for line in (folder / "asked").read_text().splitlines())


def test_a_crowd_of_readers_reaches_the_server_a_few_times(tmp_path: Path) -> None:
    (tmp_path / "proxy").mkdir()
    with (
        product.running(tmp_path / "data") as server,
        nginx(tmp_path / "proxy", server) as port,
    ):
        before = asked(tmp_path / "proxy")
        with ThreadPoolExecutor(16) as readers:
            seen = list(readers.map(lambda _: get(port, "/p/face"), range(1000)))
        assert {answer.status for answer in seen} == {200}
        assert all("Sign this petition" in answer.text for answer in seen)
        assert 1 <= asked(tmp_path / "proxy") - before <= 10

        # A signature by text, which counts at once, is on the cached page within seconds.
        body = "SIGN FACE Cache Reader 59801"
        sent = server.command("sms", "simulate", body, "--from", "+14062000017")
        assert sent.returncode == 0, sent.stderr
        count = server.get("/p/face/count.txt").text.strip()
        product.eventually(lambda: f"<b>{count}</b> of " in get(port, "/p/face").text)

        # A post goes through, and what answers it is nobody else's.
        form = {"name": "Ana Proxy", "postcode": "59801"}
        posted = exchange(port, product.post("/p/face", form))
        assert STORED in posted.text
        assert STORED not in get(port, "/p/face").text

        # With the server gone, the page stays.
        server.kill()
        time.sleep(6)  # the page is no longer fresh
        away = [get(port, "/p/face") for _ in range(5)]
        assert {a.status for a in away} == {200}
        assert away[-1].headers["x-cache"] == "STALE"


def test_the_proxy_keeps_languages_of_the_first_page_apart(tmp_path: Path) -> None:
    (tmp_path / "proxy").mkdir()
    with product.running(tmp_path / "data") as server, nginx(tmp_path / "proxy", server) as port:
        for language in ("es", "en", "es", "en"):
            page = get(port, "/", Accept_Language=language)
            assert f'<html lang="{language}"' in page.text
        assert page.headers["x-cache"] == "HIT"
