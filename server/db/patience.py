"""How long somebody who reads waits for the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from server.errors import StoreUnavailable

PATIENCE_SECONDS = 1.0


@asynccontextmanager
async def patiently() -> AsyncIterator[None]:
    """Try the block, and go on without what it reads while the store is slow or away."""
    with suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
