"""`@pytest.mark.seldom_postgres(n)`: `make test` runs one in `n` of a file's with PostgreSQL.

For tests whose rule does not depend on the engine, such as how a text is read, and that only need
some database below. `make test-all` runs each with both engines. Without `n`, `make test` runs
none of them with PostgreSQL.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

_ENGINE_OF = ("database_url", "new_url")  # fixtures that have an engine for their parameter


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: Counter[Path] = Counter()
    for item in reversed(items):  # the last of a file is always among them
        mark = item.get_closest_marker("seldom_postgres")
        if mark and _on_postgres(item):
            if not mark.args or seen[item.path] % mark.args[0]:
                item.add_marker("full")
            seen[item.path] += 1


def _on_postgres(item: pytest.Item) -> bool:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return any(params.get(fixture) == "postgres" for fixture in _ENGINE_OF)
