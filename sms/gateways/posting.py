"""A request to a provider's API, in a thread, with bounds on time and size."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

REQUESTS_AT_ONCE: Final = 32  # requests
ANSWER_BYTES: Final = 65_536  # that are read


@cache
def hands() -> ThreadPoolExecutor:
    """The threads that wait for providers: more than the few that a small machine has for all."""
    return ThreadPoolExecutor(REQUESTS_AT_ONCE, "gateway")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said; `status` 0 is no answer at all."""

    status: int
    body: bytes = b""

    @property
    def decoded(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON; None for anything else."""
        return read_json(self.body)


def read_json(body: bytes) -> Any:
    """The JSON in these bytes; None where there is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


async def ask(
    method: str,
    url: str,
    *,
    patience: float,
    auth: str = "",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    payload: Any = None,
) -> Answer:
    """One request. `auth` is `user:password`; `patience` is in seconds, for connecting and for
    each wait on an answer. Follows no redirect: the body has a number and words in it."""

    def exchange() -> Answer:
        import requests  # costs 8 MB and 0.1 s; a server that answers inline never needs it
        from requests.auth import HTTPBasicAuth

        user, _, password = auth.partition(":")
        try:
            with requests.request(
                method,
                url,
                params=params,
                data=form,
                json=payload,
                headers=headers,
                # As bytes, since requests takes text for Latin-1 and gives up on the rest of it.
                auth=HTTPBasicAuth(user.encode(), password.encode()) if auth else None,
                timeout=patience,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = response.raw.read(ANSWER_BYTES, decode_content=True)
                return Answer(response.status_code, body)
        # Whatever the network, the address or the answer's coding does: no answer came.
        except Exception:
            return Answer(0)

    return await asyncio.get_running_loop().run_in_executor(hands(), exchange)
