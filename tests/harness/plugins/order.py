"""Files with slow tests go first, and of the others those with many, so that no process is left
alone with a long one in the end."""

from __future__ import annotations

from collections import Counter

import pytest


@pytest.hookimpl(trylast=True)  # what is left out does not count
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path]))
