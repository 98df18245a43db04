"""What the benchmarks share: asking a server, loading it with wrk, and printing what came of it."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# wrk's own report rounds; this one is exact. Errors are summed: any of them voids the round.
LUA = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class BenchError(Exception):
    """The figure would not be what its label says, so that there is none."""


def ask(port: int, path: str, body: bytes = b"") -> bytes:
    """The body of one answer, status 200; OSError while nobody listens."""
    method = "POST" if body else "GET"
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head.encode() + body)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    status, _, rest = answer.partition(b"\r\n")
    if b" 200 " not in status + b" ":
        raise BenchError(f"{path} answered {status!r}")
    return rest.partition(b"\r\n\r\n")[2]


def free_port() -> int:
    """A port that nobody listens on now (bound without SO_REUSEPORT: granian's are noticed)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def group_of(leader: int) -> list[int]:
    """The processes of the group that `leader` leads: the server's main process and workers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == leader:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def memory(leader: int) -> float:
    """PSS of all the server's processes in MB: shared pages are counted once."""
    total = 0
    for pid in group_of(leader):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def wrk(
    binary: str, script: Path, url: str, seconds: int, connections: int
) -> tuple[int, float, float, float]:
    """(requests, seconds, p50 ms, p99 ms) of one run that met no error and only 2xx and 3xx."""
    command = [binary, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "5s"]
    command += ["-s", str(script), url]
    limit = seconds + 20
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            requests, duration, p50, p99, errors = (int(float(word)) for word in line.split()[1:])
            if errors or not requests:
                raise BenchError(f"{url}: {errors} errors in {requests} requests")
            return requests, duration / 1e6, p50 / 1e3, p99 / 1e3
    raise BenchError(f"wrk reported nothing: {done.stdout[-500:]} {done.stderr[-500:]}")


def shown(values: list[float], form: str) -> str:
    """Median and, in brackets, the least and the greatest."""
    if not values:
        return "-"
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:{form}} [{low:{form}}..{high:{form}}]"


def ratios(left: list[float], right: list[float], form: str = ".2f") -> str:
    """Median and spread of left ÷ right, round by round, so that a slow minute hits both."""
    return shown([a / b for a, b in zip(left, right, strict=True)], form)


def print_machine(options: argparse.Namespace, binary: str | None) -> None:
    facts = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":", 1)[1].strip() for line in facts if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    packages = ("granian", "uvicorn", "httptools", "uvloop", "starlette")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"machine   {cores} cores, {model}, Linux {platform.release()}, load {load:.2f}")
    print(f"versions  Python {platform.python_version()}, {versions}")
    print(f"          uvicorn's http={options.uvicorn_http}")
    print(f"run       {options.rounds} alternating rounds of {options.seconds} s, warm-up 1 s,")
    print(f"          {options.connections} connections, 1 worker, {binary or 'NO wrk'}\n")


def measured(options: argparse.Namespace, work: Callable[[argparse.Namespace], int]) -> int:
    """The exit status of `work`, which loads our own server with wrk (`options.wrk`); 1 where that
    is missing or a figure would not be what its label says."""
    options.uvicorn_http = "server.serve.protocol:Protocol"
    options.wrk = shutil.which("wrk")
    if options.wrk is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-qy", "wrk"], check=False)
        options.wrk = shutil.which("wrk")
    if options.wrk is None:
        print("this needs wrk: apt-get install wrk", file=sys.stderr)
        return 1
    print_machine(options, options.wrk)
    try:
        return work(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
